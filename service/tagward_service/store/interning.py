"""What repeats, kept once: texts come in, and the numbers that stand for them go out."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Table, select

from tagward_service.store.database import Database

MOST = 16_384
"""So many are remembered before all are forgotten and looked up again."""

_CHUNK = 500

Row = dict[str, Any]
Also = Callable[[Connection, Mapping[bytes, int]], None]
_Key = TypeVar("_Key", bound=Hashable)


class Numbers(Generic[_Key]):
    """The numbers of some things; `find` looks up, or makes, those that are not remembered."""

    def __init__(self, find: Callable[[Sequence[_Key]], Mapping[_Key, int]]) -> None:
        self._find = find
        self._known: dict[_Key, int] = {}
        self._lock = Lock()

    def of(self, keys: Sequence[_Key]) -> list[int]:
        """Give the number of each."""
        known = self._known
        try:
            return [known[key] for key in keys]
        except KeyError:
            with self._lock:
                return self._learn(keys)

    def _learn(self, keys: Sequence[_Key]) -> list[int]:
        found = {key: self._known[key] for key in keys if key in self._known}
        found.update(self._find([key for key in dict.fromkeys(keys) if key not in found]))
        if len(self._known) + len(found) > MOST:
            self._known = {}
        self._known.update(found)
        return [found[key] for key in keys]


def numbers_of(
    database: Database, table: Table, rows: Mapping[bytes, Row], also: Also | None = None
) -> dict[bytes, int]:
    """Give the number of each row by its digest, and keep those that are new.

    `also` keeps what belongs to the new ones, in the same transaction.
    """
    with database.reading() as connection:
        found = _found(connection, table, rows)
    missing = sorted(rows.keys() - found.keys())
    if missing:
        with database.writing() as connection:
            insert_missing(connection, table, [{"digest": key, **rows[key]} for key in missing])
            new = _found(connection, table, missing)
            if also:
                also(connection, new)
        found.update(new)
    return found


def insert_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that are not there yet, by their primary key or digest."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        connection.execute(sqlite_insert(table).on_conflict_do_nothing(), rows)
    else:
        from sqlalchemy.dialects.postgresql import insert as postgres_insert

        connection.execute(postgres_insert(table).on_conflict_do_nothing(), rows)


def _found(connection: Connection, table: Table, digests: Iterable[bytes]) -> dict[bytes, int]:
    wanted = list(digests)
    found: dict[bytes, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        rows = connection.execute(select(table.c.digest, table.c.id).where(table.c.digest.in_(chunk)))
        found.update((bytes(key), number) for key, number in rows)
    return found
