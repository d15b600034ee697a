"""Which requests two sets of assigned definitions tell apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, product

from tagward.catalog import tagward_types
from tagward_generators.deciding.azure.assigned import Applied
from tagward_generators.deciding.azure.conditions import Count, expressions, tests
from tagward_generators.deciding.azure.operators import OPERATORS
from tagward_generators.deciding.azure.requests import (
    GROUP,
    LOCATION,
    NAME,
    SOMEWHERE,
    SUBSCRIPTION,
    Carrier,
    place,
)
from tagward_generators.deciding.azure.templates import Call, Expression, Literal, Property
from tagward_generators.deciding.azure.vocabulary import texts_of
from tagward_generators.deciding.representing import Few
from tagward_generators.deciding.rulings import Place

USUAL = "Microsoft.Compute/virtualMachines"
"""A type that takes tags, for definitions that name none."""

Sides = tuple[Sequence[Applied], Sequence[Applied]]


def places(sides: Sides) -> Iterator[Place]:
    """List requests: about each type as usual, then what conditions, exemptions and scopes look at."""
    every = [applied for side in sides for applied in side]
    named = sorted({type_ for applied in every for type_ in _types(applied)})
    types = list(dict.fromkeys((USUAL, *named, GROUP, SUBSCRIPTION)))
    yield from (place(each) for each in types)
    yield from dict.fromkeys(_looked_at(sides, types))
    yield from dict.fromkeys(_spared(every))
    yield from (place(USUAL, carrier=each) for each in _carriers(every))


def _types(applied: Applied) -> Iterator[str]:
    """List the types that are named; a glob stands for those of the catalogue, else for one made up."""
    for test in tests(applied.condition):
        if test.subject == Call("field", (Literal("type"),)) and isinstance(test.wanted, Literal):
            known = [type_ for type_ in _known() if OPERATORS[test.operator](type_, test.wanted.value)]
            is_glob = test.operator in ("like", "contains", "match")
            yield from (known if is_glob and known else texts_of(test.operator, test.wanted.value))


@cache
def _known() -> tuple[str, ...]:
    return tuple(each.removeprefix("azure:") for each in tagward_types() if each.startswith("azure:"))


def _looked_at(sides: Sides, types: Sequence[str]) -> Iterator[Place]:
    """Join what one definition names of types, locations, names and subscriptions."""
    found = _types, _named("location"), _named("name"), _subscriptions
    few = [Few(find, *sides) for find in found]
    for applied in chain(*sides):
        on, locations, names, subscriptions = (each.of(applied) for each in few)
        wanted = [each for each in types if each in on] or [USUAL, GROUP]
        for type_, location, name, subscription in product(
            wanted, (LOCATION, *locations), (NAME, *names), (SOMEWHERE, *subscriptions)
        ):
            yield place(type_, location=location, name=name, subscription=subscription)


def _spared(every: Iterable[Applied]) -> Iterator[Place]:
    """List scopes of which something is said; exempt ones before and after the exemption ends."""
    for applied in every:
        ends = ("", *dict.fromkeys(each.until for each in applied.exemptions))
        scopes = (applied.within, *applied.not_scopes, *(each.scope for each in applied.exemptions))
        for below in dict.fromkeys(filter(None, scopes)):
            for type_ in (USUAL, GROUP, SUBSCRIPTION):
                yield from (place(type_, below=below, after=after) for after in ends)


def _carriers(every: Iterable[Applied]) -> Iterator[Carrier]:
    """List what a resource lives in, where tags of it are looked at."""
    called = {
        each.of.name
        for applied in every
        for test in tests(applied.condition)
        for each in expressions(test)
        if isinstance(each, Property) and isinstance(each.of, Call) and each.name == Literal("tags")
    }
    carriers: dict[str, Carrier] = {"resourcegroup": "its resource group", "subscription": "its subscription"}
    yield from (carriers[name] for name in carriers if name in called)


def _named(field: str) -> Callable[[Applied], list[str]]:
    """List the values that conditions compare a field with."""

    def is_asked(subject: Expression | Count) -> bool:
        return subject == Call("field", (Literal(field),))

    return lambda applied: list(_compared(applied, is_asked))


def _subscriptions(applied: Applied) -> list[str]:
    def is_asked(subject: Expression | Count) -> bool:
        return (
            isinstance(subject, Property)
            and subject.of == Call("subscription", ())
            and str(getattr(subject.name, "value", "")).lower() == "subscriptionid"
        )

    return list(_compared(applied, is_asked))


def _compared(applied: Applied, is_asked: Callable[[Expression | Count], bool]) -> Iterator[str]:
    for test in tests(applied.condition):
        if is_asked(test.subject) and isinstance(test.wanted, Literal):
            yield from texts_of(test.operator, test.wanted.value)
