"""Whether whoever is to pay is somebody: values of the tag that names owners, looked up in its registry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from msgspec import Struct

from tagward.diagnostics import printable, quoted
from tagward.policy import Allowed, Policy
from tagward_generators.sql.classing import CHARGEABLE
from tagward_service.billing.amounts import Basis
from tagward_service.billing.judged import JudgedBill
from tagward_service.billing.text_money import shown

WORDS = ("team", "owner")
"""What a tag that names owners is called after."""

_MOST = 3


class Stranger(Struct, frozen=True):
    """A value that names no owner, and the chargeable cost that has it; `retired` is its last valid day."""

    value: str
    cost: Decimal
    retired: date | None = None


def owner_tag(policy: Policy) -> str | None:
    """Return the tag that names a team or an owner, where there is one."""
    return next((tag.id for word in WORDS for tag in policy.tags if word in tag.id.lower()), None)


def registry_of(policy: Policy, tag_id: str | None) -> Allowed | None:
    """Return the registry of a tag, None where it has none."""
    tag = policy.tag(tag_id) if tag_id else None
    if tag is None or not isinstance(tag.constraint, Allowed) or tag.constraint.registry is None:
        return None
    return tag.constraint


def strangers(judged: JudgedBill, tag: str, basis: Basis) -> tuple[Stranger, ...]:
    """List the values of a tag on chargeable cost that its registry does not have, the dearest first."""
    registry = registry_of(judged.policy, tag)
    if registry is None:
        return ()
    lines = judged.table
    there = lines.filter(lines["class"] == CHARGEABLE, lines[judged.found.present[tag]])
    summed = there.group_by(value=there[judged.columns[tag]]).aggregate(cost=there[basis].sum())
    valid = registry.on(judged.as_of)
    found = (
        Stranger(row["value"], row["cost"], registry.until.get(row["value"]))
        for row in judged.rows(summed)
        if row["value"] not in valid
    )
    return tuple(sorted(found, key=lambda each: (-each.cost, each.value)))


def unresolved(judged: JudgedBill, basis: Basis) -> Iterator[str]:
    """Say which owners named on chargeable cost nobody knows."""
    tag = owner_tag(judged.policy)
    if tag is not None:
        yield from told(tag, strangers(judged, tag, basis), judged.currency)


def told(tag: str, found: Iterable[Stranger], currency: str) -> Iterator[str]:
    """Say which values name nobody, unknown ones first, then those that have retired."""
    every = tuple(found)
    unknown = [each for each in every if each.retired is None]
    retired = [each for each in every if each.retired is not None]
    if unknown:
        yield f"{_values(unknown)} of {quoted(tag)} in no registry: {_listed(unknown, currency)}"
    if retired:
        yield f"{_values(retired)} of {quoted(tag)} retired: {_listed(retired, currency)}"


def _values(found: list[Stranger]) -> str:
    return f"{len(found):,} value{'' if len(found) == 1 else 's'}"


def _listed(found: list[Stranger], currency: str) -> str:
    named = (
        f"{quoted(each.value)}{f' on {each.retired}' if each.retired else ''} ({shown(each.cost)} {currency})"
        for each in found[:_MOST]
    )
    more = f" and {len(found) - _MOST:,} more" if len(found) > _MOST else ""
    return printable(", ".join(named) + more)
