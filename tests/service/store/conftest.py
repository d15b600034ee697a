"""Stores to test: SQLite in a folder of the test, PostgreSQL where a server can be had."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tagward_service.store import open_store
from tagward_service.store.interface import Store


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where a store of this test is."""
    return str(tmp_path / "store.db")


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    """A store that is empty."""
    opened = open_store(url, snapshots=str(tmp_path / "snapshots"))
    yield opened
    opened.close()
