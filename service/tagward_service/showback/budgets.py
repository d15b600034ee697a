"""Budgets: who has spent how much of what they meant to, and whose costs jumped."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from decimal import Decimal
from statistics import median

from msgspec import Struct

from tagward_service.billing.money import EXACT, ZERO
from tagward_service.showback.rules import MONTH, Budget
from tagward_service.showback.statement import Statement, TeamMonth

_BEFORE = 3
"""So many months before are what a month is compared with."""


class Alert(Struct, frozen=True):
    """A budget that is nearly or wholly spent (`spent`), or costs that rose at once (`rise`); in percent."""

    kind: str
    team: str
    period: str
    percent: Decimal
    amount: Decimal
    against: Decimal
    currency: str

    def __str__(self) -> str:
        """Say it in a sentence."""
        what = "its budget of" if self.kind == "spent" else "the median of the months before,"
        return (
            f"{self.team}, {self.period}: {self.amount:,.2f} {self.currency} is {self.percent:.0f} % of "
            f"{what} {self.against:,.2f}"
        )


def alerts(told: Statement, budgets: Mapping[str, Budget]) -> list[Alert]:
    """Tell of budgets that are used up to a share that was asked for, and of sudden rises, by month."""
    there = {(each.period, each.currency) for each in told.months}
    costs = {(each.team, each.period, each.currency): each.whole for each in told.teams}
    found = [
        alert
        for month in told.teams
        if (budget := budgets.get(month.team)) and budget.currency == month.currency
        for alert in (*_spent(month, budget), *_risen(month, budget, _before(month, there, costs)))
    ]
    return sorted(found, key=lambda alert: (alert.period, alert.team, alert.kind))


def _spent(month: TeamMonth, budget: Budget) -> Iterator[Alert]:
    spent = _percent(month.whole, budget.amount)
    if any(spent >= share for share in budget.alert_at):
        yield Alert("spent", month.team, month.period, spent, month.whole, budget.amount, month.currency)


def _risen(month: TeamMonth, budget: Budget, before: Sequence[Decimal]) -> Iterator[Alert]:
    if len(before) == _BEFORE and (usual := median(before)) > 0:
        share = _percent(month.whole, usual)
        if share >= 100 + budget.rise:
            yield Alert("rise", month.team, month.period, share, month.whole, usual, month.currency)


def _before(
    month: TeamMonth,
    there: Container[tuple[str, str]],
    costs: Mapping[tuple[str, str, str], Decimal],
) -> list[Decimal]:
    """Give the costs of the three months before that the bill has; a team without any had costs of 0."""
    periods = earlier(month.period, _BEFORE) if MONTH.fullmatch(month.period) else []
    return [
        costs.get((month.team, period, month.currency), ZERO)
        for period in periods
        if (period, month.currency) in there
    ]


def earlier(period: str, count: int) -> list[str]:
    """List the months before one, the nearest first."""
    number = int(period[:4]) * 12 + int(period[5:7]) - 1
    return [f"{each // 12:04}-{each % 12 + 1:02}" for each in range(number - 1, number - 1 - count, -1)]


def _percent(amount: Decimal, whole: Decimal) -> Decimal:
    """Return a share in percent, to so many digits that no threshold is reached by rounding."""
    return EXACT.divide(EXACT.multiply(amount, Decimal(100)), whole) if whole > 0 else ZERO
