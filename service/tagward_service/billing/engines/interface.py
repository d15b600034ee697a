"""What is asked of an engine: the columns of a table, and rows. Nothing is written there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from msgspec import Struct

from tagward_generators.sql.dialects import Dialect


class Table(Struct, frozen=True):
    """A table: `source` is what goes after FROM, `types` are its columns with their types in Ibis."""

    source: str
    types: Mapping[str, Any]


class Engine(Protocol):
    """An engine, connected."""

    @property
    def name(self) -> str:
        """What it is called where its address is not told: `trino`."""

    @property
    def dialect(self) -> Dialect:
        """How it gets at tags."""

    def table(self, named: str) -> Table:
        """Look a table up; raises InputError."""

    def rows(self, query: str) -> Iterator[dict[str, Any]]:
        """Run a query, holding few rows at a time; raises InputError."""
