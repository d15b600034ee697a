"""Conditions on other tags of the same resource."""

from collections.abc import Callable, Iterator
from itertools import product
from math import prod

from tagward.policy import AllOf, AnyOf, Condition, Not, TagIn
from tagward.resource import TagValue
from tagward.selectors import Answer, all_of, any_of, negate

MOST_TRIED = 4096
"""So many combinations of values are tried to find out whether a condition can hold."""

Lookup = Callable[[str], TagValue | None]
"""From a tag id to its value on the resource; None when it is missing."""


def holds(condition: Condition, lookup: Lookup) -> Answer:
    """Decide a condition; a missing tag has no value, an unknown one makes it unknown."""
    match condition:
        case TagIn(tag, values):
            value = lookup(tag)
            return (value in values) if value is None or isinstance(value, str) else None
        case AllOf(conditions):
            return all_of(holds(each, lookup) for each in conditions)
        case AnyOf(conditions):
            return any_of(holds(each, lookup) for each in conditions)
        case Not(inner):
            return negate(holds(inner, lookup))


def tags_of(condition: Condition) -> Iterator[TagIn]:
    """List the comparisons in a condition, in source order."""
    match condition:
        case TagIn():
            yield condition
        case AllOf(conditions) | AnyOf(conditions):
            for each in conditions:
                yield from tags_of(each)
        case Not(inner):
            yield from tags_of(inner)


def can_hold(condition: Condition) -> bool:
    """Say whether some tags make a condition hold; True too when there are too many to try."""
    named: dict[str, set[str]] = {}
    for comparison in tags_of(condition):
        named.setdefault(comparison.tag, set()).update(comparison.values)
    choices = [[*sorted(values), None] for values in named.values()]
    if prod(map(len, choices)) > MOST_TRIED:
        return True
    return any(holds(condition, dict(zip(named, chosen, strict=True)).get) for chosen in product(*choices))


def in_words(condition: Condition) -> str:
    """Say a condition in a few words, for messages."""
    match condition:
        case TagIn(tag, values):
            return f"`{tag}` is {' or '.join(sorted(values))}"
        case AllOf(conditions):
            return " and ".join(_grouped(each) for each in conditions)
        case AnyOf(conditions):
            return " or ".join(_grouped(each) for each in conditions)
        case Not(inner):
            return f"not ({in_words(inner)})"


def _grouped(condition: Condition) -> str:
    return f"({in_words(condition)})" if isinstance(condition, AllOf | AnyOf) else in_words(condition)
