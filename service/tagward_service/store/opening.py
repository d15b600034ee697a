"""Opening a store by its URL."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from tagward.errors import UsageError
from tagward_service.store.database import Database, postgres_engine, sqlite_engine
from tagward_service.store.errors import StoreError
from tagward_service.store.migrating import migrate
from tagward_service.store.snapshots import Snapshots
from tagward_service.store.tabled import TabledStore

OLDEST_SQLITE = (3, 35, 0)

_EXAMPLES = "a path, `sqlite:///PATH` or `postgresql://USER@HOST/NAME`"


def open_tabled(url: str, snapshots: str | None, lease: float) -> TabledStore:
    """Open a store, making it where there is none."""
    database = _database(url)
    try:
        if database.is_sqlite:
            _make_folder(database.where)
        migrate(database)
        if database.is_sqlite:
            _log_ahead(database)
        return TabledStore(database, _snapshots(snapshots), lease)
    except BaseException:
        database.close()
        raise


def _snapshots(root: str | None) -> Snapshots | None:
    if not root:
        return None
    snapshots = Snapshots(root)
    snapshots.check()
    return snapshots


def _database(url: str) -> Database:
    scheme, separator, rest = url.partition("://")
    if not separator:
        return _sqlite(url)
    if scheme == "sqlite":
        return _sqlite(rest.removeprefix("/"))
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        return _postgres(f"postgresql+psycopg://{rest}")
    raise UsageError(f"a store cannot be at `{scheme}://`; write {_EXAMPLES}")


def _sqlite(path: str) -> Database:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE))
        raise StoreError(
            f"a store needs SQLite {wanted} or newer, and this Python has {sqlite3.sqlite_version}"
        )
    if path in ("", ":memory:") or "\0" in path:
        raise UsageError(f"a store needs a file; write {_EXAMPLES}")
    return Database(sqlite_engine(path), path)


def _postgres(url: str) -> Database:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise UsageError(f"the store's URL cannot be read; write {_EXAMPLES}") from error
    where = parsed.set(drivername="postgresql", query={}).render_as_string(hide_password=True)
    try:
        return Database(postgres_engine(parsed), where)
    except ImportError:
        raise UsageError("a store in PostgreSQL needs an extra: pip install 'tagward[postgres]'") from None


def _make_folder(path: str) -> None:
    with suppress(OSError):
        Path(path).parent.mkdir(parents=True, exist_ok=True)


def _log_ahead(database: Database) -> None:
    """Let readers and a writer use the file at the same time."""
    with database.told(), database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        if raw.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            raw.execute("PRAGMA journal_mode = WAL")
