"""What is not attributable: resource by resource, and as the fewest pieces of work that reach a threshold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, TypeVar

from msgspec import Struct

from tagward_service.billing.amounts import Amounts, Basis
from tagward_service.billing.judged import JudgedBill, Row
from tagward_service.billing.money import ZERO, needed, percent, total

OTHER_RULES = "(other rules)"
"""What is named where no tag is missing or wrong: a forbidden key, too many tags."""


State = Literal["findings", "none", "never", "untold"]
"""What scans know of a resource: open findings; no open one; nothing, as none ever saw it; or not told.

With `none` the bill is older than the tags, or AWS was not told to put them on it. It is not told where an
account was scanned without an inventory to look into, and of an id that several resources have.
"""


class Open(Struct, frozen=True):
    """A finding that is open or exempt, by its number in the store."""

    id: int
    code: str
    tag: str
    first_seen: date


class Seen(Struct, frozen=True):
    """What scans say of one resource."""

    state: State
    findings: tuple[Open, ...] = ()


class Gap(Struct, frozen=True):
    """One resource whose cost nobody can be charged for, with the tags that it lacks or has wrong.

    `scan` is what scans say of it, None where nobody asked them.
    """

    cloud: str
    provider: str
    account: str
    account_name: str
    service: str
    resource: str
    name: str
    cost: Decimal
    billed: Decimal
    exempt: Decimal
    missing: tuple[str, ...]
    wrong: tuple[str, ...]
    scan: Seen | None = None

    @property
    def tags(self) -> tuple[str, ...]:
        """Everything to set right on it."""
        return tuple(dict.fromkeys((*self.missing, *self.wrong))) or (OTHER_RULES,)


class Piece(Struct, frozen=True):
    """One piece of work: all of `tags` set right on so many resources of an account."""

    cloud: str
    account: str
    account_name: str
    tags: tuple[str, ...]
    resources: int
    cost: Decimal


class Fixes(Struct, frozen=True):
    """The fewest fixes that reach a threshold, dearest first: by piece of work, and resource by resource.

    `reachable` is False when not even all of them do, which exemptions may cause.
    """

    pieces: tuple[Piece, ...]
    resources: int
    reachable: bool
    percent_after: float | None


_Costly = TypeVar("_Costly", Gap, Piece)


def gap_list(judged: JudgedBill, basis: Basis) -> tuple[Gap, ...]:
    """List every resource with a gap, the dearest first."""
    from tagward_generators.sql.coverage import gaps

    rows = judged.each_row(gaps(judged.table, judged.found, basis))
    known: dict[Any, Any] = {}
    found = (_gap(row, judged, basis, known) for row in rows)
    return tuple(sorted(found, key=lambda gap: (-gap.cost, gap.cloud, gap.account, gap.resource)))


def _gap(row: Row, judged: JudgedBill, basis: Basis, known: dict[Any, Any]) -> Gap:
    """Make a gap of a row; what many of them share is kept once in `known`, as there may be millions."""
    named = {tag: column.removeprefix("needed_") for tag, column in judged.found.needed.items()}
    missing = tuple(tag for tag, name in named.items() if row[f"missing_{name}"])
    wrong = tuple(tag for tag, name in named.items() if row[f"wrong_{name}"])

    def text(field: str) -> str:
        return str(known.setdefault(row[field], row[field] or ""))

    return Gap(
        text("cloud"),
        text("provider"),
        text("account"),
        text("account_name"),
        text("service"),
        row["resource_id"] or "",
        row["resource_name"] or "",
        row[basis],
        row[basis] if row["billed"] == row[basis] else row["billed"],
        row["exempt"] or ZERO,
        known.setdefault(missing, missing),
        known.setdefault(wrong, wrong),
    )


def fewest_fixes(gaps: Sequence[Gap], amounts: Amounts, threshold: float) -> Fixes:
    """Take the dearest pieces until the threshold is reached: no other choice of so many does more."""
    lacking = needed(amounts.chargeable, threshold) - Fraction(amounts.attributable)
    chosen = tuple(_until(pieces_of(gaps), lacking))
    alone = tuple(_until(_open(gaps), lacking))
    gained = total(piece.cost for piece in chosen)
    after = total((amounts.attributable, gained))
    reachable = Fraction(gained) >= lacking
    return Fixes(chosen, len(alone), reachable, percent(after, amounts.chargeable))


def pieces_of(gaps: Iterable[Gap]) -> tuple[Piece, ...]:
    """Put resources of one account together that are wrong in the same tags, the dearest piece first."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[Gap]] = {}
    for gap in _open(gaps):
        groups.setdefault((gap.cloud, gap.account, gap.tags), []).append(gap)
    pieces = (
        Piece(cloud, account, found[0].account_name, tags, len(found), total(each.cost for each in found))
        for (cloud, account, tags), found in groups.items()
    )
    return tuple(sorted(pieces, key=lambda piece: (-piece.cost, piece.cloud, piece.account, piece.tags)))


def _open(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """Leave out what an exemption covers, and what costs nothing: no fix of it changes anything."""
    return (gap for gap in gaps if gap.cost > ZERO and not gap.exempt)


def _until(found: Iterable[_Costly], lacking: Fraction) -> Iterator[_Costly]:
    got = Fraction(0)
    for each in found:
        if got >= lacking:
            return
        got += Fraction(each.cost)
        yield each
