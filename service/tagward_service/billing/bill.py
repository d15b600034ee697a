"""A bill, read: its lines in DuckDB, whatever files they came from."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tagward.errors import InputError, UsageError
from tagward_service.billing.columns import layout
from tagward_service.billing.files import BillFile, bill_files
from tagward_service.billing.ingest_findings import duplicate, findings_of, restated
from tagward_service.billing.ledger import Entry, Key, Ledger, alive
from tagward_service.billing.raw_files import raw_file, unreadable
from tagward_service.billing.sql_text import literal, name
from tagward_service.billing.staging import Staging

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LINES = "lines"
"""The view of all lines that count."""

_KEY = ("coalesce(provider, '')", "coalesce(billing_account, '')", "period")

MEMORY = "700MB"
"""What DuckDB may hold; beyond it, it writes to disk."""


class Bill:
    """Lines of a bill as the view `lines` of a connection, and what is wrong with its files."""

    def __init__(self, connection: DuckDBPyConnection, entries: Sequence[Entry]) -> None:
        self.connection = connection
        self.entries = tuple(entries)
        self.findings = tuple(finding for entry in entries for finding in entry.findings)

    @property
    def currencies(self) -> tuple[str, ...]:
        """List the currencies of the lines."""
        asked = f"SELECT DISTINCT coalesce(currency, '') FROM {LINES} ORDER BY 1"  # noqa: S608
        return tuple(row[0] for row in self.connection.execute(asked).fetchall())


def read_bill(places: Iterable[str], state: Path | None = None) -> Bill:
    """Read files, folders, globs and addresses of object stores; raises InputError.

    With a `state` folder a file that was read before is not read again, and periods of earlier runs that
    the files do not have are part of the bill.
    """
    return _Reading(open_engine(), Ledger(state) if state else None).read(bill_files(places))


def open_engine() -> DuckDBPyConnection:
    """Open DuckDB; raises UsageError where it is not installed."""
    try:
        import duckdb
    except ImportError as error:
        raise UsageError("bills are read by DuckDB; pip install 'tagward[billing]'") from error
    spill = Path(tempfile.gettempdir(), f"tagward-{os.getuid()}-duckdb")
    connection = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(spill)})
    connection.execute("SET preserve_insertion_order = false")
    return connection


class _Reading:
    """Reads one delivery."""

    def __init__(self, connection: DuckDBPyConnection, ledger: Ledger | None) -> None:
        self.connection = connection
        self.ledger = ledger
        self.index = ledger.index() if ledger else None
        self.before = self.index.entries if self.index else ()
        self.delivery = (self.index.last_delivery if self.index else 0) + 1

    def read(self, files: Sequence[BillFile]) -> Bill:
        read = list(self._entries(files))
        entries = [*self._kept(read), *read]
        if self.ledger:
            self.ledger.keep(entries)
        self._define(entries)
        return Bill(self.connection, entries)

    def _entries(self, files: Sequence[BillFile]) -> Iterator[Entry]:
        """Stage every file; one that is there twice is counted once, and said to be."""
        seen: dict[str, str] = {}
        for file in files:
            first = seen.setdefault(file.sha256 or file.path, file.path)
            if first != file.path:
                yield Entry(file.path, file.sha256, self.delivery, (), (duplicate(file.path, first),))
            else:
                yield self._restating(self._entry(file))

    def _entry(self, file: BillFile) -> Entry:
        """Stage a file, unless that was done before; look at what it holds."""
        relation = self._relation(file)
        if not (self.ledger and file.sha256 and self.ledger.staged(file.sha256).exists()):
            self._stage(file)
        held = f"SELECT DISTINCT {', '.join(_KEY)} FROM {relation} ORDER BY ALL"  # noqa: S608
        keys = tuple(Key(*row) for row in self.connection.execute(held).fetchall())
        found = tuple(findings_of(file.path, relation, self.connection))
        return Entry(file.path, file.sha256, self.delivery, keys, found)

    def _stage(self, file: BillFile) -> None:
        """Write the lines of a file to the state folder, or keep them in memory."""
        import duckdb

        raw = raw_file(file, self.connection)
        columns = layout(file.path, list(raw.types))
        try:
            tells = self._tells(raw.source, columns.columns.get("tag_details"))
            query = Staging(raw, columns, tells=tells).sql()
            if self.ledger and file.sha256:
                self._write(query, self.ledger.staged(file.sha256))
            else:
                self.connection.execute(f"CREATE TEMP TABLE {self._relation(file)} AS {query}")
        except duckdb.Error as error:
            raise unreadable(file.path, error) from error

    def _write(self, query: str, path: Path) -> None:
        fresh = path.with_suffix(f".{os.getpid()}.new")
        self.connection.execute(f"COPY ({query}) TO {literal(str(fresh))} (FORMAT parquet, COMPRESSION zstd)")
        fresh.replace(path)

    def _tells(self, source: str, column: str | None) -> bool:
        """Say whether anything is in the column that says which charges could carry tags."""
        if column is None:
            return False
        row = self.connection.execute(f"SELECT count({name(column)}) FROM {source}").fetchone()  # noqa: S608
        return bool(row and row[0])

    def _relation(self, file: BillFile | Entry) -> str:
        """Name what the staged lines of a file are read from."""
        if self.ledger and file.sha256:
            return f"read_parquet({literal(str(self.ledger.staged(file.sha256)))})"
        return name(file.path)

    def _restating(self, entry: Entry) -> Entry:
        """Note which periods of earlier deliveries a file replaces by something else."""
        older = {(key, each.sha256) for each in self.before for key in each.keys}
        periods = {key for key, _ in older}
        told = [key for key in entry.keys if key in periods and (key, entry.sha256) not in older]
        notes = (restated(entry.path, key.provider, key.account, key.period) for key in told)
        return replace(entry, findings=(*entry.findings, *notes))

    def _kept(self, read: Sequence[Entry]) -> Iterator[Entry]:
        """Keep what earlier deliveries have and this one has not."""
        fresh = {key for entry in read for key in entry.keys}
        again = {entry.sha256 for entry in read}
        for entry in self.before:
            left = tuple(key for key in entry.keys if key not in fresh)
            if left and entry.sha256 not in again:
                yield replace(entry, keys=left)

    def _define(self, entries: Sequence[Entry]) -> None:
        """Put the lines that count together as one view."""
        latest = alive(entries)
        parts = []
        for entry in entries:
            keys = [key for key in entry.keys if latest[key] == entry.delivery]
            if keys:
                parts.append(f"SELECT * FROM {self._relation(entry)} WHERE {_among(keys)}")  # noqa: S608
        if not parts:
            raise InputError(entries[0].path, "the bill has no lines")
        self.connection.execute(f"CREATE TEMP VIEW {LINES} AS {' UNION ALL BY NAME '.join(parts)}")


def _among(keys: Sequence[Key]) -> str:
    rows = ", ".join(
        f"({literal(key.provider)}, {literal(key.account)}, {literal(key.period)})" for key in keys
    )
    return f"({', '.join(_KEY)}) IN ({rows})"
