"""Coverage by resource as JSON: a versioned contract, typed here and published as a JSON Schema."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from tagward_service.coverage.dimensions import Breakdown
from tagward_service.coverage.forecast import CONFIDENCE, Outlook
from tagward_service.coverage.housekeeping import Kind
from tagward_service.coverage.report import CoverageReport
from tagward_service.outputs.json_report import Count, JsonPolicy
from tagward_service.outputs.json_text import json_text
from tagward_service.store.interface import Scan

VERSION: Literal[1] = 1

Percent = Annotated[float, Meta(ge=0, le=100, description="Rounded down to one decimal.")] | None
"""None of nothing."""
Day = Annotated[date, Meta(description="A day in UTC.")]


class JsonScan(Struct, frozen=True):
    """One of the newest scans, which together tell what exists."""

    id: int
    cloud: str
    scope: dict[str, str]
    shard: Annotated[str, Meta(description="`2/8` for the second of eight, empty for all.")]
    state: str
    as_of: Day


class JsonByResource(Struct, frozen=True):
    """Counts of resources; taggable = compliant + violating + unknown + exempt."""

    percent: Percent
    resources: Count
    taggable: Count
    compliant: Count
    violating: Count
    unknown: Count
    exempt: Count
    untaggable: Count
    untold: Annotated[int, Meta(ge=0, description="Of types that nobody could place.")]


class JsonGroup(Struct, frozen=True):
    """The resources that share one thing."""

    name: Annotated[str, Meta(description="Empty for those that have it not.")]
    percent: Percent
    taggable: Count
    compliant: Count
    exempt: Annotated[int | None, Meta(description="Null where it is not counted: by tag.")]
    untaggable: Annotated[int | None, Meta(description="Null where it is not counted: by tag.")]


class JsonBreakdown(Struct, frozen=True):
    """Coverage by one dimension, those first where most is to be done."""

    dimension: str
    groups: list[JsonGroup]


class JsonTag(Struct, frozen=True):
    """One tag, on the resources that the policy asks it of."""

    tag: str
    asked: Count
    present: Count
    valid: Count
    present_percent: Percent
    valid_percent: Percent


class JsonChange(Struct, frozen=True):
    """Findings that the newest scans saw first, or saw again, and those they saw no more."""

    new: Count
    fixed: Count


class JsonPoint(Struct, frozen=True):
    """How it stood at the end of a day."""

    day: Day
    percent: Percent
    taggable: Count
    compliant: Count
    sources: Annotated[int, Meta(ge=1, description="Clouds, scopes and shards that are in it.")]
    complete: bool
    policy_version: str


class JsonForecast(Struct, frozen=True):
    """When the threshold will be reached."""

    outlook: Outlook
    why: str
    likely: Day | None
    earliest: Day | None
    latest: Annotated[date | None, Meta(description="Null also when it may never be reached.")]
    confidence: Annotated[int, Meta(description="Percent, of the time from earliest to latest.")]
    percent_points_per_day: float | None
    days: Annotated[int, Meta(ge=0, description="So many days it was told from.")]


class JsonGap(Struct, frozen=True):
    """One piece of work: with all of `tags` set right, so many resources are compliant."""

    cloud: str
    account: str
    tags: list[str]
    resources: Count


class JsonFixes(Struct, frozen=True):
    """The fewest fixes that reach the threshold; `gaps` lists them."""

    missing: Annotated[int, Meta(ge=0, description="So many resources must become compliant.")]
    pieces: Count
    edits: Annotated[int, Meta(ge=0, description="The smallest number of single tags to set right.")]
    reachable: Annotated[bool, Meta(description="False when exempt resources stand in the way.")]
    percent_after: Percent


class JsonNotice(Struct, frozen=True):
    """One thing in the policy, or around it, to put in order."""

    kind: Kind
    code: Annotated[str, Meta(description="The finding code, empty where there is none.")]
    subject: str
    message: str
    fix: str


class JsonNotScanned(Struct, frozen=True):
    """Something that nobody judged, and why; the figures say nothing of it."""

    what: str
    why: str
    incomplete: Annotated[bool, Meta(description="It should have been read, and could not be.")]


class JsonReadiness(Struct, frozen=True):
    """Whether the threshold is reached."""

    threshold: float
    measure: Literal["resources"]
    ready: bool
    missing: list[str]


class JsonCoverage(Struct, frozen=True):
    """What `tagward coverage -f json` writes, and what the API answers."""

    version: Literal[1]
    policy: JsonPolicy
    as_of: Day
    scans: list[JsonScan]
    by_resource: JsonByResource
    by: list[JsonBreakdown]
    tags: list[JsonTag]
    change: JsonChange
    trend: list[JsonPoint]
    forecast: JsonForecast
    fixes: JsonFixes
    gaps: list[JsonGap]
    notices: list[JsonNotice]
    readiness: JsonReadiness
    not_scanned: list[JsonNotScanned]


def render(report: CoverageReport) -> str:
    """Write coverage as JSON, indented by two."""
    return json_text(as_json(report))


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the output."""
    schema = msgspec.json.schema(JsonCoverage)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "tagward coverage", **schema}


