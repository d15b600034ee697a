"""Budgets: who has spent how much of what they meant to, and whose costs jumped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from statistics import median

from msgspec import Struct

from tagward_service.showback.rules import Budget
from tagward_service.showback.statement import TeamMonth

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


def alerts(teams: Sequence[TeamMonth], budgets: Mapping[str, Budget]) -> list[Alert]:
    """Tell of budgets that are used up to a share that was asked for, and of sudden rises, by month."""
    found = [
        alert
        for month in teams
        if (budget := budgets.get(month.team)) and budget.currency == month.currency
        for alert in _of(month, budget, teams)
    ]
    return sorted(found, key=lambda alert: (alert.period, alert.team, alert.kind))


def _of(month: TeamMonth, budget: Budget, teams: Sequence[TeamMonth]) -> Iterator[Alert]:
    spent = _percent(month.whole, budget.amount)
    if any(spent >= share for share in budget.alert_at):
        yield Alert("spent", month.team, month.period, spent, month.whole, budget.amount, month.currency)
    before = _before(month, teams)
    if len(before) == _BEFORE and (usual := median(before)) > 0:
        share = _percent(month.whole, usual)
        if share >= 100 + budget.rise:
            yield Alert("rise", month.team, month.period, share, month.whole, usual, month.currency)


def _before(month: TeamMonth, teams: Sequence[TeamMonth]) -> list[Decimal]:
    """Give the costs of the three months before, where there are so many."""
    mine = [
        each
        for each in teams
        if (each.team, each.currency) == (month.team, month.currency) and each.period < month.period
    ]
    return [each.whole for each in sorted(mine, key=lambda each: each.period)[-_BEFORE:]]


def _percent(amount: Decimal, whole: Decimal) -> Decimal:
    return amount * 100 / whole if whole > 0 else Decimal(0)
