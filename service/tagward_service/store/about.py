"""What there is to say of a store itself, and giving back room that it does not need."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import text

from tagward_service.store.database import Database
from tagward_service.store.errors import StoreError
from tagward_service.store.forget_interface import About
from tagward_service.store.schema import HEAD


def about(database: Database) -> About:
    """Say where a store is, and how big."""
    if database.is_sqlite:
        files = [Path(f"{database.where}{suffix}") for suffix in ("", "-wal")]
        size = sum(file.stat().st_size for file in files if file.exists())
        return About(database.where, "SQLite", HEAD, size)
    with database.reading() as connection:
        size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    return About(database.where, "PostgreSQL", HEAD, size)


def compact(database: Database) -> None:
    """Give room back: SQLite copies its file, and needs as much room again while it does."""
    with database.told(), database.engine.connect() as connection:
        if not database.is_sqlite:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")
            return
        # A transaction of SQLAlchemy would be in the way.
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        try:
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise StoreError(f"store `{database.where}` cannot be compacted: {error}") from None
