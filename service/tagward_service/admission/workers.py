"""Several processes that answer at one address: they are kept at work, and end together."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from prometheus_client.multiprocess import mark_process_dead

from tagward.errors import TagwardError
from tagward_service.admission.log import Log

AT_LEAST = 2.0
"""In seconds: a worker that ends sooner would do so again, so all end."""

FAILED, CANNOT_START = 1, 2
"""How a worker ends that broke, and one whose settings are wrong."""

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""What is passed on to the workers."""


class Workers:
    """A parent and its workers: signals go to all of them, and one that dies is replaced."""

    def __init__(self, work: Callable[[int], None], log: Log) -> None:
        self._work = work
        self._log = log
        self._born: dict[int, tuple[int, float]] = {}
        self._ending = False

    def run(self, count: int) -> int:
        """Keep so many workers until a signal says to end. Return 0, or how one ended that cannot work."""
        for each in SIGNALS:
            signal.signal(each, self._pass_on)
        code = 0
        for number in range(count):
            self._start(number)
        while self._born:
            pid, status = os.wait()
            number, born = self._born.pop(pid)
            mark_process_dead(pid)  # type: ignore[no-untyped-call]
            if self._ending:
                continue
            ended = os.waitstatus_to_exitcode(status)
            self._log.write("worker ended", worker=number, status=ended)
            if time.monotonic() - born < AT_LEAST:
                code = max(ended, FAILED)
                self._end(signal.SIGTERM)
            else:
                self._start(number)
        return code

    def _start(self, number: int) -> None:
        """Start a worker, unless all are to end; a signal waits until it is known, and reaches it, too."""
        with _signals_held():
            if self._ending:
                return
            pid = os.fork()
            if pid == 0:
                self._be_a_worker(number)
            self._born[pid] = (number, time.monotonic())

    def _be_a_worker(self, number: int) -> None:
        """Work and end, whatever happens; in a group of its own, so that a terminal asks the parent only.

        What the parent does on signals is not for its workers. Until one has begun to serve it ends at once;
        to be reloaded means nothing to it then.
        """
        code = FAILED
        try:
            os.setpgrp()
            for each in SIGNALS:
                signal.signal(each, signal.SIG_IGN if each is signal.SIGHUP else signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
            self._work(number)
            code = 0
        except TagwardError as error:
            self._log.write("worker failed", worker=number, fault=str(error))
            code = CANNOT_START
        finally:
            os._exit(code)

    def _pass_on(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self._tell(number)
        else:
            self._end(number)

    def _end(self, number: int) -> None:
        self._ending = True
        self._tell(number)

    def _tell(self, number: int) -> None:
        for pid in tuple(self._born):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let signals wait; what came just before is dealt with first."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def orphaned(parent: int) -> None:
    """End this worker as a signal would when its parent is gone."""
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)
