"""Coverage by cost as JSON: a versioned contract, typed here; money is a text with every digit."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from tagward_service.billing.amounts import BASES, Amounts, Basis, Totals
from tagward_service.billing.breakdowns import Breakdown
from tagward_service.billing.gap_list import Gap, Seen, State
from tagward_service.billing.money import less, text, total
from tagward_service.billing.report import BillingReport
from tagward_service.coverage.forecast import CONFIDENCE, Outlook
from tagward_service.outputs.json_report import Count, JsonPolicy
from tagward_service.outputs.json_text import json_text

VERSION: Literal[1] = 1
MOST_GAPS = 1_000
"""So many resources are listed; CSV has them all."""

Percent = Annotated[float, Meta(ge=0, le=100, description="Rounded down to one decimal.")] | None
Day = Annotated[date, Meta(description="A day in UTC.")]
Money = Annotated[str, Meta(pattern=r"^-?[0-9]+(\.[0-9]+)?$", description="Exact: nothing was rounded.")]


class JsonForecast(Struct, frozen=True):
    """When the threshold will be reached, told from the ends of months."""

    outlook: Outlook
    why: str
    likely: Day | None
    earliest: Day | None
    latest: Annotated[date | None, Meta(description="Null also when it may never be reached.")]
    confidence: Annotated[int, Meta(description="Percent, of the time from earliest to latest.")]
    months: Annotated[int, Meta(ge=0, description="So many months it was told from.")]


class JsonByCost(Struct, frozen=True):
    """Money of one basis: everything from `chargeable` to `elsewhere` adds up to `whole`.

    attributable + unattributed = chargeable, and `exempt` is a part of what is unattributed.
    """

    percent: Percent
    billed: Money
    effective: Money
    whole: Money
    chargeable: Money
    attributable: Money
    unattributed: Money
    exempt: Money
    untaggable: Money
    shared: Money
    support: Money
    tax: Money
    credits: Money
    refunds: Money
    corrections: Money
    adjustments: Money
    commitment_purchases: Money
    commitment_unused: Money
    elsewhere: Annotated[str, Meta(description="Of providers that policies do not know.")]
    currency: str


class JsonPeriod(Struct, frozen=True):
    """One month."""

    period: Annotated[str, Meta(description="`2026-05`, empty where no date can be read.")]
    closed: Annotated[bool, Meta(description="The month is over.")]
    lines: Count
    by_cost: JsonByCost


class JsonByResource(Struct, frozen=True):
    """Chargeable resources, by their newest lines."""

    percent: Percent
    resources: Count
    compliant: Count
    exempt: Count


class JsonGroup(Struct, frozen=True):
    """Chargeable money that shares one thing."""

    name: Annotated[str, Meta(description="Empty for what has it not.")]
    title: str
    percent: Percent
    chargeable: Money
    attributable: Money
    unattributed: Money


class JsonBreakdown(Struct, frozen=True):
    """Coverage by one dimension, the groups with the most to win first."""

    dimension: str
    groups: list[JsonGroup]


class JsonTag(Struct, frozen=True):
    """One tag, on the chargeable effective cost that the policy asks it of."""

    tag: str
    asked: Money
    present: Money
    valid: Money
    present_percent: Percent
    valid_percent: Percent


class JsonOpen(Struct, frozen=True):
    """A finding of a scan that is open or exempt, by its number in the store."""

    id: Count
    code: str
    tag: str
    first_seen: Day


class JsonSeen(Struct, frozen=True):
    """What scans know of a resource.

    `findings`: some are open; `none`: it was scanned and none is; `never`: no scan saw it; `untold`: there is
    no inventory to look it up in, or several resources have its id.
    """

    state: State
    findings: list[JsonOpen]


class JsonGap(Struct, frozen=True):
    """One resource whose cost nobody can be charged for; `cost` is of the basis."""

    cloud: str
    provider: str
    account: str
    account_name: str
    service: str
    resource: str
    name: str
    cost: Money
    billed: Money
    exempt: Annotated[str, Meta(description="The part of the cost that exemptions cover.")]
    missing: list[str]
    wrong: list[str]
    scan: Annotated[JsonSeen | None, Meta(description="Null where no store was named.")] = None


class JsonPiece(Struct, frozen=True):
    """One piece of work: with all of `tags` set right on these resources, so much cost is attributable."""

    cloud: str
    account: str
    account_name: str
    tags: list[str]
    resources: Count
    cost: Money


class JsonFixes(Struct, frozen=True):
    """The fewest fixes that reach the threshold, the dearest first."""

    pieces: list[JsonPiece]
    resources: Annotated[int, Meta(ge=0, description="So many if resources are put right one by one.")]
    reachable: bool
    percent_after: Percent


class JsonRecovery(Struct, frozen=True):
    """What older keys, misspelt keys, replaced values and other spellings hide."""

    recoverable: Money
    kinds: dict[str, str]
    unexamined: Money


class JsonReadiness(Struct, frozen=True):
    """Whether costs may be charged back."""

    threshold: float
    measure: Literal["cost"]
    ready: bool
    missing: list[str]


class JsonIngestFinding(Struct, frozen=True):
    """Something to know about a file."""

    code: str
    file: str
    lines: Count
    message: str
    fix: str


class JsonBilling(Struct, frozen=True):
    """What `tagward coverage --billing FILE -f json` writes."""

    version: Literal[1]
    policy: JsonPolicy
    as_of: Day
    basis: Basis
    files: Count
    lines: Count
    periods: list[JsonPeriod]
    by_cost: JsonByCost
    by_basis: dict[str, JsonByCost]
    by_resource: JsonByResource
    by: list[JsonBreakdown]
    tags: list[JsonTag]
    gaps: list[JsonGap]
    more_gaps: Annotated[int, Meta(ge=0, description="So many further gaps, each of less cost.")]
    more_gaps_cost: Money
    fixes: JsonFixes
    recovery: JsonRecovery
    forecast: JsonForecast
    readiness: JsonReadiness
    findings: list[JsonIngestFinding]


def render(report: BillingReport) -> str:
    """Write coverage by cost as JSON, indented by two."""
    return json_text(as_json(report))


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the output."""
    schema = msgspec.json.schema(JsonBilling)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "tagward coverage by cost"}
    return {**head, **schema}


