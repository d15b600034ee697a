"""What is asked of a store, for whichever process asks it; `store` is the URL."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from tagward_service.store.dispute_interface import DisputesWanted
from tagward_service.store.interface import Wanted
from tagward_service.web.jobs import WebJob


class ScansJob(Struct, frozen=True, tag="scans"):
    """List the newest scans."""

    store: str
    cloud: str | None
    limit: int


class ScanJob(Struct, frozen=True, tag="scan"):
    """Show one scan, and what it could not read."""

    store: str
    scan: int


class FindingsJob(Struct, frozen=True, tag="findings"):
    """Give one page of findings."""

    store: str
    wanted: Wanted
    sort: str
    limit: int
    cursor: str | None


class ExportJob(Struct, frozen=True, tag="export"):
    """Write all findings to a file."""

    store: str
    wanted: Wanted
    form: Literal["csv", "parquet"]
    path: str


class CoverageJob(Struct, frozen=True, tag="coverage"):
    """Say how it stands."""

    store: str
    as_of: date
    by: tuple[str, ...]


class ReadinessJob(Struct, frozen=True, tag="readiness"):
    """Say whether it is enough."""

    store: str
    as_of: date
    threshold: float | None


class DisputesJob(Struct, frozen=True, tag="disputes"):
    """Give one page of disputes."""

    store: str
    wanted: DisputesWanted
    limit: int
    cursor: str | None


StoreJob = ScansJob | ScanJob | FindingsJob | ExportJob | CoverageJob | ReadinessJob | DisputesJob | WebJob