def as_json(report: CoverageReport) -> JsonCoverage:
    """Put coverage into the shape of the contract."""
    return JsonCoverage(
        VERSION,
        JsonPolicy(report.policy_name, report.policy_version, report.policy_sha256),
        report.as_of,
        [_scan(each) for each in report.scans],
        _by_resource(report),
        [_breakdown(each) for each in report.breakdowns],
        [
            JsonTag(each.tag, each.asked, each.present, each.valid, each.present_percent, each.valid_percent)
            for each in report.tags
        ],
        JsonChange(report.change.new, report.change.fixed),
        _trend(report),
        _forecast(report),
        _fixes(report),
        [JsonGap(each.cloud, each.account, list(each.tags), each.resources) for each in report.fixes.pieces],
        [JsonNotice(each.kind, each.code, each.subject, each.message, each.fix) for each in report.notices],
        readiness_of(report),
        not_scanned_of(report),
    )


def readiness_of(report: CoverageReport) -> JsonReadiness:
    """Say whether the threshold is reached."""
    readiness = report.readiness
    return JsonReadiness(readiness.threshold, "resources", readiness.ready, list(readiness.missing))


def not_scanned_of(report: CoverageReport) -> list[JsonNotScanned]:
    """List what nobody judged."""
    return [JsonNotScanned(each.what, each.why, each.incomplete) for each in report.not_scanned]


def _scan(scan: Scan) -> JsonScan:
    return JsonScan(scan.id, scan.cloud, dict(scan.scope), scan.shard, scan.state.value, scan.as_of)


def _by_resource(report: CoverageReport) -> JsonByResource:
    summary = report.summary
    return JsonByResource(
        summary.coverage_percent,
        summary.resources,
        summary.taggable,
        summary.compliant,
        summary.violating,
        summary.unknown,
        summary.exempt,
        summary.untaggable,
        report.untold,
    )


def _breakdown(breakdown: Breakdown) -> JsonBreakdown:
    groups = [
        JsonGroup(each.name, each.percent, each.taggable, each.compliant, each.exempt, each.untaggable)
        for each in breakdown.groups
    ]
    return JsonBreakdown(breakdown.dimension, groups)


def _trend(report: CoverageReport) -> list[JsonPoint]:
    return [
        JsonPoint(
            each.day,
            each.percent,
            each.taggable,
            each.compliant,
            len(each.sources),
            each.complete,
            each.policy_version,
        )
        for each in report.trend
    ]


def _forecast(report: CoverageReport) -> JsonForecast:
    it = report.forecast
    slope = None if it.slope is None else round(it.slope, 4)
    return JsonForecast(it.outlook, it.why, it.likely, it.earliest, it.latest, CONFIDENCE, slope, it.days)


def _fixes(report: CoverageReport) -> JsonFixes:
    fixes = report.fixes
    return JsonFixes(fixes.missing, len(fixes.pieces), fixes.edits, fixes.reachable, fixes.percent_after)
