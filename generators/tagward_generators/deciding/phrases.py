"""How a request is described: what it does, and how it is tagged."""

from collections.abc import Iterator, Sequence

from tagward.diagnostics import quoted
from tagward_generators.deciding.candidates import OTHER
from tagward_generators.deciding.comparing import Difference
from tagward_generators.deciding.narrowing import Situation
from tagward_generators.deciding.rulings import Place
from tagward_generators.deciding.words import TAGS, listed

VALUES = 4
"""So many values of a tag are told."""

FIRST = 2
"""So many of them before it is said that others, or none, do the same."""


def doing(places: Sequence[Place]) -> str:
    """Say what is done at some places."""
    every = tuple(dict.fromkeys(place.doing for place in places))
    variant = f" {places[0].variant}" if places[0].variant else ""
    if len(every) == 1:
        return every[0] + variant
    return f"{every[0]}, or {len(every) - 1} other kind{'s' if len(every) > 2 else ''},{variant}"


def phrase(done: str, difference: Difference, values: Sequence[str], conditions: Sequence[str]) -> str:
    """Say what is done with which tags."""
    if TAGS in done:
        return done.replace(TAGS, _taken(difference))
    finding = difference.finding
    if finding.always:
        return done if not difference.places[0].tagged else f"{done} however it is tagged"
    told = [*_tagged(finding.deviation, values, bool(finding.tags)), *_context(finding.context, conditions)]
    return " ".join([done, *told])


def _taken(difference: Difference) -> str:
    finding = difference.finding
    keys = [quoted(each.key) for each in finding.deviation if each.value is not None]
    if finding.always:
        return "any tag"
    return listed(keys) if keys else "all tags at once"


def _tagged(deviation: Sequence[Situation], values: Sequence[str], has_tags: bool) -> Iterator[str]:
    respelled = {
        gone.key: came.key
        for gone in deviation
        for came in deviation
        if gone.value is None and came.value is not None and gone.key.casefold() == came.key.casefold()
    }
    for key, spelled in respelled.items():
        yield f"with {quoted(key)} spelled {quoted(spelled)}"
    rest = [each for each in deviation if each.key not in {*respelled, *respelled.values()}]
    missing = [quoted(each.key) for each in rest if each.value is None]
    if missing:
        yield f"without {listed(missing)}" if has_tags or len(missing) < 2 else "without any tag"
    present = [_present(each, values) for each in rest if each.value is not None]
    if present:
        yield f"with {listed(present)}"


def _present(situation: Situation, values: Sequence[str]) -> str:
    key = quoted(situation.key)
    if situation.key == OTHER:
        return f"a tag that nobody names ({key})"
    if situation.any_value:
        return key
    told = values if situation.value in values else [situation.value or ""]
    named = [quoted(value) for value in told if value.strip() and value != OTHER]
    odd = [_odd(value) for value in told if not value.strip() or value == OTHER]
    equals = " = " if named or OTHER in told else " "
    every = [*named[:FIRST], *dict.fromkeys(odd), *named[FIRST:]]
    return f"{key}{equals}{listed(every, 'or', VALUES)}"


def _odd(value: str) -> str:
    if value == OTHER:
        return f"an unnamed value ({quoted(OTHER)})"
    return "blank" if value else "empty"


def _context(context: Sequence[Situation], values: Sequence[str]) -> Iterator[str]:
    """Say which other tags must be as they are; one of them alone may have several values."""
    if values:
        yield f"while {quoted(context[0].key)} = {listed([quoted(value) for value in values], 'or', VALUES)}"
        return
    for joint, each in zip(("while", *["and"] * len(context)), context, strict=False):
        has = f"= {quoted(each.value)}" if each.value else "is empty" if each.value == "" else "is missing"
        yield f"{joint} {quoted(each.key)} {has}"
