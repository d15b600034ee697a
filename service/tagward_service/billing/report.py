"""Coverage by cost: what share of what can be tagged is attributable, and what keeps the rest from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from tagward.policy import Policy
from tagward_service.billing.amounts import Basis, Totals, totals
from tagward_service.billing.breakdowns import Breakdown, broken_down, checked, default_dimensions
from tagward_service.billing.gap_list import Fixes, Gap, fewest_fixes, gap_list
from tagward_service.billing.ingest_findings import IngestFinding
from tagward_service.billing.judged import JudgedBill, judge_bill
from tagward_service.billing.opening import open_bill
from tagward_service.billing.owners import unresolved
from tagward_service.billing.readiness import Period, Readiness, month_ends, periods_of, readiness_of
from tagward_service.billing.reconciling import unreconciled
from tagward_service.billing.recovery import Recovery, recovery
from tagward_service.billing.tag_figures import ResourceFigures, TagFigures, resource_figures, tag_figures
from tagward_service.coverage.forecast import Forecast, forecast

Checks = Callable[[JudgedBill, Basis], Iterable[str]]
"""Says what else keeps costs from being charged back."""


def no_checks(judged: JudgedBill, basis: Basis) -> Iterable[str]:
    """Say nothing."""
    del judged, basis
    return ()


class BillingReport(Struct, frozen=True):
    """What the outputs render; `basis` is what percentages, gaps and fixes are counted by."""

    policy_name: str
    policy_version: str
    policy_sha256: str
    as_of: date
    basis: Basis
    currency: str
    files: int
    totals: Totals
    periods: tuple[Period, ...]
    by_resource: ResourceFigures
    breakdowns: tuple[Breakdown, ...]
    tags: tuple[TagFigures, ...]
    gaps: tuple[Gap, ...]
    fixes: Fixes
    recovery: Recovery
    forecast: Forecast
    readiness: Readiness
    findings: tuple[IngestFinding, ...]


def billing_report(
    policy: Policy,
    files: Iterable[str],
    as_of: date,
    *,
    state: Path | None = None,
    engine: str = "",
    basis: Basis = "effective",
    currency: str = "",
    period: str = "",
    dimensions: Sequence[str] = (),
    threshold: float | None = None,
    checks: Checks = no_checks,
) -> BillingReport:
    """Read a bill, judge it and sum it up; raises InputError and UsageError.

    `files` are files, folders, globs or addresses of object stores; with a `state` folder none of them is
    read twice, and what came before is part of the bill. With the address of an `engine` they are tables that
    it holds, and it is asked instead. `dimensions` are provider, account, service, period
    or `tag:ID`; `checks` says of the judged bill what else keeps costs from being charged back.
    """
    wanted = tuple(checked(each, policy) for each in dimensions) or default_dimensions(policy)
    judged = judge_bill(open_bill(files, state, engine), policy, as_of, currency=currency, period=period)
    needed = policy.readiness.threshold if threshold is None else threshold
    return report_on(judged, basis, wanted, needed, checks)


def report_on(
    judged: JudgedBill,
    basis: Basis,
    dimensions: Sequence[str],
    threshold: float,
    checks: Checks = no_checks,
) -> BillingReport:
    """Sum a judged bill up."""
    from tagward_generators.sql.coverage import sums

    rows = judged.rows(sums(judged.table, judged.found, tags_by=basis))
    whole = totals(rows)
    amounts = whole.of(basis)
    periods = periods_of(rows, judged.as_of)
    gaps = gap_list(judged, basis)
    also = (*unreconciled(judged, whole), *unresolved(judged, basis), *checks(judged, basis))
    return BillingReport(
        judged.policy.name,
        judged.policy.version,
        judged.policy.sha256,
        judged.as_of,
        basis,
        judged.currency,
        judged.bill.places,
        whole,
        periods,
        resource_figures(judged),
        tuple(broken_down(each, rows, judged, basis) for each in dimensions),
        tag_figures(rows, judged),
        gaps,
        fewest_fixes(gaps, amounts, threshold),
        recovery(judged, amounts, basis),
        forecast(month_ends(periods, basis), threshold),
        readiness_of(whole, periods, judged.bill.findings, basis, threshold, also),
        judged.bill.findings,
    )
