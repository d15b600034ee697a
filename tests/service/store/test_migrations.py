"""Migrations: what they make is what the program expects, and what is not ours is refused."""

import sqlite3
from pathlib import Path
from threading import Barrier, Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from tagward_service.store import open_store
from tagward_service.store import schema as tables
from tagward_service.store.errors import StoreError
from tagward_service.store.interface import Store
from tagward_service.store.tabled import TabledStore
from tests.service.store.stories import HERE, NO_TEAM, scan, told


def test_the_migrations_make_the_tables_of_the_schema(store: Store) -> None:
    assert isinstance(store, TabledStore)
    with store._database.reading() as connection:
        options = {"version_table": tables.VERSION_TABLE}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []


def test_the_program_knows_its_newest_migration() -> None:
    folder = Path(tables.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_heads() == [tables.HEAD]


def test_a_store_is_opened_again_with_what_is_in_it(url: str) -> None:
    first = open_store(url)
    scan(first, {HERE: {"i-1": NO_TEAM}})
    first.close()
    second = open_store(url)
    assert told(second) == [("i-1", "ml-team", "open")]
    second.close()


def test_several_open_a_new_store_at_once(url: str) -> None:
    opened: list[Store] = []
    barrier = Barrier(4)

    def run() -> None:
        barrier.wait()
        opened.append(open_store(url))

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    for each in opened:
        assert told(each) == []
        each.close()


def test_a_store_of_a_newer_program_is_refused(url: str, store: Store) -> None:
    assert isinstance(store, TabledStore)
    with store._database.writing() as connection:
        connection.execute(text(f"UPDATE {tables.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"a newer tagward \(its schema is `9999`.*; update"):
        open_store(url)


def test_a_sqlite_file_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE invoice (id INTEGER)")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match=r"of another program \(it has the table `invoice`\)"):
        open_store(str(path))
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("invoice",)]
    assert connection.execute("PRAGMA journal_mode").fetchall() == [("delete",)]
    connection.close()


def test_tables_of_another_program_in_postgresql_are_refused_only_when_they_are_named_alike(
    postgres_url: str,
) -> None:
    store = open_store(postgres_url)
    assert isinstance(store, TabledStore)
    with store._database.writing() as connection:
        connection.execute(text("CREATE TABLE invoice (id INTEGER)"))
        connection.execute(text(f"DROP TABLE {tables.VERSION_TABLE}"))
    store.close()
    with pytest.raises(StoreError, match=r"another program \(it has the table `dispute`\)"):
        open_store(postgres_url)
    with store._database.writing() as connection:
        for name in inspect(connection).get_table_names():
            if name != "invoice":
                connection.execute(text(f"DROP TABLE {name} CASCADE"))
    open_store(postgres_url).close()
    store.close()
