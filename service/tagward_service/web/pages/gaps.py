"""The gap list: what each resource costs that nobody can be charged for."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from tagward_service.billing.json_billing import JsonBreakdown
from tagward_service.store.gap_interface import GapChoices, GapPage
from tagward_service.web.asked import GapsAsked
from tagward_service.web.board import Board

SIZE = 25
"""So many gaps make a page."""

SCANS: Mapping[str, str] = {
    "findings": "findings",
    "none": "nothing open",
    "never": "never scanned",
    "untold": "not told",
}
"""What scans say of the resource of a gap, in words."""


class GapsView(Struct, frozen=True):
    """What the page shows; `found` holds its gaps, how many there are of the kind, and what they come to."""

    asked: GapsAsked
    found: GapPage
    pages: int
    choices: GapChoices
    tags: tuple[str, ...]
    scans: Mapping[str, str]
    breakdowns: tuple[JsonBreakdown, ...]


def offset_of(asked: GapsAsked) -> int:
    """Say how many gaps come before those of the page."""
    return (asked.page - 1) * SIZE


def view(board: Board, asked: GapsAsked, found: GapPage) -> GapsView:
    """Put the page together."""
    costs = board.costs
    return GapsView(
        asked=asked,
        found=found,
        pages=max(1, -(-found.count // SIZE)),
        choices=costs.choices if costs else GapChoices(),
        tags=tuple(each.id for each in board.tags),
        scans=SCANS,
        breakdowns=tuple(costs.report.by) if costs else (),
    )
