"""Showback as JSON: a versioned contract; money is a text with every digit."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct, structs

from tagward_service.billing.json_billing import Money
from tagward_service.billing.money import text
from tagward_service.outputs.json_report import JsonPolicy
from tagward_service.outputs.json_text import json_text
from tagward_service.showback.charges import Charge
from tagward_service.showback.disputing import Contested
from tagward_service.showback.report import ShowbackReport
from tagward_service.showback.rules import StoredDispute
from tagward_service.showback.statement import TeamMonth

Shape = TypeVar("Shape", bound=Struct)

VERSION: Literal[1] = 1


class JsonMonth(Struct, frozen=True):
    """One month: direct + shared + unallocated = billed, to the last digit, when `difference` is 0."""

    period: str
    currency: str
    billed: Money
    direct: Money
    shared: Money
    unallocated: Money
    difference: Money


class JsonLine(Struct, frozen=True):
    """By workload type (`direct`), or by allocation (`shared`)."""

    kind: Literal["direct", "shared"]
    name: str
    amount: Money


class JsonTeam(Struct, frozen=True):
    """What one team pays for one month."""

    team: str
    period: str
    currency: str
    direct: Money
    shared: Money
    total: Money
    lines: tuple[JsonLine, ...]


class JsonCharge(Struct, frozen=True):
    """One charge: team x project x workload type x environment."""

    kind: Literal["direct", "shared", "unallocated"]
    period: str
    currency: str
    team: str
    project: str
    workload_type: str
    environment: str
    amount: Money
    allocation: str
    reason: str
    dispute: str = ""


class JsonAlert(Struct, frozen=True):
    """A budget that is spent to a share that was asked for, or costs that rose at once."""

    kind: Literal["spent", "rise"]
    team: str
    period: str
    percent: float
    amount: Money
    against: Money
    currency: str


class JsonDisputedMonth(Struct, frozen=True):
    """How much of a month a dispute is about."""

    period: str
    currency: str
    amount: Money


class JsonDispute(Struct, frozen=True):
    """Costs that a team says are not theirs, and what was decided; `source` is where it is kept."""

    id: str
    team: str
    reason: str
    resources: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    outcome: Literal["open", "rejected", "excluded", "reassigned"] = "open"
    to: str = ""
    accounts: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    decision: str = ""
    source: Literal["rules", "store"] = "rules"
    opened_by: str = ""
    opened_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    months: tuple[JsonDisputedMonth, ...] = ()


class JsonRun(Struct, frozen=True):
    """One training run."""

    period: str
    run: str
    team: str
    project: str
    amount: Money


class JsonRuns(Struct, frozen=True):
    """Training runs; `partial` when too little of the cost of training names its run."""

    percent: float | None
    partial: bool
    runs: tuple[JsonRun, ...]


class JsonPrediction(Struct, frozen=True):
    """What a thousand predictions of a project cost."""

    period: str
    project: str
    amount: Money
    predictions: str
    per_thousand: Money


class JsonShowback(Struct, frozen=True):
    """What `tagward showback -f json` writes."""

    version: Annotated[Literal[1], Meta(description="Of this format.")]
    policy: JsonPolicy
    as_of: date
    basis: Literal["effective", "billed"]
    months: tuple[JsonMonth, ...]
    teams: tuple[JsonTeam, ...]
    charges: tuple[JsonCharge, ...]
    alerts: tuple[JsonAlert, ...]
    disputes: tuple[JsonDispute, ...]
    training_runs: JsonRuns
    predictions: tuple[JsonPrediction, ...]
    notes: tuple[str, ...] = ()
    predictions_partial: bool = False


def render(report: ShowbackReport) -> str:
    """Write a showback as JSON, indented by two."""
    return json_text(as_json(report))


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the output."""
    schema = msgspec.json.schema(JsonShowback)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "tagward showback", **schema}


def as_json(report: ShowbackReport) -> JsonShowback:
    """Put a showback into the shape of the contract."""
    told, runs = report.statement, report.runs
    return JsonShowback(
        VERSION,
        JsonPolicy(report.policy_name, report.policy_version, report.policy_sha256),
        report.as_of,
        report.basis,
        tuple(_like(JsonMonth, each, difference=each.difference) for each in told.months),
        tuple(_team(each) for each in told.teams),
        tuple(_charge(each) for each in told.charges),
        tuple(_like(JsonAlert, each, percent=float(each.percent)) for each in report.alerts),
        tuple(_dispute(each) for each in report.disputes),
        JsonRuns(runs.percent, runs.partial, tuple(_like(JsonRun, each) for each in runs.runs)),
        tuple(_like(JsonPrediction, each) for each in report.predictions),
        report.notes,
        report.predictions_partial,
    )


def _team(each: TeamMonth) -> JsonTeam:
    lines = tuple(_like(JsonLine, line) for line in each.lines)
    return _like(JsonTeam, each, total=each.whole, lines=lines)


def _charge(each: Charge) -> JsonCharge:
    return _like(JsonCharge, each, **structs.asdict(each.place), allocation=each.rule)


def _dispute(each: Contested) -> JsonDispute:
    """Put a dispute into the shape of the contract; that of a file has no times."""
    months = tuple(_like(JsonDisputedMonth, month) for month in each.months)
    values = structs.asdict(each.dispute)
    source: Literal["rules", "store"] = "store" if isinstance(each.dispute, StoredDispute) else "rules"
    return JsonDispute(**values, source=source, months=months)


def _like(kind: type[Shape], found: Struct, **more: object) -> Shape:
    """Make a shape of the fields that are named alike, and some more; money becomes text."""
    values = structs.asdict(found) | more
    return kind(**{name: _plain(values[name]) for name in kind.__struct_fields__})


def _plain(value: object) -> object:
    return text(value) if isinstance(value, Decimal) else value
