"""The gap list as CSV: every resource whose cost is not attributable."""

from __future__ import annotations

from collections.abc import Iterator

from tagward_service.billing.money import text
from tagward_service.billing.report import BillingReport
from tagward_service.exports.csv_rows import Cell, lines

COLUMNS = (
    *("cloud", "provider", "account", "account_name", "service", "resource", "name"),
    *("cost", "billed", "exempt", "currency", "missing", "wrong"),
)


def render(report: BillingReport) -> str:
    """Write the gaps as CSV, the dearest first."""
    return "".join(lines(_rows(report)))


def _rows(report: BillingReport) -> Iterator[tuple[Cell, ...]]:
    yield COLUMNS
    for gap in report.gaps:
        where = (gap.cloud, gap.provider, gap.account, gap.account_name, gap.service, gap.resource, gap.name)
        money = (text(gap.cost), text(gap.billed), text(gap.exempt), report.currency)
        yield *where, *money, " ".join(gap.missing), " ".join(gap.wrong)
