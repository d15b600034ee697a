"""Facts and expressions as Ibis expressions over the columns of staged lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import and_, or_
from typing import Any, TypeAlias

from msgspec import Struct

from tagward.globs import split
from tagward.judging.housekeeping import PLATFORM_PREFIXES
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
    ValueLike,
)
from tagward_generators.logic import TRUE, Every, Expression, Not, Some, Unsayable
from tagward_generators.sql.columns import KEYS, VALUES
from tagward_generators.sql.portable_regex import (
    BEHIND,
    END,
    NEVER,
    NOT_MARKS,
    START,
    blank,
    folded,
    of_globs,
    of_pattern,
    of_words,
    whole,
)

Column: TypeAlias = Any
"""A value of Ibis, which has no types of its own for checkers."""

PLACED = {"account": "account", "region": "region", "name": "resource_name", "address": "resource_id"}
"""Where a line has the fields that selectors ask for."""

TYPE = "type"


class Asked(Struct, frozen=True):
    """A fact on a cloud: what keys and types are compared like, and whose prefixes are the platform's."""

    fact: Fact
    cloud: str


def facts_in(expression: Expression) -> Iterator[Fact]:
    """List the facts of an expression, negated or not."""
    match expression:
        case Every(parts) | Some(parts):
            for part in parts:
                yield from facts_in(part)
        case Not(fact):
            yield fact
        case Unsayable():
            return
        case fact:
            yield fact


class Writer:
    """Writes what is asked of lines: a fact becomes a column once, whatever is made of it."""

    def __init__(self, lines: Column, tags: Mapping[str, str]) -> None:
        self.lines = lines
        self.tags = tags

    def fact(self, asked: Asked) -> Column:
        """Write a fact as a column that is never null."""
        import ibis

        fact = asked.fact
        match fact:
            case Has(slot):
                return self._tag(slot.key).notnull()
            case OneOf(slot, values):
                column = self._tag(slot.key)
                return column.notnull() & column.isin(list(values)) if values else ibis.literal(False)
            case Fits(slot, pattern):
                return _matches(self._tag(slot.key), of_pattern(pattern))
            case Blank(slot, placeholders):
                return _matches(self._tag(slot.key), blank(placeholders))
            case Placed(field, globs):
                return self._placed(PLACED[field], globs)
            case OfType(globs):
                return self._of_type(globs, asked.cloud)
            case KeyLike() | KeyOutside() | ValueLike() | MoreThan():
                return self._on_all(fact, asked.cloud)

    def _tag(self, tag: str) -> Column:
        return self.lines[self.tags[tag]]

    def _placed(self, column: str, globs: tuple[str, ...]) -> Column:
        """Ask whether a field is in a list of globs; a line without it is in none that includes."""
        text = self.lines[column].fill_null("")
        including, excluding = split(globs)
        asked = [(text != "") & _in_globs(text, including)] if including else []
        asked += [(text == "") | ~_in_globs(text, excluding)] if excluding else []
        return reduce(and_, asked)

    def _of_type(self, globs: tuple[str, ...], cloud: str) -> Column:
        text = self.lines[TYPE]
        if cloud == "azure":
            text, globs = text.lower(), tuple(map(str.lower, globs))
        including, excluding = split(globs)
        asked = [_in_globs(text, including)] if including else []
        asked += [~_in_globs(text, excluding)] if excluding else []
        return reduce(and_, asked)

    def _on_all(self, fact: KeyLike | KeyOutside | ValueLike | MoreThan, cloud: str) -> Column:
        keys = self.lines[KEYS].lower() if cloud == "azure" else self.lines[KEYS]
        match fact:
            case KeyLike(globs):
                including, excluding = split(_cased(globs, cloud))
                left = _without(keys, of_globs(excluding, NOT_MARKS)) if excluding else keys
                return _any_of(left, of_globs(including, NOT_MARKS)) if including else left != ""
            case KeyOutside(known):
                return _without(_without(keys, _platform(cloud)), of_words(_cased(known, cloud))) != ""
            case ValueLike(patterns):
                return _any_of(
                    self.lines[VALUES], f"({'|'.join(of_pattern(each, NOT_MARKS) for each in patterns)})"
                )
            case MoreThan(most):
                own = _without(self.lines[KEYS], _platform(cloud))
                return own.length() - own.replace(START, "").length() > most


def combined(expression: Expression, said: Mapping[Fact, Column]) -> Column:
    """Put written facts together."""
    import ibis

    match expression:
        case Every(()) | Some(()):
            return ibis.literal(expression == TRUE)
        case Every(parts):
            return reduce(and_, (combined(part, said) for part in parts))
        case Some(parts):
            return reduce(or_, (combined(part, said) for part in parts))
        case Not(fact):
            return ~said[fact]
        case Unsayable():
            return ibis.literal(False)
        case fact:
            return said[fact]


def _matches(text: Column, regex: str) -> Column:
    """Match a whole text, never beyond a line break at its end."""
    return (text + BEHIND).re_search(whole(regex)).fill_null(False)


def _in_globs(text: Column, globs: tuple[str, ...]) -> Column:
    return (text + BEHIND).re_search(whole(of_globs(globs)))


def _any_of(texts: Column, regex: str) -> Column:
    return texts.re_search(f"{START}{regex}{END}")


def _without(texts: Column, regex: str) -> Column:
    return texts.re_replace(f"{START}{regex}{END}", "")


def _cased(texts: tuple[str, ...], cloud: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(str.lower, texts))) if cloud == "azure" else texts


def _platform(cloud: str) -> str:
    prefixes = PLATFORM_PREFIXES.get(cloud, ())
    return f"({'|'.join(map(folded, prefixes))})[^{START}{END}]*" if prefixes else NEVER
