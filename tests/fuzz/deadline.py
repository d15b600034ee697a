"""A time limit for one input."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

PROCESSOR_SECONDS = 2.0
WALL_SECONDS = 60.0
"""For what waits and does not compute; a busy machine takes a while to give two seconds of a processor."""


class TooSlowError(BaseException):
    """One input took longer than any may; no `except Exception` stops it."""


@contextmanager
def deadline(processor: float = PROCESSOR_SECONDS, wall: float = WALL_SECONDS) -> Iterator[None]:
    """Raise TooSlowError in the block when it uses more processor time, or takes longer, than it may."""
    before = signal.signal(signal.SIGPROF, _expire), signal.signal(signal.SIGALRM, _expire)
    signal.setitimer(signal.ITIMER_PROF, processor)
    signal.setitimer(signal.ITIMER_REAL, wall)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGPROF, before[0])
        signal.signal(signal.SIGALRM, before[1])


def _expire(number: int, _frame: FrameType | None) -> None:
    what = "of processor time" if number == signal.SIGPROF else "on the clock"
    raise TooSlowError(f"one input took more seconds {what} than it may")
