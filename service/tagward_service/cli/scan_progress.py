"""How a scan is followed: bars on a terminal, a line now and then in a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, TextIO

from tagward.diagnostics import printable
from tagward_service.scan.interface import Part
from tagward_service.scan.progress import Progress, Silent

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

_EVERY = 10.0
"""Seconds between two lines of a log."""


@contextmanager
def shown(stream: TextIO, *, quiet: bool) -> Iterator[Progress]:
    """Show the progress of a scan on a stream while the context lasts."""
    if quiet:
        yield Silent()
    elif not stream.isatty():
        yield Lines(stream)
    else:
        with _bars(stream) as bars:
            yield OnTerminal(bars)


class Lines:
    """Progress for a log: what fails at once, the rest every ten seconds."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._parts = self._done = self._resources = 0
        self._began = self._last = clock()

    def planned(self, parts: int, done: int) -> None:
        """Say how much there is to read."""
        self._parts, self._done = parts, done
        self._say(f"{parts:,} parts to read" + (f", {done:,} of them done before" if done else ""))

    def began(self, part: Part) -> None:
        """Say nothing: the lines that follow tell enough."""

    def judged(self, resources: int) -> None:
        """Count resources, and say so when it is time."""
        self._resources += resources
        self._now_and_then()

    def ended(self, part: Part, why: str | None) -> None:
        """Count a part, and say at once when it could not be read."""
        self._done += 1
        if why is not None:
            self._say(f"not scanned: {part}: {why}")
        self._now_and_then()

    def waits(self, part: Part, why: str) -> None:
        """Say that a part will be tried again."""
        self._say(f"again later: {part}: {why}")

    def _now_and_then(self) -> None:
        now = self._clock()
        if now - self._last < _EVERY:
            return
        self._last = now
        pace = self._resources / max(now - self._began, 0.001)
        self._say(f"{self._done:,} of {self._parts:,} parts, {self._resources:,} resources, {pace:,.0f}/s")

    def _say(self, text: str) -> None:
        self._stream.write(f"scan: {printable(text)}\n")
        self._stream.flush()


class OnTerminal:
    """Progress for people: a bar for the parts, and what is being read."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task = bars.add_task("listing what there is", total=None, resources=0)
        self._reading: dict[Part, None] = {}
        self._resources = 0

    def planned(self, parts: int, done: int) -> None:
        """Set the length of the bar."""
        self._bars.update(self._task, total=parts, completed=done)

    def began(self, part: Part) -> None:
        """Name the part among those being read."""
        self._reading[part] = None
        self._describe()

    def judged(self, resources: int) -> None:
        """Count resources."""
        self._resources += resources
        self._bars.update(self._task, resources=self._resources)

    def ended(self, part: Part, why: str | None) -> None:
        """Move the bar on; what could not be read stays on the screen above it."""
        self._reading.pop(part, None)
        self._bars.update(self._task, advance=1)
        if why is not None:
            self._bars.console.print(f"not scanned: {printable(f'{part}: {why}')}", markup=False)
        self._describe()

    def waits(self, part: Part, why: str) -> None:
        """Say that a part will be tried again."""
        self._reading.pop(part, None)
        self._bars.console.print(f"again later: {printable(f'{part}: {why}')}", markup=False)

    def _describe(self) -> None:
        first = next(iter(self._reading), None)
        self._bars.update(self._task, description=printable(str(first)) if first else "finishing")


def _bars(stream: TextIO) -> Bars:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    return Bars(
        BarColumn(30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[resources]:,} resources"),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(file=stream),
        transient=True,
    )
