"""Coverage by cost, broken down: by where money goes, by who pays, and by the values of a tag."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec import Struct

from tagward.policy import Policy
from tagward_service.billing.amounts import Basis, grouped
from tagward_service.billing.judged import JudgedBill, Row
from tagward_service.billing.money import percent, total
from tagward_service.billing.owners import owner_tag
from tagward_service.coverage.naming import TAG, dimension_of

FIELDS = ("provider", "account", "service", "period")


class Group(Struct, frozen=True):
    """Chargeable money that shares one thing; `name` is "" for what has it not, `title` says more."""

    name: str
    chargeable: Decimal
    attributable: Decimal
    title: str = ""

    @property
    def percent(self) -> float | None:
        """Attributable of chargeable."""
        return percent(self.attributable, self.chargeable)


class Breakdown(Struct, frozen=True):
    """Coverage by one dimension, the groups with the most to win first."""

    dimension: str
    groups: tuple[Group, ...]


def checked(dimension: str, policy: Policy) -> str:
    """Return a dimension that there is; raises UsageError."""
    return dimension_of(dimension, policy, FIELDS, "a bill")


def default_dimensions(policy: Policy) -> tuple[str, ...]:
    """Return where money goes, and who pays: the tag that names a team or an owner, where there is one."""
    team = owner_tag(policy)
    return ("provider", "account", "service", *((TAG + team,) if team else ()))


def broken_down(dimension: str, rows: Sequence[Row], judged: JudgedBill, basis: Basis) -> Breakdown:
    """Break coverage down by a dimension."""
    if dimension.startswith(TAG):
        groups = _by_tag(dimension.removeprefix(TAG), judged, basis)
    else:
        groups = _by_field(dimension, rows, basis)
    ordered = sorted(
        groups, key=lambda group: (group.attributable - group.chargeable, -group.chargeable, group.name)
    )
    return Breakdown(dimension, tuple(ordered))


def _by_field(field: str, rows: Sequence[Row], basis: Basis) -> Iterable[Group]:
    titles = _titles(rows) if field == "account" else {}
    for name, found in grouped(rows, lambda row: row[field] or "").items():
        amounts = found.of(basis)
        if amounts.chargeable:
            yield Group(name, amounts.chargeable, amounts.attributable, titles.get(name, ""))


def _titles(rows: Sequence[Row]) -> dict[str, str]:
    """Name accounts; of several names it is the last in the alphabet, in whatever order rows come."""
    named = sorted((row["account"] or "", row["account_name"] or "") for row in rows)
    return dict(named)


def _by_tag(tag: str, judged: JudgedBill, basis: Basis) -> Iterable[Group]:
    from tagward_generators.sql.coverage import by_value

    rows = judged.rows(by_value(judged.table, judged.found, tag, judged.columns[tag]))
    for value in {row["value"] for row in rows}:
        found = [row for row in rows if row["value"] == value]
        part = total(row[f"attributable_{basis}"] for row in found)
        yield Group(value or "", total(row[basis] for row in found), part)
