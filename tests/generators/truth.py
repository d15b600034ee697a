"""Whether an expression over facts holds for a resource, read off it without the help of any engine."""

from tagward.globs import matcher, split
from tagward.judging.housekeeping import forbidden_keys, is_platform_key
from tagward.judging.values import is_blank
from tagward.patterns import compile_pattern
from tagward.resource import Resource
from tagward_generators.facts import (
    Blank,
    Fact,
    Fits,
    Has,
    KeyLike,
    KeyOutside,
    MoreThan,
    OfType,
    OneOf,
    Placed,
    Slot,
    ValueLike,
)
from tagward_generators.logic import Every, Expression, Not, Some, Unsayable


def holds(expression: Expression, resource: Resource) -> bool:
    """Decide an expression without anything unsayable in it."""
    match expression:
        case Every(parts):
            return all(holds(part, resource) for part in parts)
        case Some(parts):
            return any(holds(part, resource) for part in parts)
        case Not(fact):
            return not fact_holds(fact, resource)
        case Unsayable(why):
            raise AssertionError(why)
        case fact:
            return fact_holds(fact, resource)


def fact_holds(fact: Fact, resource: Resource) -> bool:
    """Decide one fact about the tags that a resource carries itself, or that the layers above it do."""
    match fact:
        case Has(slot) | OneOf(slot) | Fits(slot) | Blank(slot):
            value = value_in(slot, resource)
            return value is not None and _value_holds(fact, value)
        case Placed(field, globs):
            place = getattr(resource, field)
            return matcher(globs)(place) if place else not split(globs)[0]
        case OfType(globs):
            including, excluding = split(globs)
            names = (resource.type, resource.native)
            wanted = not including or any(map(matcher(including), names))
            return wanted and not (excluding and any(map(matcher(excluding), names)))
        case _:
            return _all_tags_hold(fact, resource)


def _value_holds(fact: Fact, value: str) -> bool:
    match fact:
        case OneOf(_, values):
            return value in values
        case Fits(_, pattern):
            return compile_pattern(pattern)(value)
        case Blank(_, placeholders):
            return is_blank(value, frozenset(placeholders))
        case _:
            return True


def _all_tags_hold(fact: Fact, resource: Resource) -> bool:
    own = [key for key in resource.tags if not is_platform_key(resource.cloud, key)]
    match fact:
        case KeyLike(globs):
            return any(map(forbidden_keys(globs, resource.cloud), resource.tags))
        case KeyOutside(keys):
            return any(key not in keys for key in own)
        case ValueLike(patterns):
            values = map(str, resource.tags.values())
            return any(compile_pattern(each)(value) for value in values for each in patterns)
        case MoreThan(most):
            return len(own) > most
        case _:
            raise AssertionError(fact)


def value_in(slot: Slot, resource: Resource) -> str | None:
    """Read a slot."""
    if not slot.layer:
        return _text(resource.tags.get(slot.key))
    for layer in resource.inherited:
        if layer.origin == slot.layer:
            return _text(layer.tags.get(slot.key))
    return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
