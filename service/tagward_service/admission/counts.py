"""Numbers that several workers add to, each in a row of its own of memory that they share."""

from __future__ import annotations

import mmap
from collections.abc import Hashable, Iterable

_CELL = 8


class Counts:
    """Sums by key, in as many rows as there are workers; it is made before they are.

    A worker that takes the place of another goes on where that one ended.
    """

    def __init__(self, keys: Iterable[Hashable], workers: int = 1) -> None:
        self.places = {key: place for place, key in enumerate(keys)}
        self._cells = memoryview(mmap.mmap(-1, workers * len(self.places) * _CELL)).cast("d")

    def row_of(self, worker: int) -> memoryview[float]:
        """Return the numbers that one worker adds to, each at the place of its key."""
        width = len(self.places)
        return self._cells[worker * width : (worker + 1) * width]

    def total(self, key: Hashable) -> float:
        """Return the sum of what all workers have counted."""
        return sum(self._cells[self.places[key] :: len(self.places)])
