"""Findings: what is asked for, and the page of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Struct
from pydantic import Field

from tagward.codes import CODES
from tagward.findings import Code
from tagward_service.api.store_queries import MOST, FindingsQuery
from tagward_service.store.gap_interface import KeptGap
from tagward_service.store.interface import KeptFinding, Life
from tagward_service.web.board import Board
from tagward_service.web.jobs import Listed, One

CODE_TITLES: Mapping[str, str] = {str(code): about.title for code, about in CODES.items()}
MOST_CHOICES = 200
"""With more accounts than so many, one is typed and not chosen."""


class FindingsAsked(FindingsQuery):
    """Which findings, as the API takes it; a page of them is shorter."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = 25


class FindingsView(Struct, frozen=True):
    """What the page shows."""

    asked: FindingsAsked
    listed: Listed
    accounts: tuple[str, ...]
    services: tuple[str, ...]
    tags: tuple[str, ...]
    codes: Mapping[str, str]
    lives: tuple[str, ...]
    filters: Mapping[str, Any]
    """The parameters without sort and place, for links that keep them."""


class FindingView(Struct, frozen=True):
    """One finding, what its code means, and what its resource costs that nobody can be charged for."""

    finding: KeptFinding
    title: str
    meaning: str
    remedy: str
    is_tag: bool
    gap: KeptGap | None


def view(board: Board, asked: FindingsAsked, listed: Listed) -> FindingsView:
    """Put the page together."""
    return FindingsView(
        asked=asked,
        listed=listed,
        accounts=_groups(board, "account"),
        services=_groups(board, "service"),
        tags=tuple(each.id for each in board.tags),
        codes=CODE_TITLES,
        lives=tuple(Life),
        filters=filters_of(asked),
    )


def filters_of(
    asked: FindingsAsked, *, without: tuple[str, ...] = ("sort", "cursor", "format")
) -> dict[str, Any]:
    """Return what is asked for, without where it begins and in which order."""
    left = asked.model_dump(exclude_defaults=True, mode="json")
    return {name: value for name, value in left.items() if name not in without}


def export_of(asked: FindingsAsked) -> FindingsQuery:
    """Ask for all of it as CSV."""
    filters = filters_of(asked, without=("sort", "limit", "cursor", "format"))
    return FindingsQuery(**filters, format="csv")


def _groups(board: Board, dimension: str) -> tuple[str, ...]:
    found = next((each for each in board.coverage.by if each.dimension == dimension), None)
    names = sorted(each.name for each in found.groups if each.name) if found else []
    return tuple(names) if len(names) <= MOST_CHOICES else ()


def view_of(board: Board, one: One) -> FindingView:
    """Put the page of one finding together; another version may have known other codes."""
    finding = one.finding
    found = CODES.get(Code(finding.code)) if finding.code in CODE_TITLES else None
    return FindingView(
        finding=finding,
        title=found.title if found else "",
        meaning=found.meaning if found else "",
        remedy=found.fix if found else "",
        is_tag=board.tag(finding.tag) is not None,
        gap=one.gap,
    )
