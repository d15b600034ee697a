"""What must hold before costs are charged back."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from tagward_service.billing.json_billing import JsonByCost
from tagward_service.billing.money import reaches
from tagward_service.billing.readiness import CLOSED_PERIODS, closed_in_a_row, doubts
from tagward_service.web.board import Board
from tagward_service.web.words import CLASSES, brief, count, month, percent, plural

State = Literal["holds", "fails", "untold"]

_COVERAGE = "tagward coverage --billing FILE --keep"
_SHOWBACK = "tagward showback --billing FILE --rules FILE --keep"
_SCAN = "tagward scan aws --store URL"
_POOLED = ("shared", "support", "tax")
"""Classes of cost that a rule of showback can share."""


class Check(Struct, frozen=True):
    """One line of the checklist; `command` tells what makes the figure, where it is untold."""

    name: str
    state: State
    said: str
    term: str
    rows: str = ""
    command: str = ""


def checklist(board: Board) -> tuple[Check, ...]:
    """Go through what must hold."""
    return (
        _cost(board),
        _closed(board),
        _resources(board),
        *_of_showback(board),
        _read(board),
        _scanned(board),
    )


def _cost(board: Board) -> Check:
    name, wanted = "Coverage by cost", f"{board.threshold:g} % is needed"
    if board.costs is None:
        return Check(name, "untold", "no bill has been read", "by-cost", command=_COVERAGE)
    sums = board.costs.report.by_cost
    holds = _reaches(board, sums)
    said = f"{percent(sums.percent)} of chargeable cost is attributable; {wanted}"
    return Check(name, "holds" if holds else "fails", said, "by-cost", "gaps")


def _closed(board: Board) -> Check:
    name = f"{CLOSED_PERIODS} closed months in a row"
    if board.costs is None:
        return Check(name, "untold", "no bill has been read", "closed", command=_COVERAGE)
    good, last = closed_in_a_row(_months(board)), last_closed(board)
    told = f"; {month(last[0])} came to {percent(last[1])}" if last else ""
    holds = good >= CLOSED_PERIODS
    months = f"{good} in a row" if holds else f"{good} of {CLOSED_PERIODS}"
    said = f"{months} at {board.threshold:g} %{told}"
    return Check(name, "holds" if holds else "fails", said, "closed", "trend")


def last_closed(board: Board) -> tuple[str, float | None] | None:
    """Return the newest closed month and its percent."""
    if board.costs is None:
        return None
    closed = [each for each in board.costs.report.periods if each.closed and each.period]
    return (closed[-1].period, closed[-1].by_cost.percent) if closed else None


def _months(board: Board) -> list[tuple[str, bool]]:
    """Say of each closed month whether it is at the threshold."""
    periods = board.costs.report.periods if board.costs else []
    return [(each.period, _reaches(board, each.by_cost)) for each in periods if each.closed and each.period]


def _reaches(board: Board, sums: JsonByCost) -> bool:
    return reaches(Decimal(sums.attributable), Decimal(sums.chargeable), board.threshold)


def _resources(board: Board) -> Check:
    name, figures = "Coverage by resource", board.coverage.by_resource
    if not board.coverage.scans:
        return Check(name, "untold", "nothing has been scanned", "by-resource", command=_SCAN)
    ready = figures.taggable and figures.compliant * 100 >= board.threshold * figures.taggable
    said = (
        f"{percent(figures.percent)}: {count(figures.compliant)} of {count(figures.taggable)} are compliant"
    )
    return Check(name, "holds" if ready else "fails", said, "by-resource", "findings")


def _of_showback(board: Board) -> tuple[Check, ...]:
    names = ("Every shared pool has a rule", "Owners resolve", "Reconciliation is exact")
    terms = ("fee", "direct", "difference")
    if board.shares is None:
        said = "no showback has been made"
        return tuple(
            Check(name, "untold", said, term, command=_SHOWBACK)
            for name, term in zip(names, terms, strict=True)
        )
    return (_pools(board, names[0]), _owners(board, names[1]), _exact(board, names[2]))


def _pools(board: Board, name: str) -> Check:
    assert board.shares is not None
    left: dict[str, Decimal] = {}
    for each in board.shares.report.charges:
        if each.kind == "unallocated" and (each.reason in _POOLED or each.reason.startswith("pool ")):
            left[each.reason] = left.get(each.reason, Decimal(0)) + Decimal(each.amount)
    left = {reason: amount for reason, amount in left.items() if amount}
    if left:
        listed = ", ".join(
            f"{CLASSES.get(reason, reason).lower()} {brief(each)}" for reason, each in left.items()
        )
        return Check(name, "fails", f"nobody has {listed}", "fee", "teams")
    pools = {each.allocation for each in board.shares.report.charges if each.kind == "shared"}
    return Check(name, "holds", f"{plural(len(pools), 'pool')} shared out by rule", "fee", "teams")


def _owners(board: Board, name: str) -> Check:
    shares = board.shares
    assert shares is not None
    if not shares.registry:
        said = "the policy has no registry of teams to look them up in"
        return Check(name, "untold", said, "direct", "teams")
    if shares.strangers:
        listed = ", ".join(shares.strangers[:3])
        said = f"{plural(len(shares.strangers), 'team')} not in the registry: {listed}"
        return Check(name, "fails", said, "direct", "teams")
    teams = len({each.team for each in shares.report.teams})
    return Check(name, "holds", f"all {plural(teams, 'team')} are in `{shares.registry}`", "direct", "teams")


def _exact(board: Board, name: str) -> Check:
    assert board.shares is not None
    months = board.shares.report.months
    wrong = [each for each in months if Decimal(each.difference)]
    if wrong:
        said = f"{plural(len(wrong), 'month')} of {len(months)} differ from the bill"
        return Check(name, "fails", said, "difference", "teams")
    if not months:
        return Check(name, "untold", "the showback has no month", "difference", command=_SHOWBACK)
    said = f"{plural(len(months), 'month')} come to the bill, to the last digit"
    return Check(name, "holds", said, "difference", "teams")


def _read(board: Board) -> Check:
    name = "The bill can be read"
    if board.costs is None:
        return Check(name, "untold", "no bill has been read", "whole", command=_COVERAGE)
    report = board.costs.report
    doubtful = "; ".join(doubts((each.code, each.lines) for each in report.findings))
    if doubtful:
        return Check(name, "fails", doubtful, "whole", "scans")
    return Check(
        name,
        "holds",
        f"all {plural(report.lines, 'line')} of {plural(report.files, 'file')}",
        "whole",
        "scans",
    )


def _scanned(board: Board) -> Check:
    name = "Everything was scanned"
    if not board.coverage.scans:
        return Check(name, "untold", "nothing has been scanned", "not-scanned", command=_SCAN)
    states = [each.state for each in board.coverage.scans]
    unread = [each for each in board.coverage.not_scanned if each.incomplete]
    if unread or any(state != "complete" for state in states):
        said = f"{plural(len(unread), 'thing')} could not be read" if unread else "a scan is incomplete"
        return Check(name, "fails", said, "not-scanned", "scans")
    return Check(name, "holds", f"{plural(len(states), 'source')} in full", "not-scanned", "scans")
