"""What a state folder keeps of bills: each file staged once, and which delivery a period comes from.

The files of one run are one delivery. A later delivery of a period of a billing account replaces the
earlier one: clouds restate a month until it is closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from tagward.errors import InputError
from tagward_service.billing.ingest_findings import IngestFinding

VERSION = 4
"""The version of staged files: raised when staging changes what they hold."""


class Key(Struct, frozen=True, order=True):
    """What is restated as a whole: a period of a billing account."""

    provider: str
    account: str
    period: str


class Entry(Struct, frozen=True):
    """A file that was staged: what it holds, and what is wrong with it.

    `etag` is the version that an object store gave it.
    """

    path: str
    sha256: str
    delivery: int
    keys: tuple[Key, ...]
    findings: tuple[IngestFinding, ...] = ()
    etag: str = ""


class Index(Struct, frozen=True):
    """Everything that was staged and still counts."""

    version: int = VERSION
    entries: tuple[Entry, ...] = ()

    @property
    def last_delivery(self) -> int:
        """Return the number of the newest delivery."""
        return max((each.delivery for each in self.entries), default=0)


class Ledger:
    """The state folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "bills.json"
        for each in ("lines", "days"):
            (folder / each).mkdir(parents=True, exist_ok=True)

    def staged(self, sha256: str) -> Path:
        """Return where the staged lines of a file are, or go."""
        return self.folder / "lines" / f"{sha256}.v{VERSION}.parquet"

    def days(self, sha256: str) -> Path:
        """Return where it is, or goes, what each day of a file costs."""
        return self.folder / "days" / f"{sha256}.v{VERSION}.parquet"

    def index(self) -> Index:
        """Read what was staged; one of another version is begun anew."""
        if not self._file.exists():
            return Index()
        try:
            found = msgspec.json.decode(self._file.read_bytes(), type=Index)
        except msgspec.DecodeError as error:
            raise InputError(str(self._file), f"cannot be read: {error}", "remove the folder") from error
        return found if found.version == VERSION else Index()

    def keep(self, entries: Sequence[Entry]) -> None:
        """Write down what counts now, and remove what nothing refers to any more."""
        fresh = self._file.with_suffix(".new")
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(Index(VERSION, tuple(entries)))))
        fresh.replace(self._file)
        wanted = {place for each in entries for place in (self.staged(each.sha256), self.days(each.sha256))}
        for path in self.folder.glob("*/*.parquet"):
            if path not in wanted:
                path.unlink(missing_ok=True)


def alive(entries: Sequence[Entry]) -> dict[Key, int]:
    """Say which delivery each period counts from: the latest that has it."""
    latest: dict[Key, int] = {}
    for entry in entries:
        for key in entry.keys:
            latest[key] = max(latest.get(key, 0), entry.delivery)
    return latest
