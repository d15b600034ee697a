"""What of the rules of a showback is of no use for its bill: budgets, disputes, owners that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tagward.diagnostics import did_you_mean, quoted
from tagward_service.billing.judged import JudgedBill, Row
from tagward_service.showback.disputing import Contested, untouched
from tagward_service.showback.receivers import strangers_in, strangers_paid
from tagward_service.showback.rules import Showback
from tagward_service.showback.statement import Statement
from tagward_service.showback.units import ENOUGH, Predictions, Runs, untyped


def notes_on(
    judged: JudgedBill, rules: Showback, told: Statement, disputes: Sequence[Contested]
) -> Iterator[str]:
    """Say which rules are of no use for this bill, and to whom they give that nobody knows."""
    yield from _budgets(judged.currency, rules, {each.team for each in told.teams})
    yield from untouched(disputes)
    yield from strangers_in(judged, rules)
    yield from strangers_paid(judged, rules, told.charges)


def unit_notes(rows: Iterable[Row], rules: Showback, runs: Runs, made: Predictions) -> Iterator[str]:
    """Say what unit costs leave out: costs of which nobody knows what they were for, and cheap runs."""
    if runs.count > len(runs.runs):
        yield f"only the {len(runs.runs):,} dearest of {runs.count:,} training runs are told"
    is_told = bool(rules.dimensions.workload_type) and bool(runs.runs or made.projects)
    unknown = untyped(rows) if is_told else None
    if unknown is not None and unknown > 100 - ENOUGH:
        tag = quoted(rules.dimensions.workload_type)
        yield (
            f"{unknown:g} % of chargeable cost has no valid {tag}: "
            "runs and predictions may cost more than is told"
        )


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
