"""Whose turn it is: callers who wait are served one after the other, however often each has asked."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """Things that are free, the last one used first, and those who wait for one."""

    def __init__(self) -> None:
        self._free: list[T] = []
        self._waiting: OrderedDict[str, deque[asyncio.Future[T]]] = OrderedDict()

    def qsize(self) -> int:
        """Count what is free."""
        return len(self._free)

    def empty(self) -> bool:
        """Say whether nothing is free."""
        return not self._free

    def put_nowait(self, thing: T) -> None:
        """Give something to the caller whose turn it is, or keep it."""
        while self._waiting:
            caller, line = self._waiting.popitem(last=False)
            waiter = line.popleft()
            if line:
                self._waiting[caller] = line
            if not waiter.done():
                waiter.set_result(thing)
                return
        self._free.append(thing)

    async def get(self, caller: str = "") -> T:
        """Return something that is free, or wait for it."""
        if self._free:
            return self._free.pop()
        waiter: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(caller, deque()).append(waiter)
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self.put_nowait(waiter.result())
            raise
