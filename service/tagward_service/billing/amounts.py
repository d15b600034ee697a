"""Sums of money by class of cost, for both ways to count it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from tagward_generators.sql.classing import CHARGEABLE, CLASSES
from tagward_service.billing.judged import Row
from tagward_service.billing.money import ZERO, exact_percent, less, percent, total

Basis = Literal["effective", "billed"]
"""Effective cost spreads what was paid ahead over what used it; billed cost is what was invoiced."""

BASES: tuple[Basis, ...] = ("effective", "billed")


class Amounts(Struct, frozen=True):
    """Money of one basis: `whole` is everything, `classes` part it without a rest."""

    whole: Decimal = ZERO
    attributable: Decimal = ZERO
    exempt: Decimal = ZERO
    classes: Mapping[str, Decimal] = {}

    @property
    def chargeable(self) -> Decimal:
        """What can carry tags."""
        return self.classes.get(CHARGEABLE, ZERO)

    @property
    def unattributed(self) -> Decimal:
        """What can carry tags and does not, exempt or not."""
        return less(self.chargeable, self.attributable)

    @property
    def percent(self) -> float | None:
        """Attributable of chargeable, rounded down to one decimal."""
        return percent(self.attributable, self.chargeable)

    @property
    def exact_percent(self) -> float | None:
        """Attributable of chargeable."""
        return exact_percent(self.attributable, self.chargeable)


class Totals(Struct, frozen=True):
    """Lines, and what they cost in both ways."""

    lines: int
    effective: Amounts
    billed: Amounts

    def of(self, basis: Basis) -> Amounts:
        """Return the money of one basis."""
        return self.effective if basis == "effective" else self.billed


def totals(rows: Iterable[Row]) -> Totals:
    """Sum rows of `coverage.sums` up."""
    every = tuple(rows)
    return Totals(sum(int(row["lines"]) for row in every), *(_amounts(every, basis) for basis in BASES))


def grouped(rows: Iterable[Row], name_of: Callable[[Row], str]) -> dict[str, Totals]:
    """Sum rows up by something."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(name_of(row), []).append(row)
    return {name: totals(found) for name, found in groups.items()}


def _amounts(rows: tuple[Row, ...], basis: Basis) -> Amounts:
    return Amounts(
        total(row[basis] for row in rows),
        total(row[f"attributable_{basis}"] for row in rows),
        total(row[f"exempt_{basis}"] for row in rows),
        {name: total(row[basis] for row in rows if row["class"] == name) for name in CLASSES},
    )
