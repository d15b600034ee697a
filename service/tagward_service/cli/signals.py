"""Ending softly: the first Ctrl-C or SIGTERM asks for it, the second does what it always does."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def ended_softly(end: Callable[[str], object]) -> Iterator[None]:
    """While the context lasts, call `end` with the name of the first signal that would end the program."""
    before = {number: signal.getsignal(number) for number in ENDING}

    def on_signal(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, before[signal.Signals(number)])
        end(signal.Signals(number).name)

    for number in ENDING:
        signal.signal(number, on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
