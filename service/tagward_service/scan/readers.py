"""Threads that read parts, and the queue through which what they read arrives, bounded on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from queue import Empty, Full, Queue
from threading import Event, Thread

from msgspec import Struct

from tagward_service.scan.interface import Found, Part, Source

BATCH = 500
"""Resources that go through the queue at once."""

_BATCHES_AHEAD = 8
_PATIENCE = 0.2


class Batch(Struct, frozen=True):
    """Some of what a part holds."""

    part: Part
    found: list[Found]


class Ended(Struct, frozen=True):
    """A part that is read to its end (no error), or as far as it went."""

    part: Part
    error: Exception | None = None
    stopped: bool = False


class Readers:
    """One thread for each part that is being read."""

    def __init__(self, source: Source, stop: Event) -> None:
        self._source = source
        self._stop = stop
        self._closed = Event()
        self._arrived: Queue[Batch | Ended] = Queue(_BATCHES_AHEAD)
        self._threads: dict[Part, Thread] = {}

    def __len__(self) -> int:
        """Count the parts that are being read."""
        return len(self._threads)

    def start(self, part: Part) -> None:
        """Begin to read a part."""
        thread = Thread(target=self._read, args=(part,), name=f"scan {part}", daemon=True)
        self._threads[part] = thread
        thread.start()

    def next(self, patience: float) -> Batch | Ended | None:
        """Give what arrives next, or None after so many seconds."""
        try:
            arrived = self._arrived.get(timeout=patience)
        except Empty:
            return None
        if isinstance(arrived, Ended):
            self._threads.pop(arrived.part).join()
        return arrived

    def close(self) -> None:
        """Let go of what is still being read; its threads end at their next page."""
        self._stop.set()
        self._closed.set()

    def _read(self, part: Part) -> None:
        try:
            for batch in self._batches(part):
                self._put(Batch(part, batch))
        except Exception as error:  # whatever a source raises is about this part alone
            self._put(Ended(part, error, self._stop.is_set()))
        else:
            self._put(Ended(part, stopped=self._stop.is_set()))

    def _batches(self, part: Part) -> Iterator[list[Found]]:
        found = iter(self._source.read(part, self._stop))
        while not self._stop.is_set() and (batch := list(islice(found, BATCH))):
            yield batch

    def _put(self, arrived: Batch | Ended) -> None:
        """Wait until there is room, unless nobody will take it any more."""
        while not self._closed.is_set():
            with suppress(Full):
                self._arrived.put(arrived, timeout=_PATIENCE)
                return
