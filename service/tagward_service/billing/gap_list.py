"""What is not attributable: resource by resource, and as the fewest pieces of work that reach a threshold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import compress
from typing import Literal, TypeVar

from msgspec import Struct

from tagward_service.billing.amounts import Amounts, Basis
from tagward_service.billing.judged import JudgedBill, Row
from tagward_service.billing.money import EXACT, ZERO, less, needed, percent, total

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


@lru_cache
def _to_set_right(missing: tuple[str, ...], wrong: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*missing, *wrong))) or (OTHER_RULES,)


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
        return _to_set_right(self.missing, self.wrong)


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
    # They come sorted by cost; every engine has an order of its own for texts, and here they have one.
    return tuple(sorted(_gaps(rows, judged), key=_dearest_first))


def _dearest_first(gap: Gap) -> tuple[Decimal, str, str, str]:
    return gap.cost.copy_negate(), gap.cloud, gap.account, gap.resource


def _gaps(rows: Iterable[Row], judged: JudgedBill) -> Iterator[Gap]:
    """Make gaps of rows; what many of them share is kept once, as there may be millions."""
    text, lacking = _Text(), _Lacking(judged.found.needed)
    for row in rows:
        cost, billed = row["cost"], row["billed"]
        yield Gap(
            text[row["cloud"]],
            text[row["provider"]],
            text[row["account"]],
            text[row["account_name"]],
            text[row["service"]],
            row["resource_id"] or "",
            row["resource_name"] or "",
            cost,
            cost if billed is None else billed,
            row["exempt"] or ZERO,
            *lacking[tuple([row[each] for each in lacking.columns])],
        )


class _Text(dict[str | None, str]):
    """A text, "" for none."""

    def __missing__(self, text: str | None) -> str:
        found = self[text] = text or ""
        return found


class _Lacking(dict[tuple[bool, ...], tuple[tuple[str, ...], tuple[str, ...]]]):
    """The tags that are missing, and those that are wrong, by what the columns say of a row."""

    def __init__(self, needed_columns: Mapping[str, str]) -> None:
        super().__init__()
        self._tags = tuple(needed_columns)
        names = [column.removeprefix("needed_") for column in needed_columns.values()]
        self.columns = [f"{word}_{name}" for word in ("missing", "wrong") for name in names]

    def __missing__(self, said: tuple[bool, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        missing, wrong = compress(self._tags, said), compress(self._tags, said[len(self._tags) :])
        found = self[said] = tuple(missing), tuple(wrong)
        return found


def fewest_fixes(gaps: Sequence[Gap], amounts: Amounts, threshold: float) -> Fixes:
    """Take the dearest pieces until the threshold is reached: no other choice of so many does more."""
    lacking = less(needed(amounts.chargeable, threshold), amounts.attributable)
    chosen = tuple(_until(pieces_of(gaps), lacking))
    alone = sum(1 for _ in _until(_open(gaps), lacking))
    gained = total(piece.cost for piece in chosen)
    after = total((amounts.attributable, gained))
    return Fixes(chosen, alone, gained >= lacking, percent(after, amounts.chargeable))


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


def _until(found: Iterable[_Costly], lacking: Decimal) -> Iterator[_Costly]:
    got = ZERO
    for each in found:
        if got >= lacking:
            return
        got = EXACT.add(got, each.cost)
        yield each
