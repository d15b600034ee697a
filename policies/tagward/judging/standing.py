"""How a tag stands on a resource: whether the policy asks for it there, and its effective value."""

from collections.abc import Iterator

from msgspec import Struct

from tagward.judging.carriers import Carrier, Found, own_carrier, part_carriers
from tagward.judging.tag_rule import PlacedRule
from tagward.resource import Resource

HIDDEN = "(hidden)"
"""Stands for a value that must not be shown."""


class Standing(Struct, frozen=True):
    """One tag on one resource.

    `asked` says that the policy requires it there, or that nobody can tell whether it does. `value` is the
    effective value, None where it is missing, blank or not known. `present` says that everything billed
    which must have the tag has it: a value that does not reach the volumes of an instance is not enough.
    """

    tag: str
    asked: bool
    present: bool
    value: str | None


class Effective(Struct, frozen=True):
    """Where the effective value of a tag is: on which part (None: on the resource itself), found how."""

    asked: bool
    present: bool
    part: int | None
    found: Found | None


def standing(placed: PlacedRule, resource: Resource, hidden: frozenset[str]) -> Standing:
    """Say how a tag stands on a resource; `hidden` are the keys whose values must not be shown."""
    it = effective(placed, resource)
    return Standing(placed.rule.tag.id, it.asked, it.present, _shown(it.found, hidden))


def effective(placed: PlacedRule, resource: Resource) -> Effective:
    """Find the effective value of a tag: where it is asked for if it is there, else anywhere."""
    billed = [(asks, part, _good(placed, carrier)) for carrier, asks, part in _billed(placed, resource)]
    asking = [each for each in billed if each[0]]
    part, found = next(((part, found) for _, part, found in (*asking, *billed) if found), (None, None))
    present = all(found for *_, found in asking) if asking else found is not None
    return Effective(bool(asking), present, part, found)


def _billed(placed: PlacedRule, resource: Resource) -> Iterator[tuple[Carrier, bool, int | None]]:
    """List what is billed, whether the tag is required there, and which part it is.

    It goes the ways of `PlacedRule.judge`.
    """
    own, carriers = own_carrier(resource), tuple(part_carriers(resource))
    parts = zip(carriers, (n for n, part in enumerate(resource.parts) if not part.carries), strict=True)
    if resource.own_billed or not carriers:
        yield own, _asks(placed, own, resource), None
        for carrier, number in parts:
            there, placed_there = placed.at_part(carrier, resource)
            yield carrier, _asks(placed_there, own, there), number
    else:
        for carrier, number in parts:
            yield carrier, _asks(placed, carrier, resource), number


def _asks(placed: PlacedRule, context: Carrier, resource: Resource) -> bool:
    wanted = placed.need_of(context, resource)
    return wanted is not None and wanted.level == "required"


def _good(placed: PlacedRule, carrier: Carrier) -> Found | None:
    """Find the tag on a carrier, unless its value is blank or not known."""
    found = placed.rule.find(carrier)
    return found if found is not None and isinstance(placed.rule.value_on(carrier), str) else None


def _shown(found: Found | None, hidden: frozenset[str]) -> str | None:
    if found is None:
        return None
    return found.value if found.key not in hidden and isinstance(found.value, str) else HIDDEN
