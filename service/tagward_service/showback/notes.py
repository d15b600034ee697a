"""What of the rules of a showback is of no use for its bill: budgets, disputes, owners that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tagward.diagnostics import did_you_mean, quoted
from tagward_service.billing.judged import JudgedBill
from tagward_service.showback.disputing import Contested, untouched
from tagward_service.showback.receivers import strangers_in
from tagward_service.showback.rules import Showback
from tagward_service.showback.statement import Statement


def notes_on(
    judged: JudgedBill, rules: Showback, told: Statement, disputes: Sequence[Contested]
) -> Iterator[str]:
    """Say which rules are of no use for this bill, and to whom they give that nobody knows."""
    yield from _budgets(judged.currency, rules, {each.team for each in told.teams})
    yield from untouched(disputes)
    yield from strangers_in(judged, rules)


def _budgets(currency: str, rules: Showback, teams: Iterable[str]) -> Iterator[str]:
    names = sorted(teams)
    for team, budget in rules.budgets.items():
        if budget.currency != currency:
            yield (
                f"the budget of {quoted(team)} is in {quoted(budget.currency)} and the costs are in "
                f"{quoted(currency)}: nothing is compared"
            )
        elif team not in names:
            guess = did_you_mean(team, names)
            hint = f"; did you mean `{guess}`?" if guess else ""
            yield f"the budget of {quoted(team)} is of a team that has no costs{hint}"
