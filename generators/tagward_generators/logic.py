"""Boolean expressions over facts, in negation normal form, with a place for what cannot be said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import TypeAlias

from msgspec import Struct

from tagward_generators.facts import Fact


class Not(Struct, frozen=True):
    """The fact does not hold."""

    fact: Fact


class Unsayable(Struct, frozen=True):
    """Something that a platform cannot test; `why` says what. Its negation cannot be tested either."""

    why: str


class Every(Struct, frozen=True):
    """All of them hold; none at all is true."""

    parts: tuple[Expression, ...] = ()


class Some(Struct, frozen=True):
    """One of them holds; none at all is false."""

    parts: tuple[Expression, ...] = ()


Expression: TypeAlias = Fact | Not | Unsayable | Every | Some

TRUE = Every()
FALSE = Some()


def every(*parts: Expression) -> Expression:
    """Build an AND, flat and without what changes nothing."""
    if FALSE in parts:
        return FALSE
    flat = tuple(dict.fromkeys(chain.from_iterable(p.parts if isinstance(p, Every) else (p,) for p in parts)))
    return flat[0] if len(flat) == 1 else Every(flat)


def some(*parts: Expression) -> Expression:
    """Build an OR, flat and without what changes nothing."""
    if TRUE in parts:
        return TRUE
    flat = tuple(dict.fromkeys(chain.from_iterable(p.parts if isinstance(p, Some) else (p,) for p in parts)))
    return flat[0] if len(flat) == 1 else Some(flat)


def negate(expression: Expression) -> Expression:
    """Push a NOT down to the facts."""
    match expression:
        case Every(parts):
            return some(*map(negate, parts))
        case Some(parts):
            return every(*map(negate, parts))
        case Unsayable():
            return expression
        case Not(fact):
            return fact
        case fact:
            return Not(fact)


def always(holds: bool) -> Expression:
    """Return the expression that always, or never, holds."""
    return TRUE if holds else FALSE


def lowered(expression: Expression, leaf: Callable[[Fact | Not], Expression]) -> Expression:
    """Replace every fact, or negated fact, by what a platform can say of it.

    To be never stricter than the policy, `leaf` returns something that implies what it was given, or
    Unsayable.
    """
    match expression:
        case Every(parts):
            return every(*(lowered(part, leaf) for part in parts))
        case Some(parts):
            return some(*(lowered(part, leaf) for part in parts))
        case Unsayable():
            return expression
        case fact:
            return leaf(fact)


def unsayable(expression: Expression) -> tuple[str, ...]:
    """List why parts of the expression cannot be said, each reason once, in order."""
    return tuple(dict.fromkeys(_unsayable(expression)))


def _unsayable(expression: Expression) -> Iterator[str]:
    match expression:
        case Unsayable(why):
            yield why
        case Every(parts) | Some(parts):
            for part in parts:
                yield from _unsayable(part)


def sound(expression: Expression) -> Expression:
    """Leave out what cannot be said: what is left never holds when the expression does not."""
    match expression:
        case Unsayable():
            return FALSE
        case Every(parts):
            return every(*map(sound, parts))
        case Some(parts):
            return some(*map(sound, parts))
        case fact:
            return fact
