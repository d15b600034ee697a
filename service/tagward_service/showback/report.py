"""The showback of a bill: judged, shared out, and told by team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tagward.policy import Policy
from tagward_service.billing.amounts import Basis
from tagward_service.billing.ingest_findings import IngestFinding
from tagward_service.billing.judged import JudgedBill, Row
from tagward_service.billing.money import total
from tagward_service.showback.allocating import Usage, allocate
from tagward_service.showback.budgets import Alert, alerts
from tagward_service.showback.costs import costs, sums
from tagward_service.showback.disputing import Contested, contested
from tagward_service.showback.fitting import fitted
from tagward_service.showback.notes import notes_on, unit_notes
from tagward_service.showback.rules import Dimensions, Showback
from tagward_service.showback.statement import Statement, only, statement
from tagward_service.showback.units import Prediction, Runs, predictions, training_runs


class ShowbackReport(Struct, frozen=True):
    """What the outputs render."""

    policy_name: str
    policy_version: str
    policy_sha256: str
    as_of: date
    basis: Basis
    dimensions: Dimensions
    statement: Statement
    alerts: tuple[Alert, ...]
    disputes: tuple[Contested, ...]
    runs: Runs
    predictions: tuple[Prediction, ...]
    findings: tuple[IngestFinding, ...] = ()
    """What is wrong with the files of the bill."""
    notes: tuple[str, ...] = ()
    """What of the rules is of no use for this bill, and what its figures leave out."""
    predictions_partial: bool = False
    """Too much of the cost of inference names no project."""


def report_on(judged: JudgedBill, rules: Showback, usage: Usage, basis: Basis) -> ShowbackReport:
    """Share a judged bill out; raises UsageError for rules that do not fit the policy."""
    rows = sums(judged, rules, basis)
    told = _shared(rows, judged, rules, usage, basis)
    periods = {each.period for each in told.months}
    disputes = tuple(contested(rules.disputes, told.charges, periods))
    runs, made = training_runs(rows), predictions(rows, usage)
    notes = (*notes_on(judged, rules, told, disputes), *unit_notes(rows, rules, runs, made))
    return ShowbackReport(
        judged.policy.name,
        judged.policy.version,
        judged.policy.sha256,
        judged.as_of,
        basis,
        rules.dimensions,
        told,
        tuple(alerts(told, rules.budgets)),
        disputes,
        runs,
        made.projects,
        judged.bill.findings,
        notes,
        made.partial,
    )


def of_team(report: ShowbackReport, team: str) -> ShowbackReport:
    """Keep what concerns one team: nothing of another team's budget, dispute or run is theirs to read."""
    told = only(report.statement, team)
    projects = {each.place.project for each in told.charges if each.kind == "direct"}
    return replace(
        report,
        statement=told,
        alerts=tuple(each for each in report.alerts if each.team == team),
        disputes=tuple(each for each in report.disputes if team in (each.dispute.team, each.dispute.to)),
        runs=replace(report.runs, runs=tuple(each for each in report.runs.runs if each.team == team)),
        predictions=tuple(each for each in report.predictions if each.project in projects),
        notes=(),
    )


def shared_out(judged: JudgedBill, rules: Showback, usage: Usage, basis: Basis) -> Statement:
    """Charge every line of a bill to somebody, or to nobody; raises UsageError."""
    return _shared(sums(judged, rules, basis), judged, rules, usage, basis)


def _shared(
    rows: Sequence[Row], judged: JudgedBill, rules: Showback, usage: Usage, basis: Basis
) -> Statement:
    charges = allocate(costs(rows, judged.currency), rules.allocations, usage)
    return statement(charges, _billed(judged, basis))


def showback(
    policy: Policy,
    files: Sequence[str],
    as_of: date,
    rules: Showback,
    *,
    metrics: Sequence[Path] = (),
    state: Path | None = None,
    engine: str = "",
    basis: Basis = "effective",
    currency: str = "",
    period: str = "",
) -> ShowbackReport:
    """Read a bill and share it out; raises InputError and UsageError."""
    from tagward_service.billing.judged import judge_bill
    from tagward_service.billing.opening import open_bill
    from tagward_service.showback.usage import read_usage

    rules = fitted(rules, policy)
    usage = read_usage(metrics, rules.dimensions.team)
    judged = judge_bill(open_bill(files, state, engine), policy, as_of, currency=currency, period=period)
    return report_on(judged, rules, usage, basis)


def _billed(judged: JudgedBill, basis: Basis) -> list[tuple[str, str, Decimal]]:
    """Sum the lines of the bill up by month, whatever anybody makes of them."""
    summed = judged.table.group_by("period").aggregate(amount=judged.table[basis].sum())
    months: dict[str, list[Decimal]] = defaultdict(list)
    for row in judged.rows(summed):
        months[row["period"]].append(row["amount"])
    return [(period, judged.currency, total(amounts)) for period, amounts in months.items()]
