"""Disputes: costs that teams say are not theirs, how much that is, and what was decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Struct
from pydantic import Field

from tagward_service.api.store_queries import MOST, DisputesQuery
from tagward_service.billing.money import total
from tagward_service.showback.json_disputes import JsonDisputeChange, JsonDisputes, JsonKeptDispute
from tagward_service.showback.json_showback import JsonDispute, JsonDisputedMonth
from tagward_service.store.dispute_interface import DisputeState
from tagward_service.web.board import Board

STATES = tuple(state.value for state in DisputeState)
FIELDS = ("resources", "services", "accounts", "projects", "periods")


class DisputesAsked(DisputesQuery):
    """Which disputes, as the API takes it; a page of them is shorter."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = 50


class DisputeRow(Struct, frozen=True):
    """One dispute; `counted_as` is what the newest showback takes it for where that is something else."""

    id: str
    team: str
    state: str
    to: str
    reason: str
    about: tuple[tuple[str, tuple[str, ...]], ...]
    history: tuple[JsonDisputeChange, ...]
    decision: str
    in_rules: bool
    counted_as: str
    months: tuple[JsonDisputedMonth, ...]

    @property
    def sums(self) -> tuple[tuple[str, Decimal], ...]:
        """Sum the months up, by currency."""
        sums: dict[str, list[Decimal]] = defaultdict(list)
        for each in self.months:
            sums[each.currency].append(Decimal(each.amount))
        return tuple((currency, total(amounts)) for currency, amounts in sums.items())


class DisputesView(Struct, frozen=True):
    """What the page shows."""

    asked: DisputesAsked
    rows: tuple[DisputeRow, ...]
    teams: tuple[str, ...]
    states: tuple[str, ...]
    filters: Mapping[str, Any]
    """The parameters without place, for links that keep them."""
    next: str
    told_at: datetime | None
    """When the showback was made that the amounts are of."""


def view(board: Board, asked: DisputesAsked, found: JsonDisputes) -> DisputesView:
    """Put the page together: those of the rules come before those of the store, on the first page."""
    told = board.shares.report.disputes if board.shares else ()
    counted = {each.id: each for each in told if each.source == "store"}
    of_rules = [_of_rules(each) for each in told if each.source == "rules" and _is_wanted(each, asked)]
    kept = [_of_store(each, counted.get(each.id)) for each in found.disputes]
    names = {each.team for each in told} | {each.team for each in found.disputes}
    names |= {each.to for each in found.disputes}
    return DisputesView(
        asked=asked,
        rows=tuple([*of_rules, *kept] if asked.cursor is None else kept),
        teams=tuple(sorted((names | _teams(board) | set(asked.team)) - {""})),
        states=STATES,
        filters=dict(_filters(asked)),
        next=found.next or "",
        told_at=board.shares.made_at if board.shares else None,
    )


def _of_rules(each: JsonDispute) -> DisputeRow:
    about = _about(each)
    row = (each.id, each.team, each.outcome, each.to, each.reason, about, (), each.decision)
    return DisputeRow(*row, in_rules=True, counted_as="", months=each.months)


def _of_store(each: JsonKeptDispute, counted: JsonDispute | None) -> DisputeRow:
    decision = each.history[-1].reason if len(each.history) > 1 else ""
    row = (each.id, each.team, each.state.value, each.to, each.reason, _about(each.about), each.history)
    now, then = (each.state.value, each.to), (counted.outcome, counted.to) if counted else ("", "")
    counted_as = " to ".join(filter(None, then)) if counted and now != then else ""
    months = counted.months if counted else ()
    return DisputeRow(*row, decision, in_rules=False, counted_as=counted_as, months=months)


def _about(found: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    named = ((name, tuple(getattr(found, name))) for name in FIELDS)
    return tuple((name, values) for name, values in named if values)


def _is_wanted(each: JsonDispute, asked: DisputesAsked) -> bool:
    teams, states = set(asked.team), {state.value for state in asked.state}
    return (not teams or bool(teams & {each.team, each.to})) and (not states or each.outcome in states)


def _filters(asked: DisputesAsked) -> Iterator[tuple[str, Any]]:
    left = asked.model_dump(exclude_defaults=True, mode="json")
    return ((name, value) for name, value in left.items() if name != "cursor")


def _teams(board: Board) -> set[str]:
    return {each.team for each in board.shares.report.teams} if board.shares else set()
