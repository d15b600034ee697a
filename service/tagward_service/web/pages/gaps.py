"""The gap list: what each resource costs that nobody can be charged for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec import Struct

from tagward_service.billing.json_billing import JsonBreakdown, JsonGap
from tagward_service.billing.money import text, total
from tagward_service.exports.csv_rows import Cell, lines
from tagward_service.web.asked import GapsAsked
from tagward_service.web.board import Board

SIZE = 50
"""So many gaps make a page."""

_COLUMNS = ("cloud", "provider", "account", "account_name", "service", "resource", "name", "cost", "billed")
_LISTS = ("exempt", "missing", "wrong")


class GapsView(Struct, frozen=True):
    """What the page shows; without a bill there is nothing."""

    asked: GapsAsked
    gaps: tuple[JsonGap, ...]
    found: int
    cost: str
    pages: int
    accounts: tuple[tuple[str, str], ...]
    services: tuple[str, ...]
    tags: tuple[str, ...]
    breakdowns: tuple[JsonBreakdown, ...]


def view(board: Board, asked: GapsAsked, size: int = SIZE) -> GapsView:
    """Filter, sort and cut the list."""
    report = board.costs.report if board.costs else None
    every = report.gaps if report else []
    found = selected(every, asked)
    pages = max(1, -(-len(found) // size))
    start = (min(asked.page, pages) - 1) * size
    return GapsView(
        asked=asked,
        gaps=tuple(found[start : start + size]),
        found=len(found),
        cost=text(total(Decimal(each.cost) for each in found)),
        pages=pages,
        accounts=tuple(sorted({(each.account, each.account_name or each.account) for each in every})),
        services=tuple(sorted({each.service for each in every})),
        tags=tuple(each.id for each in board.tags),
        breakdowns=tuple(report.by) if report else (),
    )


def selected(gaps: Sequence[JsonGap], asked: GapsAsked) -> list[JsonGap]:
    """Keep the gaps that are asked for, in the order that is asked for."""
    name = asked.sort.removeprefix("-")
    kept = [each for each in gaps if _is_wanted(each, asked)]
    if name == "cost":
        return sorted(kept, key=lambda each: Decimal(each.cost), reverse=asked.sort.startswith("-"))
    return sorted(kept, key=lambda each: str(getattr(each, name)), reverse=asked.sort.startswith("-"))


def _is_wanted(gap: JsonGap, asked: GapsAsked) -> bool:
    sought = asked.text.casefold()
    return (
        asked.cloud in (None, gap.cloud)
        and asked.account in ("", gap.account)
        and asked.service in ("", gap.service)
        and (not asked.tag or asked.tag in (*gap.missing, *gap.wrong))
        and (sought in gap.resource.casefold() or sought in gap.name.casefold())
    )


def as_csv(board: Board, asked: GapsAsked) -> Iterator[str]:
    """Write the gaps as CSV, with every digit."""
    yield from lines(_rows(board, asked))


def _rows(board: Board, asked: GapsAsked) -> Iterator[tuple[Cell, ...]]:
    yield *_COLUMNS, "currency", *_LISTS
    if board.costs is None:
        return
    currency = board.costs.report.by_cost.currency
    for gap in selected(board.costs.report.gaps, asked):
        first = (getattr(gap, name) for name in _COLUMNS)
        yield *first, currency, gap.exempt, " ".join(gap.missing), " ".join(gap.wrong)
