"""Reads one delivery: every file staged once, what it replaces, and what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tagward.errors import InputError
from tagward_service.billing.columns import Layout, holds_costs, layout
from tagward_service.billing.contents import Content, content_of, plain
from tagward_service.billing.export_runs import newest_runs
from tagward_service.billing.files import BillFile
from tagward_service.billing.ingest_findings import (
    IngestFinding,
    duplicate,
    findings_of,
    foreign,
    no_lines,
    older_runs,
    restated,
    same_costs,
)
from tagward_service.billing.ledger import Entry, Key, Ledger, alive
from tagward_service.billing.notations import dates_in, numbers_in
from tagward_service.billing.raw_files import RawFile, lines_lost, raw_file, unreadable
from tagward_service.billing.sql_text import literal, name
from tagward_service.billing.staging import Staging
from tagward_service.billing.told_twice import pairs

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LINES = "lines"
"""The view of all lines that count."""

_KEY = ("coalesce(provider, '')", "coalesce(billing_account, '')", "period")


class Reading:
    """Reads one delivery into the view `lines` of a connection."""

    def __init__(self, connection: DuckDBPyConnection, ledger: Ledger | None) -> None:
        self.connection = connection
        self.ledger = ledger
        self.index = ledger.index() if ledger else None
        self.before = self.index.entries if self.index else ()
        self.delivery = (self.index.last_delivery if self.index else 0) + 1
        self.compares = False
        self.known = {(each.path, each.etag): each.sha256 for each in self.before if self._is_staged(each)}

    def read(self, files: Sequence[BillFile]) -> tuple[Entry, ...]:
        """Read files and put their lines together with those of earlier deliveries; raises InputError."""
        runs = newest_runs(files)
        self.compares = len(runs.newest) > 1
        read = [*self._compared(list(self._entries(runs.newest))), *self._left_out(runs.older)]
        entries = (*self._kept(read), *read)
        if self.ledger:
            self.ledger.keep(entries)
        self._define(entries)
        return entries

    def _entries(self, files: Sequence[BillFile]) -> Iterator[Entry]:
        """Stage every file; one that is there twice is counted once, and said to be."""
        seen: dict[str, str] = {}
        told: dict[tuple[object, ...], list[Entry]] = {}
        for file in files:
            with content_of(file, self.known) as content:
                first = seen.setdefault(content.sha256, file.path)
                entry = self._entry(file, content) if first == file.path else None
                same = self._same_lines(entry, told) if entry else first
                if same or not entry:
                    yield self._untold(file, content, duplicate(file.path, same))
                else:
                    yield self._restating(entry)

    def _same_lines(self, entry: Entry, told: dict[tuple[object, ...], list[Entry]]) -> str:
        """Name the file that has the same lines, however it is packed, ordered or written."""
        if not self.compares or not entry.keys:
            return ""
        alike = told.setdefault(self._sums(entry), [])
        alike.append(entry)
        return next((each.path for each in alike[:-1] if self._are_same(each, entry)), "")

    def _compared(self, entries: Sequence[Entry]) -> Iterator[Entry]:
        """Find files that tell the same costs in another way."""
        bills = [each for each in entries if each.keys]
        notes: dict[str, list[IngestFinding]] = {}
        for first, second, lines in pairs(self.connection, [self._days(each.sha256) for each in bills]):
            found = same_costs(bills[second].path, bills[first].path, lines)
            notes.setdefault(bills[second].path, []).append(found)
        for entry in entries:
            yield replace(entry, findings=(*entry.findings, *notes.get(entry.path, ())))

    def _entry(self, file: BillFile, content: Content) -> Entry:
        """Stage a file, unless that was done before; look at what it holds."""
        if content.place and not self._is_staged(content) and not self._stage(file, content):
            return self._untold(file, content, foreign(file.path))
        relation = self._relation(content.sha256)
        held = f"SELECT DISTINCT {', '.join(_KEY)} FROM {relation} ORDER BY ALL"  # noqa: S608
        keys = tuple(Key(*row) for row in self.connection.execute(held).fetchall())
        found = tuple(findings_of(file.path, relation, self.connection)) if keys else (no_lines(file.path),)
        return Entry(file.path, content.sha256, self.delivery, keys, found, content.etag)

    def _untold(self, file: BillFile, content: Content, why: IngestFinding) -> Entry:
        return Entry(file.path, content.sha256, self.delivery, (), (why,), content.etag)

    def _left_out(self, older: Sequence[BillFile]) -> Iterator[Entry]:
        if older:
            yield Entry(older[0].path, "", self.delivery, (), (older_runs(older[0].path, len(older)),))

    def _stage(self, file: BillFile, content: Content) -> bool:
        """Write the lines of a file to the state folder, or keep them in memory; False for what is no bill.

        What lies in a folder beside bills is passed over. What was named itself, or has costs, has to be a
        bill: InputError otherwise.
        """
        import duckdb

        place = content.place or Path()
        if file.found and place.stat().st_size == 0:
            return False
        with plain(file.path, place) as unpacked:
            raw = raw_file(file.path, unpacked, self.connection)
            if file.found and not holds_costs(list(raw.types)):
                return False
            columns = layout(file.path, list(raw.types))
            try:
                self._write_all(file.path, raw, columns, content.sha256)
            except duckdb.Error as error:
                raise unreadable(file.path, error) from error
            if raw.has_lines and not self._sum("lines", content.sha256):
                raise lines_lost(file.path)
        return True

    def _write_all(self, path: str, raw: RawFile, columns: Layout, sha256: str) -> None:
        """Stage a file, and once more where its costs turn out to be written as in Europe."""
        told = self._tells(raw.source, columns.columns.get("tag_details"))
        dates = dates_in(path, raw, columns, self.connection)
        staging = Staging(raw, columns, tells=told, dates=dates)
        self._write(staging.sql(), sha256)
        is_unpriced = self._sum("unpriced", sha256) > 0
        numbers = numbers_in(path, raw, columns, self.connection) if is_unpriced else None
        if numbers:
            staging = Staging(raw, columns, tells=told, dates=dates, numbers=numbers)
            self._write(staging.sql(), sha256)
        if self.compares or self.ledger:
            self._write(staging.days(), sha256, days=True)

    def _write(self, query: str, sha256: str, *, days: bool = False) -> None:
        if not self.ledger:
            relation = self._days(sha256) if days else self._relation(sha256)
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS {query}")
            return
        path = self.ledger.days(sha256) if days else self.ledger.staged(sha256)
        fresh = path.with_suffix(f".{os.getpid()}.new")
        self.connection.execute(f"COPY ({query}) TO {literal(str(fresh))} (FORMAT parquet, COMPRESSION zstd)")
        fresh.replace(path)

    def _sum(self, column: str, sha256: str) -> int:
        row = self.connection.execute(f"SELECT sum({column}) FROM {self._relation(sha256)}").fetchone()  # noqa: S608
        return int(row[0] or 0) if row else 0

    def _tells(self, source: str, column: str | None) -> bool:
        """Say whether anything is in the column that says which charges could carry tags."""
        if column is None:
            return False
        row = self.connection.execute(f"SELECT count({name(column)}) FROM {source}").fetchone()  # noqa: S608
        return bool(row and row[0])

    def _is_staged(self, file: Entry | Content) -> bool:
        if not self.ledger or not file.sha256:
            return False
        return self.ledger.staged(file.sha256).exists() and self.ledger.days(file.sha256).exists()

    def _relation(self, sha256: str) -> str:
        """Name what the staged lines of a file are read from."""
        if self.ledger:
            return f"read_parquet({literal(str(self.ledger.staged(sha256)))})"
        return name(sha256)

    def _sums(self, entry: Entry) -> tuple[object, ...]:
        """Sum a file up, so that only those that come to the same need to be compared."""
        asked = "count(*), sum(lines), sum(billed), sum(effective), min(first_start), max(last_start)"
        found = self.connection.execute(f"SELECT {asked} FROM {self._relation(entry.sha256)}").fetchone()  # noqa: S608
        return (entry.keys, *(found or ()))

    def _are_same(self, one: Entry, other: Entry) -> bool:
        """Say whether two files have the same lines, however they are packed, ordered and written."""
        first, second = self._relation(one.sha256), self._relation(other.sha256)
        asked = f"SELECT count(*) FROM (SELECT * FROM {first} EXCEPT ALL SELECT * FROM {second})"  # noqa: S608
        return self.connection.execute(asked).fetchone() == (0,)

    def _days(self, sha256: str) -> str:
        """Name what the days of a file are read from."""
        if self.ledger:
            return f"read_parquet({literal(str(self.ledger.days(sha256)))})"
        return name(f"{sha256} days")

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
        """Put the lines that count together as one view; raises InputError where there is no bill."""
        latest = alive(entries)
        parts = []
        for entry in entries:
            keys = [key for key in entry.keys if latest[key] == entry.delivery]
            if keys:
                parts.append(f"SELECT * FROM {self._relation(entry.sha256)} WHERE {_among(keys)}")  # noqa: S608
        if not parts:
            parts = [f"SELECT * FROM {self._relation(_empty(entries).sha256)}"]  # noqa: S608
        self.connection.execute(f"CREATE TEMP VIEW {LINES} AS {' UNION ALL BY NAME '.join(parts)}")


def _empty(entries: Sequence[Entry]) -> Entry:
    """Return a bill without lines; raises InputError where none of the files is a bill."""
    for entry in entries:
        if any(each.code == "no-lines" for each in entry.findings):
            return entry
    raise InputError(entries[0].path, "neither this file nor any other is a bill", "name one of FOCUS")


def _among(keys: Sequence[Key]) -> str:
    rows = ", ".join(
        f"({literal(key.provider)}, {literal(key.account)}, {literal(key.period)})" for key in keys
    )
    return f"({', '.join(_KEY)}) IN ({rows})"
