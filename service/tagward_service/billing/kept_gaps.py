"""The gaps of a bill as the store keeps them: all of them, the dearest first."""

from __future__ import annotations

from collections.abc import Iterator

from tagward_service.billing.gap_list import Gap
from tagward_service.billing.money import text
from tagward_service.billing.report import BillingReport
from tagward_service.store.gap_interface import KeptGap, OpenFinding


def kept_gaps(report: BillingReport) -> Iterator[KeptGap]:
    """Write every gap of a report as it is kept."""
    return map(_kept, report.gaps)


def _kept(gap: Gap) -> KeptGap:
    seen = gap.scan
    return KeptGap(
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
        gap.missing,
        gap.wrong,
        seen.state if seen else "",
        tuple(OpenFinding(each.id, each.code, each.tag, each.first_seen) for each in seen.findings)
        if seen
        else (),
    )
