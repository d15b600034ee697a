"""Charges as rows of FOCUS, with the columns that FOCUS 1.3 has for allocated charges."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

from tagward_service.billing.money import text
from tagward_service.showback.charges import Charge
from tagward_service.showback.report import ShowbackReport
from tagward_service.showback.rules import MONTH, Dimensions

COLUMNS = (
    "BillingPeriodStart",
    "BillingPeriodEnd",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "BilledCost",
    "EffectiveCost",
    "BillingCurrency",
    "ChargeCategory",
    "ChargeDescription",
    "ServiceName",
    "ServiceProviderName",
    "Tags",
    "AllocatedMethodId",
    "AllocatedMethodDetails",
    "AllocatedTags",
    "x_Allocation",
    "x_UnallocatedReason",
    "x_Dispute",
    "x_DisputeOutcome",
)
"""`x_Allocation` is direct, shared or unallocated; `x_Dispute` the dispute that is about a charge."""

Row = dict[str, str | Decimal | None]


def focus_rows(report: ShowbackReport) -> Iterator[Row]:
    """Give one row for each charge. Only the cost that was shared is told; the other is 0."""
    basis, dimensions = report.basis, report.dimensions
    outcomes = {each.dispute.id: each.dispute.outcome for each in report.disputes}
    for each in report.statement.charges:
        start, end = _within(each.place.period)
        tags = _tags(each, dimensions)
        shared = each.kind == "shared"
        yield {
            "BillingPeriodStart": start,
            "BillingPeriodEnd": end,
            "ChargePeriodStart": start,
            "ChargePeriodEnd": end,
            "BilledCost": each.amount if basis == "billed" else Decimal(0),
            "EffectiveCost": each.amount if basis == "effective" else Decimal(0),
            "BillingCurrency": each.place.currency,
            "ChargeCategory": "Usage",
            "ChargeDescription": _description(each),
            "ServiceName": "showback",
            "ServiceProviderName": "tagward",
            "Tags": None if shared else _json(tags),
            "AllocatedMethodId": each.rule or None,
            "AllocatedMethodDetails": _details(each) if shared else None,
            "AllocatedTags": _json(tags) if shared else None,
            "x_Allocation": each.kind,
            "x_UnallocatedReason": each.reason or None,
            "x_Dispute": each.dispute or None,
            "x_DisputeOutcome": outcomes.get(each.dispute),
        }


def _tags(charge: Charge, dimensions: Dimensions) -> dict[str, str]:
    place = charge.place
    values = (place.team, place.project, place.workload_type, place.environment)
    return {tag: value for tag, value in zip(dimensions.names, values, strict=True) if value}


def _details(charge: Charge) -> str:
    return f'{{"Elements": [{{"AllocatedRatio": {text(charge.ratio or Decimal(0))}}}]}}'


def _description(charge: Charge) -> str:
    match charge.kind:
        case "shared":
            return f"share of {charge.rule}"
        case "unallocated":
            return f"unallocated: {charge.reason}"
        case _:
            return "direct costs"


def _within(period: str) -> tuple[str | None, str | None]:
    """Return when a month begins and ends; lines of a bill may have none."""
    if not MONTH.fullmatch(period):
        return None, None
    return f"{period}-01T00:00:00Z", f"{_next(period)}-01T00:00:00Z"


def _next(period: str) -> str:
    year, month = int(period[:4]), int(period[5:7])
    return f"{year + month // 12:04}-{month % 12 + 1:02}"


def _json(value: dict[str, str]) -> str | None:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else None
