"""The workers of the service: how many there are, who waits for one, and what if one takes too long."""

from __future__ import annotations

import asyncio
import pickle
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from msgspec import Struct

from tagward.policy import Policy
from tagward_service.admission.log import Log
from tagward_service.api import wire
from tagward_service.api.jobs import Job, Outcome
from tagward_service.api.turns import Turns
from tagward_service.api.worker import NO_MEMORY

_BUFFER = 1 << 20
_PAUSE = 1.0
"""Seconds before a worker that cannot be started is tried again."""


class Limits(Struct, frozen=True):
    """How many work at once and may wait, how long a job may take, and how much memory a worker may take."""

    workers: int = 2
    waiting: int = 8
    seconds: float = 60.0
    memory: int = 4 << 30


DEFAULTS = Limits()


class BusyError(Exception):
    """Too many are waiting already, or too many of one caller; the message says which."""

    def __init__(self, why: str = "all workers are taken") -> None:
        super().__init__(why)


class TooSlowError(Exception):
    """A job took longer than any may."""


class EndedError(Exception):
    """A worker ended before it had answered; `for_memory` when it, or the kernel, ended it for want of it."""

    def __init__(self, code: int) -> None:
        super().__init__(f"a worker ended with {code}")
        self.for_memory = code in (NO_MEMORY, -signal.SIGKILL)


class _Worker:
    """A process that does one job at a time, and the policy that it knows."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self._orders, self._replies = process.stdin, process.stdout
        self._knows = ""

    @property
    def is_alive(self) -> bool:
        """Say whether it can be asked."""
        return self._process.returncode is None

    async def ask(self, job: Job, policy: Policy, content: Sequence[bytes]) -> tuple[Outcome, bytes]:
        """Have a job done. Raises EndedError when the process does not live to answer."""
        pickled = b"" if self._knows == policy.sha256 else pickle.dumps(policy)
        order = wire.Order(job, len(pickled), sum(map(len, content)))
        try:
            await self._send(wire.head(order), pickled, *content)
            self._knows = policy.sha256
            return await self._answer()
        except (asyncio.IncompleteReadError, ConnectionError):
            raise EndedError(await self._process.wait()) from None

    async def _send(self, *chunks: bytes) -> None:
        """Send chunk by chunk: one big piece would hold up everybody else."""
        for chunk in chunks:
            self._orders.write(chunk)
            await self._orders.drain()

    async def _answer(self) -> tuple[Outcome, bytes]:
        size = wire.length(await self._replies.readexactly(wire.LENGTH))
        reply = wire.read_reply(await self._replies.readexactly(size))
        return reply.outcome, await self._replies.readexactly(reply.body)

    async def end(self) -> None:
        """End the process, whatever it does."""
        if self.is_alive:
            self._process.kill()
        self._orders.close()
        await self._process.wait()


class Pool:
    """Workers, and the places of those who wait for one."""

    def __init__(self, log: Log, limits: Limits = DEFAULTS) -> None:
        self.limits = limits
        self.held: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self._log = log
        self._idle: Turns[_Worker] = Turns()
        self._workers: set[_Worker] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await asyncio.gather(*(self._add() for _ in range(self.limits.workers)))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(worker.end() for worker in self._workers))

    @property
    def taken(self) -> int:
        """Count the places that are taken."""
        return self.held.total()

    @contextmanager
    def place(self, caller: str = "") -> Iterator[None]:
        """Take one of the places, of which there are few, as a body takes memory. Raises BusyError.

        A caller who is known by name leaves room for others: a share of the places, as large as if there
        were one caller more than there are.
        """
        every = self.limits.workers + self.limits.waiting
        if self.taken >= every:
            raise BusyError
        others = len(self.held.keys() - {caller})
        if caller and self.held[caller] >= max(1, every // (others + 2)):
            raise BusyError(f"{self.held[caller]} of your requests are under way, and others need room too")
        self.held[caller] += 1
        try:
            yield
        finally:
            self.held[caller] -= 1
            self.held += Counter()  # forgets who holds none

    async def run(
        self, job: Job, policy: Policy, content: Sequence[bytes] = (), *, caller: str = ""
    ) -> tuple[Outcome, bytes]:
        """Have a job done by a worker, in turn. Raises BusyError, TooSlowError or EndedError."""
        worker = await self._next(caller)
        try:
            async with asyncio.timeout(self.limits.seconds):
                answer = await worker.ask(job, policy, content)
        except TimeoutError:
            self._replace(worker, "too slow")
            raise TooSlowError from None
        except EndedError:
            self._replace(worker, "ended by itself")
            raise
        except BaseException:  # the client has gone, and what the worker does now is for nobody
            self._replace(worker, "abandoned")
            raise
        self._idle.put_nowait(worker)
        return answer

    async def _next(self, caller: str) -> _Worker:
        try:
            async with asyncio.timeout(self.limits.seconds):
                while not (worker := await self._idle.get(caller)).is_alive:
                    self._replace(worker, "ended by itself")
                return worker
        except TimeoutError:
            raise BusyError from None

    async def _add(self) -> None:
        """Start a worker; where that cannot be, try again by and by."""
        command = (sys.executable, "-P", "-m", "tagward_service.api.worker", str(self.limits.memory))
        while True:
            try:
                process = await asyncio.create_subprocess_exec(
                    *command, stdin=PIPE, stdout=PIPE, limit=_BUFFER, start_new_session=True
                )
                break
            except OSError as error:
                self._log.write("no worker", fault=str(error))
                await asyncio.sleep(_PAUSE)
        worker = _Worker(process)
        self._workers.add(worker)
        self._idle.put_nowait(worker)

    def _replace(self, worker: _Worker, why: str) -> None:
        self.ended[why] += 1
        self._log.write("worker replaced", why=why)
        task = asyncio.create_task(self._replaced(worker))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _replaced(self, worker: _Worker) -> None:
        self._workers.discard(worker)
        await worker.end()
        await self._add()