def as_json(report: BillingReport) -> JsonBilling:
    """Put coverage by cost into the shape of the contract."""
    by_basis = {basis: _by_cost(report.totals, basis, report.currency) for basis in BASES}
    shown, rest = report.gaps[:MOST_GAPS], report.gaps[MOST_GAPS:]
    figures = report.by_resource
    return JsonBilling(
        version=VERSION,
        policy=JsonPolicy(report.policy_name, report.policy_version, report.policy_sha256),
        as_of=report.as_of,
        basis=report.basis,
        files=report.files,
        lines=report.totals.lines,
        periods=_periods(report),
        by_cost=by_basis[report.basis],
        by_basis={str(basis): amounts for basis, amounts in by_basis.items()},
        by_resource=JsonByResource(figures.percent, figures.resources, figures.compliant, figures.exempt),
        by=list(map(_breakdown, report.breakdowns)),
        tags=_tags(report),
        gaps=list(map(_gap, shown)),
        more_gaps=len(rest),
        more_gaps_cost=text(total(each.cost for each in rest)),
        fixes=_fixes(report),
        recovery=_recovery(report),
        forecast=_forecast(report),
        readiness=_readiness(report),
        findings=_findings(report),
    )


def _by_cost(totals: Totals, basis: Basis, currency: str) -> JsonByCost:
    amounts: Amounts = totals.of(basis)
    classes = {name: text(amount) for name, amount in amounts.classes.items()}
    return JsonByCost(
        percent=amounts.percent,
        billed=text(totals.billed.whole),
        effective=text(totals.effective.whole),
        whole=text(amounts.whole),
        attributable=text(amounts.attributable),
        unattributed=text(amounts.unattributed),
        exempt=text(amounts.exempt),
        currency=currency,
        **classes,
    )


def _periods(report: BillingReport) -> list[JsonPeriod]:
    return [
        JsonPeriod(
            each.name,
            each.closed,
            each.totals.lines,
            _by_cost(each.totals, report.basis, report.currency),
        )
        for each in report.periods
    ]


def _breakdown(breakdown: Breakdown) -> JsonBreakdown:
    groups = [
        JsonGroup(
            each.name,
            each.title,
            each.percent,
            text(each.chargeable),
            text(each.attributable),
            text(less(each.chargeable, each.attributable)),
        )
        for each in breakdown.groups
    ]
    return JsonBreakdown(breakdown.dimension, groups)


def _tags(report: BillingReport) -> list[JsonTag]:
    return [
        JsonTag(
            each.tag,
            text(each.asked),
            text(each.present),
            text(each.valid),
            each.present_percent,
            each.valid_percent,
        )
        for each in report.tags
    ]


def _gap(gap: Gap) -> JsonGap:
    return JsonGap(
        gap.cloud,
        gap.provider,
        gap.account,
        gap.account_name,
        gap.service,
        gap.resource,
        gap.name,
        text(gap.cost),
        text(gap.billed),
        text(gap.exempt),
        list(gap.missing),
        list(gap.wrong),
        _seen(gap.scan) if gap.scan else None,
    )


def _seen(seen: Seen) -> JsonSeen:
    return JsonSeen(
        seen.state, [JsonOpen(each.id, each.code, each.tag, each.first_seen) for each in seen.findings]
    )


def _fixes(report: BillingReport) -> JsonFixes:
    fixes = report.fixes
    pieces = [
        JsonPiece(
            each.cloud, each.account, each.account_name, list(each.tags), each.resources, text(each.cost)
        )
        for each in fixes.pieces
    ]
    return JsonFixes(pieces, fixes.resources, fixes.reachable, fixes.percent_after)


def _recovery(report: BillingReport) -> JsonRecovery:
    it = report.recovery
    kinds = {kind: text(cost) for kind, cost in it.kinds.items()}
    return JsonRecovery(text(it.recoverable), kinds, text(it.unexamined))


def _forecast(report: BillingReport) -> JsonForecast:
    it = report.forecast
    return JsonForecast(it.outlook, it.why, it.likely, it.earliest, it.latest, CONFIDENCE, it.days)


def _readiness(report: BillingReport) -> JsonReadiness:
    readiness = report.readiness
    return JsonReadiness(readiness.threshold, "cost", readiness.ready, list(readiness.missing))


def _findings(report: BillingReport) -> list[JsonIngestFinding]:
    return [
        JsonIngestFinding(each.code, each.file, each.lines, each.message, each.fix)
        for each in report.findings
    ]
