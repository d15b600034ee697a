"""What is told to teams: their costs by month, shared costs apart, and what nobody has, never hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec import Struct

from tagward_service.billing.money import less, total
from tagward_service.showback.charges import Charge

KINDS = ("direct", "shared", "unallocated")
NONE = "(none)"
"""What stands for a tag that is not there."""


class Line(Struct, frozen=True):
    """Part of what a team pays in a month: by workload type, or a share of a pool."""

    kind: str
    name: str
    amount: Decimal


class TeamMonth(Struct, frozen=True):
    """What one team pays for one month, in one currency."""

    team: str
    period: str
    currency: str
    direct: Decimal
    shared: Decimal
    lines: tuple[Line, ...]

    @property
    def whole(self) -> Decimal:
        """Everything."""
        return total((self.direct, self.shared))


class Unallocated(Struct, frozen=True):
    """What nobody has, and why."""

    period: str
    currency: str
    reason: str
    amount: Decimal


class Month(Struct, frozen=True):
    """A month as a whole: `billed` is what the bill says, and what the parts come to, or it is wrong."""

    period: str
    currency: str
    billed: Decimal
    direct: Decimal
    shared: Decimal
    unallocated: Decimal

    @property
    def difference(self) -> Decimal:
        """What is missing between the bill and its parts: 0, or there is a mistake."""
        return less(self.billed, total((self.direct, self.shared, self.unallocated)))


class Statement(Struct, frozen=True):
    """A showback of all teams; sorted by month, then by amount."""

    months: tuple[Month, ...]
    teams: tuple[TeamMonth, ...]
    unallocated: tuple[Unallocated, ...]
    charges: tuple[Charge, ...]


def statement(charges: Sequence[Charge], billed: Iterable[tuple[str, str, Decimal]]) -> Statement:
    """Put charges together; `billed` are period, currency and amount of the bill itself."""
    return Statement(
        tuple(_month(charges, *each) for each in sorted(billed)),
        tuple(sorted(_teams(charges), key=lambda each: (each.period, each.currency, -each.whole, each.team))),
        tuple(sorted(_nobody(charges), key=lambda each: (each.period, each.currency, -each.amount))),
        tuple(charges),
    )


def only(told: Statement, team: str) -> Statement:
    """Keep what concerns one team."""
    return Statement(
        told.months,
        tuple(each for each in told.teams if each.team == team),
        (),
        tuple(each for each in told.charges if each.place.team == team),
    )


def _month(charges: Sequence[Charge], period: str, currency: str, billed: Decimal) -> Month:
    here = [each for each in charges if (each.place.period, each.place.currency) == (period, currency)]
    sums = (
        total(each.amount for each in here if each.kind == kind)
        for kind in ("direct", "shared", "unallocated")
    )
    return Month(period, currency, billed, *sums)


def _teams(charges: Iterable[Charge]) -> Iterable[TeamMonth]:
    found: dict[tuple[str, str, str], list[Charge]] = defaultdict(list)
    for each in charges:
        if each.kind != "unallocated":
            found[each.place.team, each.place.period, each.place.currency].append(each)
    for (team, period, currency), here in found.items():
        direct = [each for each in here if each.kind == "direct"]
        shared = [each for each in here if each.kind == "shared"]
        yield TeamMonth(
            team,
            period,
            currency,
            total(each.amount for each in direct),
            total(each.amount for each in shared),
            (*_lines("direct", direct), *_lines("shared", shared)),
        )


def _lines(kind: str, charges: Iterable[Charge]) -> list[Line]:
    """Add charges up by workload type, or by pool, the largest first."""
    names: dict[str, list[Decimal]] = defaultdict(list)
    for each in charges:
        names[each.rule if kind == "shared" else each.place.workload_type or NONE].append(each.amount)
    lines = [Line(kind, name, total(amounts)) for name, amounts in names.items()]
    return sorted(lines, key=lambda line: (-line.amount, line.name))


def _nobody(charges: Iterable[Charge]) -> Iterable[Unallocated]:
    for each in charges:
        if each.kind == "unallocated":
            yield Unallocated(each.place.period, each.place.currency, each.reason, each.amount)
