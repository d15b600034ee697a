"""Where a writer keeps what it has read of a part: tables that only its own connection sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from tagward.errors import TagwardError
from tagward_service.store.database import Database

_STAGED = "verdict_id {big}, place_id {big}, native_id TEXT, name TEXT)"
_TABLES = (
    f"staged (digest {{blob}} PRIMARY KEY, {_STAGED}",
    f"copied (digest {{blob}}, {_STAGED}",
    "touched (digest {blob} PRIMARY KEY, resource_id {big}, seen_at {big}, seen_in {big})",
    "gone (resource_id {big} PRIMARY KEY, seen_at {big}, seen_in {big})",
    "ended (finding_id {big} PRIMARY KEY, seen_at {big}, seen_in {big})",
)
"""What a merge works with: resources with findings, in PostgreSQL copied first; those of them that are new
or changed; resources that are not there or have no findings any more; and findings that end."""

StagedRow = tuple[bytes, int, int, str, str]
"""Digest, verdict, place, id and name of a resource with findings."""


class Staging:
    """The tables of one writer; they go with its connection, however that ends."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.told():
            self._connection = database.engine.connect()
        try:
            with database.told(), self._connection.begin():
                _create(self._connection)
        except TagwardError:
            self._connection.close()
            raise

    def add(self, rows: list[StagedRow]) -> None:
        """Stage resources with findings; of those that come twice, the first counts."""
        with self._database.told(), self._connection.begin():
            if self._database.is_sqlite:
                self._connection.exec_driver_sql("INSERT OR IGNORE INTO staged VALUES (?, ?, ?, ?, ?)", rows)
            else:
                self._copy(rows)

    def empty(self) -> None:
        """Forget what is staged, after a merge or without one."""
        with self._database.told(), self._connection.begin():
            _clear(self._connection)

    def clear(self) -> None:
        """Forget what is staged, within the transaction of a merge."""
        _clear(self._connection)

    @contextmanager
    def merging(self) -> Iterator[Connection]:
        """Give the connection, to write with it what counts all at once."""
        with self._database.merging(self._connection):
            if not self._database.is_sqlite:
                self._connection.exec_driver_sql(
                    "INSERT INTO staged SELECT * FROM copied ON CONFLICT DO NOTHING"
                )
                self._connection.exec_driver_sql("ANALYZE staged")
            yield self._connection

    def _copy(self, rows: list[StagedRow]) -> None:
        """Stage by COPY, many times as fast as by INSERT; it knows no conflicts, so that comes later."""
        raw: Any = self._connection.connection.driver_connection
        with raw.cursor() as cursor, cursor.copy("COPY copied FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def discard(self) -> None:
        """Give the connection up: nobody knows what state it is in."""
        with suppress(SQLAlchemyError):
            self._connection.invalidate()
        self._connection.close()


class Stagings:
    """Stagings for the parts of one scan, used again and again: to make their tables takes a while."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._spare: list[Staging] = []

    def take(self) -> Staging:
        """Give an empty staging to a writer."""
        return self._spare.pop() if self._spare else Staging(self._database)

    def give_back(self, staging: Staging) -> None:
        """Empty a staging for the next writer."""
        try:
            staging.empty()
        except TagwardError:
            staging.discard()
        else:
            self._spare.append(staging)

    def close(self) -> None:
        """Give the connections back that no writer uses."""
        while self._spare:
            self._spare.pop().close()


def _create(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    words = {"blob": "BLOB", "big": "INTEGER"} if is_sqlite else {"blob": "BYTEA", "big": "BIGINT"}
    for table in _TABLES:
        connection.exec_driver_sql(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table.format_map(words)}")
    _clear(connection)


def _clear(connection: Connection) -> None:
    for table in _TABLES:
        connection.exec_driver_sql(f"DELETE FROM {table.partition(' ')[0]}")  # noqa: S608
