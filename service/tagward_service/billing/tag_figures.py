"""How far each tag is, in money, and how many resources are compliant."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from tagward_service.billing.judged import JudgedBill, Row
from tagward_service.billing.money import percent, total


class TagFigures(Struct, frozen=True):
    """One tag, on the chargeable cost that the policy asks it of, in the cost that the report counts by."""

    tag: str
    asked: Decimal
    present: Decimal
    valid: Decimal

    @property
    def present_percent(self) -> float | None:
        """Present of asked."""
        return percent(self.present, self.asked)

    @property
    def valid_percent(self) -> float | None:
        """Valid of asked."""
        return percent(self.valid, self.asked)


class ResourceFigures(Struct, frozen=True):
    """Chargeable resources of the bill, also those that cost nothing, by their newest lines."""

    resources: int
    compliant: int
    exempt: int

    @property
    def percent(self) -> float | None:
        """Compliant of all."""
        return percent(Decimal(self.compliant), Decimal(self.resources))


def tag_figures(rows: Sequence[Row], judged: JudgedBill) -> tuple[TagFigures, ...]:
    """Sum up tag by tag, in the order of the policy."""
    named = {tag: column.removeprefix("needed_") for tag, column in judged.found.needed.items()}
    return tuple(
        TagFigures(
            tag, *(total(row[f"{word}_{name}"] for row in rows) for word in ("asked", "present", "valid"))
        )
        for tag, name in named.items()
    )


def resource_figures(judged: JudgedBill) -> ResourceFigures:
    """Count resources."""
    from tagward_generators.sql.coverage import resources

    found = resources(judged.table)
    (row,) = judged.rows(
        found.aggregate(resources=found.count(), compliant=found.compliant.sum(), exempt=found.exempt.sum())
    )
    return ResourceFigures(row["resources"], row["compliant"] or 0, row["exempt"] or 0)
