"""Bringing the schema of a store up to date, and refusing what is not ours or too new."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from tagward_service.store.database import Database
from tagward_service.store.errors import StoreError
from tagward_service.store.schema import HEAD, VERSION_TABLE, metadata

APPLICATION = 0x74616777
"""What SQLite files of ours carry in their header, so that others are told apart: `tagw`."""


def migrate(database: Database) -> None:
    """Bring the schema up to date. Raises StoreError for a database of another program or of a newer one."""
    with database.reading() as connection:
        if _version(connection, database) == HEAD:
            return
    with database.writing() as connection:
        version = _version(connection, database)
        if version == HEAD:
            return
        if version is not None and version not in _versions():
            raise StoreError(
                f"store `{database.where}` was written by a newer tagward (its schema is `{version}`,"
                f" this one knows `{HEAD}`); update tagward"
            )
        _upgrade(connection)
        if database.is_sqlite:
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION}")


def _version(connection: Connection, database: Database) -> str | None:
    """Return the schema's version, None for an empty database; raises for one that is not ours."""
    tables = set(inspect(connection).get_table_names())
    if VERSION_TABLE in tables:
        return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()  # noqa: S608
    foreign = tables if database.is_sqlite else tables & set(metadata.tables)
    if foreign:
        raise StoreError(
            f"store `{database.where}` is a database of another program (it has the table"
            f" `{min(foreign)}`); name another one"
        )
    return None


def _versions() -> set[str]:
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory(str(_folder())).walk_revisions()}


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _folder() -> Path:
    return Path(__file__).parent / "migrations"
