"""The tags of the policy, by resource and by cost."""

from __future__ import annotations

from msgspec import Struct

from tagward_service.billing.json_billing import JsonTag as CostTag
from tagward_service.coverage.json_coverage import JsonTag as ResourceTag
from tagward_service.web.board import Board, TagBoard, Value

TOP = 25
"""So many values are shown of each sort."""


class TagView(Struct, frozen=True):
    """One tag with its figures; None where nothing was scanned, or no bill was read."""

    tag: TagBoard
    resources: ResourceTag | None
    costs: CostTag | None

    @property
    def wrong(self) -> tuple[Value, ...]:
        """Return the values that are wrong, on most resources first."""
        return tuple(each for each in self.tag.values if each.wrong)[:TOP]

    @property
    def right(self) -> tuple[Value, ...]:
        """Return the values that are right, the most common first."""
        found = (each for each in self.tag.values if not each.wrong)
        return tuple(sorted(found, key=lambda each: (-each.resources, each.value)))[:TOP]


class TagsView(Struct, frozen=True):
    """Every tag."""

    tags: tuple[TagView, ...]
    currency: str


def view(board: Board) -> TagsView:
    """Put the page of all tags together."""
    currency = board.costs.report.by_cost.currency if board.costs else ""
    return TagsView(tuple(_one(board, each) for each in board.tags), currency)


def view_of(board: Board, name: str) -> TagView | None:
    """Put the page of one tag together; None where the policy has no such tag."""
    found = board.tag(name)
    return _one(board, found) if found else None


def _one(board: Board, tag: TagBoard) -> TagView:
    resources = next((each for each in board.coverage.tags if each.tag == tag.id), None)
    costs = board.costs.report.tags if board.costs else []
    return TagView(
        tag,
        resources if board.coverage.scans else None,
        next((each for each in costs if each.tag == tag.id), None),
    )
