"""What scans found, kept: SQLite in a file, PostgreSQL by URL; one schema, one way to write and to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagward.errors import UsageError

if TYPE_CHECKING:
    from tagward_service.store.interface import Store

LEASE_SECONDS = 60.0
"""A scan whose process has not been heard of for so long may be taken over."""


def open_store(url: str, *, snapshots: str | None = None, lease: float = LEASE_SECONDS) -> Store:
    """Open a store, making it where there is none.

    `url` is a path, `sqlite:///PATH` or `postgresql://USER@HOST/NAME`; `snapshots` is a folder or the URI of
    an object store, and None keeps no snapshots. Raises UsageError and StoreError.
    """
    try:
        from tagward_service.store.opening import open_tabled
    except ModuleNotFoundError as error:
        if str(error.name).startswith("tagward"):
            raise
        raise UsageError("a store needs an extra: pip install 'tagward[store]'") from error
    return open_tabled(url, snapshots, lease)
