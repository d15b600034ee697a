"""Opening a store only if there is one: a question makes no empty store that answers it with nothing."""

from __future__ import annotations

from pathlib import Path

from tagward.diagnostics import quoted
from tagward_service.store import open_store
from tagward_service.store.errors import StoreError
from tagward_service.store.interface import Store


def open_existing(url: str) -> Store:
    """Open a store to read it. Raises StoreError also when its file is not there, and UsageError."""
    check_existing(url)
    return open_store(url)


def check_existing(url: str) -> None:
    """Raise StoreError where a store would be made by opening it."""
    file = file_of(url)
    if file is not None and not file.is_file():
        raise StoreError(f"there is no store at {quoted(str(file))}; `tagward scan` makes it")


def file_of(url: str) -> Path | None:
    """Return the file of a store that is one."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return Path(url)
    return Path(rest.removeprefix("/")) if scheme == "sqlite" else None
