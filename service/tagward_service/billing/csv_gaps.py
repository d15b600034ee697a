"""The gap list as CSV: every resource whose cost is not attributable."""

from __future__ import annotations

from collections.abc import Iterator

from tagward_service.billing.gap_list import Gap
from tagward_service.billing.money import text
from tagward_service.billing.report import BillingReport
from tagward_service.exports.csv_rows import Cell, lines

COLUMNS = (
    *("cloud", "provider", "account", "account_name", "service", "resource", "name"),
    *("cost", "billed", "exempt", "currency", "missing", "wrong"),
    *("scan", "findings", "first_seen"),
)


def render(report: BillingReport) -> str:
    """Write the gaps as CSV, the dearest first."""
    return "".join(lines(_rows(report)))


def _rows(report: BillingReport) -> Iterator[tuple[Cell, ...]]:
    yield COLUMNS
    for gap in report.gaps:
        where = (gap.cloud, gap.provider, gap.account, gap.account_name, gap.service, gap.resource, gap.name)
        money = (text(gap.cost), text(gap.billed), text(gap.exempt), report.currency)
        yield *where, *money, " ".join(gap.missing), " ".join(gap.wrong), *_seen(gap)


def _seen(gap: Gap) -> tuple[Cell, ...]:
    """Say what scans know of it: how it stands, which findings are open, since when."""
    if gap.scan is None:
        return "", "", ""
    codes = dict.fromkeys(f"{each.code}:{each.tag}" for each in gap.scan.findings)
    first = min((each.first_seen.isoformat() for each in gap.scan.findings), default="")
    return gap.scan.state, " ".join(codes), first
