"""The gap list as CSV: every resource whose cost nobody can be charged for, with every digit."""

from __future__ import annotations

from tagward_service.billing.kept_gaps import kept_gaps
from tagward_service.billing.report import BillingReport
from tagward_service.exports.csv_rows import lines
from tagward_service.exports.gap_rows import rows


def render(report: BillingReport) -> str:
    """Write the gaps as CSV, the dearest first."""
    return "".join(lines(rows(kept_gaps(report), report.currency)))
