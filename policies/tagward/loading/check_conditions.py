"""Checks on conditions: the tags and values that they name exist, and they can hold."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from tagward.clouds import reachable
from tagward.conditions import can_hold
from tagward.diagnostics import Diagnostic, Steps, did_you_mean, quoted
from tagward.judging.values import folded, is_blank
from tagward.loading.merging import Merger
from tagward.patterns import PatternError, compile_pattern
from tagward.policy import Allowed, Matches, Policy, Selector, Tag


class Comparison(Struct, frozen=True):
    """A comparison as written: the tag, and its values, each with its place."""

    tag: str
    path: Steps
    values: tuple[tuple[Steps, str], ...]


def _comparisons(written: Any, path: Steps) -> Iterator[Comparison]:
    for key, value in written.items():
        place = (*path, key)
        if key == "not":
            yield from _comparisons(value, place)
        elif key in ("all", "any"):
            for number, each in enumerate(value):
                yield from _comparisons(each, (*place, number))
        elif isinstance(value, str):
            yield Comparison(key, place, ((place, value),))
        else:
            yield Comparison(key, place, tuple(((*place, number), each) for number, each in enumerate(value)))


def check_conditions(tag: Tag, number: int, policy: Policy, merger: Merger) -> Iterator[Diagnostic]:
    """List what is wrong with the condition of a requirement of a tag."""
    requirement = tag.requirements[number]
    if requirement.when is None:
        return
    path: Steps = (*merger.written.requirement(tag.id, number), "when")
    written = merger.written_condition(tag.id, number)
    found = [
        problem
        for comparison in _comparisons(written, path)
        for problem in _check_comparison(tag, requirement.on, comparison, policy, merger)
    ]
    yield from found
    if not found and not can_hold(requirement.when):
        yield merger.written.at(
            path, "this condition can never hold: its parts exclude one another", at_key=True
        )


def _check_comparison(
    tag: Tag, on: Selector, comparison: Comparison, policy: Policy, merger: Merger
) -> Iterator[Diagnostic]:
    path = comparison.path
    known = tuple(each.id for each in policy.tags)
    other = policy.tag(comparison.tag)
    if comparison.tag == tag.id:
        yield merger.written.at(path, f"{quoted(tag.id)} cannot depend on itself", at_key=True)
    elif other is None:
        close = did_you_mean(comparison.tag, known)
        hint = f"did you mean `{close}`?" if close else None
        said = f"there is no tag {quoted(comparison.tag)}"
        yield merger.written.at(path, said, at_key=True, hint=hint, accepted=known)
    elif not reachable(on, policy.scopes) & other.keys.keys():
        said = f"this can never match: {quoted(other.id)} is not used on the clouds that `on` names"
        yield merger.written.at(path, said, at_key=True)
    else:
        yield from _check_compared_values(other, comparison, policy, merger)


def _check_compared_values(
    other: Tag, comparison: Comparison, policy: Policy, merger: Merger
) -> Iterator[Diagnostic]:
    placeholders = folded(policy.placeholders)
    for place, value in comparison.values:
        if is_blank(value, placeholders):
            said = f"this can never match: {quoted(value)} counts as missing"
            yield merger.written.at(place, said)
        elif not _possible(other, value):
            said = f"this can never match: {quoted(value)} is not a value of `{other.id}`"
            yield merger.written.at(place, said)


def _possible(tag: Tag, value: str) -> bool:
    match tag.constraint:
        case Allowed(values):
            return not values or value in values
        case Matches(pattern):
            try:
                return compile_pattern(pattern)(value)
            except PatternError:
                return True
    return True
