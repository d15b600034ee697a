"""Stores to test: SQLite in a folder of the test, PostgreSQL where a server can be had."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tagward_service.store import open_store
from tagward_service.store.interface import Store
from tests.service.store.postgres_server import Server, absent

GIVEN = "TAGWARD_TEST_POSTGRES_URL"
"""Names a database that tests may use in place of a server of their own."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server of our own."""
    if why := absent():
        pytest.skip(why)
    server = Server()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def own_postgres_url(postgres: Server) -> str:
    """Where an empty schema of this test is, on a server that a test may kill."""
    schema = f"tagward_{uuid4().hex[:12]}"
    postgres.execute(f"CREATE SCHEMA {schema}")
    return postgres.url(schema)


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where an empty schema of this test is."""
    schema = f"tagward_{uuid4().hex[:12]}"
    if given := os.environ.get(GIVEN):
        base, url = given, f"{given}{'&' if '?' in given else '?'}options=-csearch_path%3D{schema}"
    else:
        server: Server = request.getfixturevalue("postgres")
        base, url = server.url(), server.url(schema)
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}".encode())
    yield url
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store of this test is; each test runs with each engine."""
    if request.param == "sqlite":
        return str(tmp_path / "store.db")
    found: str = request.getfixturevalue("postgres_url")
    return found


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    """A store that is empty."""
    opened = open_store(url, snapshots=str(tmp_path / "snapshots"))
    yield opened
    opened.close()
