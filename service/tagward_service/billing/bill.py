"""A bill, read: its lines in DuckDB, whatever files they came from."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tagward.errors import UsageError
from tagward_service.billing.files import bill_files
from tagward_service.billing.ledger import Entry, Ledger
from tagward_service.billing.reading import LINES, Reading

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "700MB"
"""What DuckDB may hold; beyond it, it writes to disk."""

OFFLINE = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
"""Nothing is fetched at run time: what is needed comes with DuckDB, and pipelines are often closed off."""


class Bill:
    """Lines of a bill as the view `lines` of a connection, and what is wrong with its files."""

    def __init__(self, connection: DuckDBPyConnection, entries: Sequence[Entry]) -> None:
        self.connection = connection
        self.entries = tuple(entries)
        self.findings = tuple(finding for entry in entries for finding in entry.findings)

    @property
    def currencies(self) -> tuple[str, ...]:
        """List the currencies of the lines."""
        asked = f"SELECT DISTINCT coalesce(currency, '') FROM {LINES} ORDER BY 1"  # noqa: S608
        return tuple(row[0] for row in self.connection.execute(asked).fetchall())


def read_bill(places: Iterable[str], state: Path | None = None) -> Bill:
    """Read files, folders, globs and addresses of object stores; raises InputError.

    With a `state` folder a file that was read before is not read again, and periods of earlier runs that
    the files do not have are part of the bill.
    """
    connection = open_engine()
    entries = Reading(connection, Ledger(state) if state else None).read(bill_files(places))
    return Bill(connection, entries)


def open_engine() -> DuckDBPyConnection:
    """Open DuckDB; raises UsageError where it is not installed."""
    try:
        import duckdb
    except ImportError as error:
        raise UsageError("bills are read by DuckDB; pip install 'tagward[billing]'") from error
    spill = Path(tempfile.gettempdir(), f"tagward-{os.getuid()}-duckdb")
    connection = duckdb.connect(config={**OFFLINE, "memory_limit": MEMORY, "temp_directory": str(spill)})
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET TimeZone = 'UTC'")
    return connection
