"""Where scans are remembered: `--store`, else beside the policy file, else in the user's state folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from tagward_service.cli import options
from tagward_service.cli.discovery import find
from tagward_service.cli.settings import Settings
from tagward_service.store import open_store
from tagward_service.store.existing import check_existing, file_of, open_existing

if TYPE_CHECKING:
    from tagward_service.store.gap_interface import KeptGap
    from tagward_service.store.interface import Store

STORE = options.Option(
    name="store",
    metavar="URL",
    help="where scans are remembered: a file, sqlite:///FILE or postgresql://USER@HOST/NAME; "
    "tagward.db beside the policy if not given",
)
KEEP = options.Option(
    name="keep", flag=True, help="remember the result in the store, for the API and the dashboard"
)
FILE = "tagward.db"


def find_policy(settings: Settings) -> None:
    """Find the policy that the store may lie beside, without reading it."""
    found = find(settings.text("policy"), settings.origin("policy"), Path.cwd())
    settings.supply("policy", str(found.source), found.origin)


def store_url(settings: Settings) -> str:
    """Find the store of a run whose policy has been found."""
    beside = _beside_policy(settings.text("policy"))
    settings.supply("store", str(beside / FILE), "beside the policy" if beside != _state() else "default")
    return settings.text("store") or ""


def names_store(settings: Settings) -> bool:
    """Say whether somebody named a store to look into: one that `--keep` is to make has nothing yet."""
    url = settings.text("store")
    if url is None:
        return False
    file = file_of(url)
    return file is None or file.is_file() or not settings.flag("keep")


@contextmanager
def opened_to_scan(settings: Settings) -> Iterator[Store]:
    """Open the store and its snapshots to write to both, and make them where there are none.

    Raises UsageError or StoreError, also where one of them cannot be written.
    """
    url = store_url(settings)
    with closing(open_store(url, snapshots=settings.text("snapshots") or _snapshots_beside(url))) as store:
        yield store


@contextmanager
def opened_to_write(settings: Settings) -> Iterator[Store]:
    """Open the store to write what is no scan, and make it where there is none; raises as above."""
    with closing(open_store(store_url(settings))) as store:
        yield store


@contextmanager
def opened_to_mend(settings: Settings) -> Iterator[Store]:
    """Open a store that is there, and its snapshots, to write to both; raises as above."""
    check_existing(store_url(settings))
    with opened_to_scan(settings) as store:
        yield store


@contextmanager
def opened_to_read(settings: Settings) -> Iterator[Store]:
    """Open a store that is there; raises StoreError and UsageError."""
    with closing(open_existing(store_url(settings))) as store:
        yield store


def keep(
    settings: Settings, kind: str, policy: str, as_of: date, content: str, gaps: Iterable[KeptGap] = ()
) -> None:
    """Remember a report in the store, with the gaps of a bill."""
    with opened_to_write(settings) as store:
        store.keep_report(kind, policy, as_of, content.encode(), gaps)


def _beside_policy(policy: str | None) -> Path:
    """Return the folder of the policy file; a pack has none, so that the state folder is taken."""
    if policy is None or policy.startswith("pack:"):
        return _state()
    path = Path(policy)
    return path if path.is_dir() else path.parent


def _state() -> Path:
    """Return the folder for what a program remembers (XDG Base Directory Specification)."""
    named = os.environ.get("XDG_STATE_HOME", "")
    return (Path(named) if Path(named).is_absolute() else Path.home() / ".local" / "state") / "tagward"


def _snapshots_beside(url: str) -> str | None:
    file = file_of(url)
    return None if file is None else str(file.with_name(f"{file.name}-snapshots"))
