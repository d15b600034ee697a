"""What rules of showback must hold before costs are charged back: every pool is split, and to somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from tagward.diagnostics import printable
from tagward_service.billing.amounts import Basis
from tagward_service.billing.judged import JudgedBill
from tagward_service.billing.money import text, total
from tagward_service.billing.text_money import shown
from tagward_service.showback.allocating import Usage
from tagward_service.showback.charges import Charge
from tagward_service.showback.fitting import fitted
from tagward_service.showback.receivers import strangers_in, strangers_paid
from tagward_service.showback.report import shared_out
from tagward_service.showback.rules import Showback
from tagward_service.showback.statement import Month

POOLED = ("shared", "support", "tax")
"""Classes of cost that nobody pays unless a rule splits them."""


def checks_of(rules: Showback, usage: Usage) -> Callable[[JudgedBill, Basis], Iterable[str]]:
    """Return what says what is missing from the rules for a bill; raises UsageError for unknown tags."""

    def missing(judged: JudgedBill, basis: Basis) -> Iterator[str]:
        fit = fitted(rules, judged.policy)
        told = shared_out(judged, fit, usage, basis)
        yield from _unsplit(told.charges, judged.currency)
        yield from strangers_in(judged, fit)
        yield from strangers_paid(judged, fit, told.charges)
        yield from _different(told.months)

    return missing


def _unsplit(charges: Iterable[Charge], currency: str) -> Iterator[str]:
    """Say which costs that are shared are split by no rule."""
    left: dict[str, list[Decimal]] = defaultdict(list)
    for each in charges:
        if each.kind == "unallocated" and (each.reason in POOLED or each.reason.startswith("pool ")):
            left[each.reason].append(each.amount)
    for reason, amounts in left.items():
        if any(amounts):
            cost = f"{shown(total(amounts))} {currency}"
            what = f"no rule splits `{reason}` costs" if reason in POOLED else reason
            yield printable(f"{what} ({cost})")


def _different(months: Iterable[Month]) -> Iterator[str]:
    for month in months:
        if month.difference:
            missing = f"{text(month.difference)} {month.currency}"
            yield f"the charges of {month.period} differ from the bill by {missing}"
