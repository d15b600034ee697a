"""The database behind a store: connections, transactions, and its errors told to people."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc

from tagward_service.store.errors import BusyError, StoreError

PATIENCE = 300
"""So many seconds a writer waits for another one: a merge of millions of findings takes a while."""

_MOMENT = 500
"""Milliseconds that it waits at a stretch."""

_MERGING = 0x7461677761726400
"""The advisory lock that every writer of a PostgreSQL store takes: one at a time, as with SQLite."""


_ALONE = f"""
    SET LOCAL lock_timeout = '{PATIENCE}s';
    SET LOCAL jit = off;
    SELECT pg_advisory_xact_lock({_MERGING})
"""
"""Waits for the other writers. A merge is cheaper than compiling it, though PostgreSQL cannot tell."""


class Database:
    """An engine, where it is for people, and one way each to read and to write.

    There is one writer at a time, in SQLite by its own lock and in PostgreSQL by an advisory one: what is
    written is short, and no order of two writers has to be thought about.
    """

    def __init__(self, engine: Engine, where: str) -> None:
        self.engine = engine
        self.where = where
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writing = RLock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees the store as it is at one moment, whatever is written meanwhile."""
        with self.told(), self.engine.connect() as connection, connection.begin():
            if not self.is_sqlite:
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection of its own whose writes count all at once, or not at all."""
        with self.told(), self.engine.connect() as connection, self.merging(connection):
            yield connection

    @contextmanager
    def merging(self, connection: Connection) -> Iterator[None]:
        """Write through a connection: all at once, or not at all."""
        with self.told(), self._writing:
            if self.is_sqlite:
                with _immediately(connection):
                    yield
            else:
                with connection.begin():
                    connection.exec_driver_sql(_ALONE)
                    yield

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn what the engine says into what a person can act on."""
        try:
            yield
        except exc.TimeoutError as error:
            raise BusyError(f"store `{self.where}`: all connections are in use") from error
        except exc.DBAPIError as error:
            raise _told(self.where, error) from error
        except exc.SQLAlchemyError as error:
            raise StoreError(f"store `{self.where}`: {_first_line(error)}") from error

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.engine.dispose()


@contextmanager
def _immediately(connection: Connection) -> Iterator[None]:
    """Take SQLite's write lock at the start: a lock that is taken later may fail without waiting."""
    connection.execution_options(tagward_writes=True)
    try:
        with connection.begin():
            yield
    finally:
        connection.execution_options(tagward_writes=False)


def sqlite_engine(path: str) -> Engine:
    """Make the engine of a SQLite file."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(
            path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        ),
        poolclass=_queue_pool(),
        pool_size=8,
        max_overflow=-1,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def postgres_engine(url: Any) -> Engine:
    """Make the engine of a PostgreSQL server; a connection that died is replaced."""
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=-1,
        connect_args={"connect_timeout": 10, "application_name": "tagward", "client_encoding": "utf8"},
    )


def _queue_pool() -> Any:
    from sqlalchemy.pool import QueuePool

    return QueuePool


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Set up a connection: nothing acknowledged is lost with the process, though power may cost a part.

    Parts that are lost with the power are read again when the scan is resumed, so that a sync for each of
    thousands of parts would buy nothing.
    """
    for pragma in (
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "cache_size = -8192",
        "temp.cache_size = -8192",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("casefolded", 1, _casefolded, deterministic=True)


def _casefolded(text: str) -> str:
    return text.casefold()


def _begin_sqlite(connection: Connection) -> None:
    if not connection.get_execution_options().get("tagward_writes"):
        connection.exec_driver_sql("BEGIN")
        return
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    raw.execute(f"PRAGMA busy_timeout = {_MOMENT}")
    try:
        if not _gets_its_turn(raw):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        raw.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")


def _gets_its_turn(raw: sqlite3.Connection) -> bool:
    """Wait for the write lock, a moment at a time: while SQLite itself waits, Ctrl-C is not heard."""
    for _ in range(PATIENCE * 1000 // _MOMENT):
        try:
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                return False
        else:
            return True
    return False


_SQLITE_SAYS = (
    ("database is locked", "is locked by another program; wait for it, or stop it"),
    ("unable to open", "cannot be opened; see that its folder exists and that you may write there"),
    ("readonly", "cannot be written: the file or its folder is read-only"),
    ("is full", "cannot be written: the disk is full"),
    ("disk I/O error", "cannot be read or written: the disk or its quota failed"),
    ("not a database", "is not a SQLite database; name another file"),
    ("malformed", "is damaged; restore it from a copy, or begin a new one"),
)


def _told(where: str, error: exc.DBAPIError) -> StoreError:
    """Say what went wrong with the database, and what to do."""
    said = str(error.orig)
    for words, meaning in _SQLITE_SAYS:
        if isinstance(error.orig, sqlite3.Error) and words in said:
            kind = BusyError if "locked" in words else StoreError
            return kind(f"store `{where}` {meaning}")
    if getattr(error.orig, "sqlstate", None) == "55P03":
        return BusyError(f"store `{where}`: another process has been writing for {PATIENCE} s; try again")
    if error.connection_invalidated or "connection" in said:
        return StoreError(f"store `{where}`: the server cannot be reached: {_first_line(error.orig)}")
    return StoreError(f"store `{where}`: {_first_line(error.orig)}")


def _first_line(error: object) -> str:
    """Shorten what an engine says: its first line, without a full stop."""
    return (str(error).strip().splitlines() or ["unknown"])[0].rstrip(".")
