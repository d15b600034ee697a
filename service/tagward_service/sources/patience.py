"""Ask a cloud again when it is too busy to answer, and ask it less before it says so."""

import time
from collections.abc import Callable
from threading import Event, Lock
from typing import TypeVar

from msgspec import Struct

T = TypeVar("T")

Delay = Callable[[Exception], float | None]
"""How many seconds to wait after a failure; 0 where the cloud does not say, None where waiting is no use."""


class Stopped(Exception):  # noqa: N818
    """Somebody asked to stop, and nothing more is asked for."""


class Patience(Struct, frozen=True):
    """How often something is asked for, and how long is waited first and at most, in seconds of a clock."""

    times: int = 8
    first: float = 1.0
    longest: float = 60.0
    clock: Callable[[], float] = time.monotonic

    def pause(self, attempt: int, told: float) -> float:
        """Return how long to wait: as told, or else twice as long each time."""
        return told or self.first * 2.0**attempt


class Gate:
    """Where everybody waits who uses one quota: closed for a while when little of it is left."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self._lock = Lock()
        self._opens = 0.0

    def close(self, seconds: float) -> None:
        """Let nobody pass for some seconds; a longer wait that goes on already stands."""
        opens = self.patience.clock() + min(seconds, self.patience.longest)
        with self._lock:
            self._opens = max(self._opens, opens)

    def pass_through(self, stop: Event) -> None:
        """Wait until it opens; raises Stopped."""
        if stop.is_set():
            raise Stopped
        while (left := self._opens - self.patience.clock()) > 0:
            if stop.wait(left):
                raise Stopped


def ask(call: Callable[[], T], delay: Delay, gate: Gate, stop: Event) -> T:
    """Call until there is an answer; raises the last failure, and Stopped."""
    for attempt in range(gate.patience.times - 1):
        gate.pass_through(stop)
        try:
            return call()
        except Exception as error:
            told = delay(error)
            if told is None:
                raise
        gate.close(gate.patience.pause(attempt, told))
    gate.pass_through(stop)
    return call()
