"""Disputes and the lines of a bill: which is about which line, and who has it then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from tagward.diagnostics import quoted
from tagward_service.billing.money import total
from tagward_service.showback.charges import Charge
from tagward_service.showback.matching import matches
from tagward_service.showback.rules import Dispute

_TURN = {"excluded": 0, "reassigned": 0, "open": 1, "rejected": 2}


class DisputedMonth(Struct, frozen=True):
    """How much of one month a dispute is about."""

    period: str
    currency: str
    amount: Decimal


class Contested(Struct, frozen=True):
    """A dispute with what it is about; no line is counted in two of them."""

    dispute: Dispute
    months: tuple[DisputedMonth, ...]


def in_turn(disputes: Iterable[Dispute]) -> list[Dispute]:
    """Sort disputes so that the first that is about a line has it: those that move costs come first."""
    return sorted(disputes, key=lambda each: _TURN[each.outcome])


def disputed(lines: Any, disputes: Sequence[Dispute]) -> Any:
    """Name the dispute that is about each line, and take the line from the team if it got its way.

    A line that a pool takes is no cost of a team, so that there is nothing to dispute.
    """
    import ibis

    if not disputes:
        return lines.mutate(dispute=ibis.literal(""))
    about = [(_is_about(lines, each), each.id) for each in in_turn(disputes)]
    found = lines.mutate(dispute=ibis.cases(*about, else_=""))
    moved = [(found.dispute == each.id, each.to) for each in disputes if each.is_decided_for]
    return found.mutate(team=ibis.cases(*moved, else_=found.team)) if moved else found


def contested(
    disputes: Iterable[Dispute], charges: Iterable[Charge], periods: Iterable[str]
) -> list[Contested]:
    """Add up what each dispute is about; those of other months than the bill has are left out."""
    amounts: dict[str, dict[tuple[str, str], list[Decimal]]] = {}
    for each in charges:
        if each.dispute:
            months = amounts.setdefault(each.dispute, {})
            months.setdefault((each.place.period, each.place.currency), []).append(each.amount)
    there = frozenset(periods)
    return [
        Contested(each, _months(amounts.get(each.id, {})))
        for each in disputes
        if not each.periods or there.intersection(each.periods)
    ]


def untouched(found: Iterable[Contested]) -> Iterator[str]:
    """Say which disputes are about nothing that the bill has."""
    for each in found:
        if not each.months and each.dispute.outcome != "rejected":
            yield (
                f"dispute {quoted(each.dispute.id)} is about no line of {quoted(each.dispute.team)} in this "
                "bill, or others have them all: look at what it names"
            )


def _months(amounts: dict[tuple[str, str], list[Decimal]]) -> tuple[DisputedMonth, ...]:
    return tuple(DisputedMonth(*month, total(each)) for month, each in sorted(amounts.items()))


def _is_about(lines: Any, dispute: Dispute) -> Any:
    found = (
        (lines.pool == "")
        & (lines.team == dispute.team)
        & matches(lines.resource_id, dispute.resources)
        & matches(lines.service, dispute.services)
        & matches(lines.account, dispute.accounts)
        & matches(lines.project, dispute.projects)
    )
    return found & lines.period.isin(dispute.periods) if dispute.periods else found
