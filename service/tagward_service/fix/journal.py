"""The journal of what was written: JSON lines, on the disk before the cloud is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

import msgspec
from msgspec import Struct

from tagward.errors import UsageError
from tagward_service.fix.interface import Change, Failed, Job, Target


class Begun(Struct, frozen=True, tag="begin", tag_field="event"):
    """A batch that is about to be written."""

    batch: int
    changes: tuple[Change, ...]


class Ended(Struct, frozen=True, tag="end", tag_field="event"):
    """A batch that was written, except to the resources that failed; `unsure` may be written or not."""

    batch: int
    failed: Mapping[str, str]
    unsure: Mapping[str, str] = {}


class Run(Struct, frozen=True, tag="run", tag_field="event"):
    """The beginning of a run, and what it performs."""

    what: str
    version: Literal[1] = 1


Entry = Run | Begun | Ended


class Journal:
    """Appends to a journal; nothing is done to a cloud that is not on the disk before."""

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._batch = 0
        if _is_torn(path):
            os.write(self._file, b"\n")
        self._append(Run(what))

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def begin(self, batch: Sequence[Job]) -> None:
        """Note what is about to be written."""
        self._batch += 1
        self._append(Begun(self._batch, tuple(change for job in batch for change in job.changes)))

    def end(self, failed: Mapping[Target, Failed]) -> None:
        """Note what became of it."""
        told = {target.id: each.why for target, each in failed.items() if not each.unsure}
        unsure = {target.id: each.why for target, each in failed.items() if each.unsure}
        self._append(Ended(self._batch, told, unsure))

    def _append(self, entry: Entry) -> None:
        line = msgspec.json.encode(entry) + b"\n"
        while line:
            line = line[os.write(self._file, line) :]
        os.fsync(self._file)


def _is_torn(path: Path) -> bool:
    """Say whether the last line was cut off, as by a crash."""
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


def performed(path: Path) -> list[Change]:
    """List the changes that a journal may have made, in order; those of which nobody is sure too.

    Whoever takes them back looks at each before. Raises UsageError for what is no journal, and OSError.
    """
    made: list[Change] = []
    begun: tuple[Change, ...] = ()
    for entry in _entries(path):
        match entry:
            case Ended(failed=failed):
                made += (change for change in begun if change.target.id not in failed)
                begun = ()
            case Begun(changes=changes):
                made += begun
                begun = changes
            case Run():
                made += begun
                begun = ()
    return [*made, *begun]


def undoing(path: Path) -> list[Change]:
    """List the changes that take back those of a journal: of each tag from its last value to its first."""
    first: dict[tuple[Target, str], str | None] = {}
    last: dict[tuple[Target, str], str | None] = {}
    for change in performed(path):
        tag = change.target, change.key
        first.setdefault(tag, change.before)
        last[tag] = change.after
    return [Change(*tag, last[tag], before) for tag, before in first.items()]


def _entries(path: Path) -> Iterator[Entry]:
    """Read lines; one that a crash cut off is the last of its run, and says nothing that was done."""
    decoder = msgspec.json.Decoder(Entry)
    torn = 0
    for number, line in enumerate(path.read_bytes().splitlines() or [b""], 1):
        try:
            entry = decoder.decode(line)
        except msgspec.DecodeError as error:
            if torn or number == 1:
                raise UsageError(f"`{path}`:{number} is no line of a journal: {error}") from None
            torn = number
            continue
        if torn and not isinstance(entry, Run):
            raise UsageError(f"`{path}`:{torn} is damaged, and what follows is of the same run")
        torn = 0
        yield entry
