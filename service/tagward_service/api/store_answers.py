"""What the API answers out of a store: shapes that are published, and how they are filled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from tagward.policy import Policy
from tagward_service.coverage.json_coverage import JsonNotScanned, JsonReadiness, Percent
from tagward_service.outputs.json_report import Count, JsonPolicy
from tagward_service.scan.report import summary_of
from tagward_service.store.interface import KeptFinding, Life, Page, Scan, ScanState, Store


class ServedScan(Struct, frozen=True):
    """One scan."""

    id: int
    cloud: str
    scope: Annotated[dict[str, str], Meta(description="What was scanned, as the cloud names it.")]
    shard: Annotated[str, Meta(description="`2/8` for the second of eight, empty for all.")]
    policy: JsonPolicy
    as_of: date
    state: ScanState
    started_at: datetime
    finished_at: datetime | None
    parts: Count
    parts_done: Count


class ServedScans(Struct, frozen=True):
    """Scans by the policy in force, the newest first."""

    version: Literal[1]
    scans: list[ServedScan]


class ServedSums(Struct, frozen=True):
    """Counts of resources; taggable = compliant + violating + unknown + exempt."""

    resources: Count
    taggable: Count
    compliant: Count
    violating: Count
    unknown: Count
    exempt: Count
    untaggable: Count
    percent: Percent


class ServedScanDetails(Struct, frozen=True):
    """One scan with what it found and what it could not read."""

    version: Literal[1]
    scan: ServedScan
    by_resource: ServedSums
    not_scanned: list[JsonNotScanned]


class ServedPlace(Struct, frozen=True):
    """The resource that a finding is about; what its cloud does not have is empty."""

    cloud: str
    type: str
    id: Annotated[str, Meta(description="ARN, Azure id, full resource name, cluster/namespace/kind/name.")]
    name: str
    account: str
    region: str
    namespace: str
    service: str


class ServedFinding(Struct, frozen=True):
    """A finding with its life."""

    id: int
    life: Life
    code: str
    rule: str
    tag: str
    key: str
    severity: str
    mode: str
    status: str
    message: str
    fix: str
    value: str | None
    source: str | None
    resource: ServedPlace
    first_seen: datetime
    last_seen: datetime
    resolved_at: datetime | None
    reopened: Annotated[int, Meta(ge=0, description="How often it came back after it had been resolved.")]


class ServedFindings(Struct, frozen=True):
    """A page of findings; `next` is the cursor of the page that follows, null at the end."""

    version: Literal[1]
    findings: list[ServedFinding]
    next: str | None


class ServedReadiness(Struct, frozen=True):
    """Whether enough of what was scanned is compliant."""

    version: Literal[1]
    policy: JsonPolicy
    as_of: date
    readiness: JsonReadiness
    percent: Percent
    taggable: Count
    compliant: Count
    not_scanned: list[JsonNotScanned]


def scans(found: Iterable[Scan]) -> ServedScans:
    """Put scans into the shape of the contract."""
    return ServedScans(1, [_scan(each) for each in found])


def scan_details(store: Store, scan: Scan) -> ServedScanDetails:
    """Describe one scan."""
    summary = summary_of(store.tallies([scan.id]))
    sums = ServedSums(
        summary.resources,
        summary.taggable,
        summary.compliant,
        summary.violating,
        summary.unknown,
        summary.exempt,
        summary.untaggable,
        summary.coverage_percent,
    )
    unread = [JsonNotScanned(each.what, each.why, each.incomplete) for each in store.unread(scan.id)]
    return ServedScanDetails(1, _scan(scan), sums, unread)


def findings(page: Page) -> ServedFindings:
    """Put a page of findings into the shape of the contract."""
    return ServedFindings(1, [_finding(each) for each in page.findings], page.cursor)


def named(policy: Policy) -> JsonPolicy:
    """Name a policy."""
    return JsonPolicy(policy.name, policy.version, policy.sha256)


def _scan(scan: Scan) -> ServedScan:
    return ServedScan(
        scan.id,
        scan.cloud,
        dict(scan.scope),
        scan.shard,
        JsonPolicy(scan.policy_name, scan.policy_version, scan.policy_sha256),
        scan.as_of,
        scan.state,
        scan.started_at,
        scan.finished_at,
        scan.parts,
        scan.parts_done,
    )


def _finding(kept: KeptFinding) -> ServedFinding:
    return ServedFinding(
        kept.id,
        kept.life,
        kept.code,
        kept.rule,
        kept.tag,
        kept.key,
        kept.severity,
        kept.mode,
        kept.status,
        kept.message,
        kept.fix,
        kept.value,
        kept.source,
        ServedPlace(
            kept.cloud,
            kept.type,
            kept.resource_id,
            kept.name,
            kept.account,
            kept.region,
            kept.namespace,
            kept.service,
        ),
        kept.first_seen,
        kept.last_seen,
        kept.resolved_at,
        kept.reopened,
    )
