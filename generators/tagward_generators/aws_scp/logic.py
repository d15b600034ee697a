"""Boolean expressions over the tests that IAM can make, and their disjunctive form."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TypeAlias

from msgspec import Struct

MOST_TERMS = 64
"""So many statements for one rule are the most that anybody could still read and deploy."""

TAG_KEYS = "aws:TagKeys"


class Test(Struct, frozen=True):
    """One comparison of a context key with a list; `negated` means none of the list, also when absent.

    `form` is equals, like or ignore-case. On `aws:TagKeys` it means that one of the keys of the request
    compares, and negated that none of them does.
    """

    __test__ = False

    key: str
    values: tuple[str, ...]
    form: str = "equals"
    negated: bool = False


class Unsayable(Struct, frozen=True):
    """Something that IAM cannot test; `why` says what."""

    why: str


class Every(Struct, frozen=True):
    """All of them hold; none at all is true."""

    parts: tuple[Expression, ...] = ()


class Some(Struct, frozen=True):
    """One of them holds; none at all is false."""

    parts: tuple[Expression, ...] = ()


Expression: TypeAlias = Test | Unsayable | Every | Some

TRUE = Every()
FALSE = Some()


def every(*parts: Expression) -> Expression:
    """Build an AND, flat and without what changes nothing."""
    if FALSE in parts:
        return FALSE
    flat = tuple(chain.from_iterable(p.parts if isinstance(p, Every) else (p,) for p in parts))
    return flat[0] if len(flat) == 1 else Every(flat)


def some(*parts: Expression) -> Expression:
    """Build an OR, flat and without what changes nothing."""
    if TRUE in parts:
        return TRUE
    flat = tuple(chain.from_iterable(p.parts if isinstance(p, Some) else (p,) for p in parts))
    return flat[0] if len(flat) == 1 else Some(flat)


def negate(expression: Expression) -> Expression:
    """Push a NOT down to the tests; what cannot be said cannot be denied either."""
    match expression:
        case Test(key, values, form, negated):
            return Test(key, values, form, not negated)
        case Unsayable():
            return expression
        case Every(parts):
            return some(*map(negate, parts))
        case Some(parts):
            return every(*map(negate, parts))


def unsayable(expression: Expression) -> tuple[str, ...]:
    """List why parts of the expression cannot be said, each reason once, in order."""
    match expression:
        case Test():
            return ()
        case Unsayable(why):
            return (why,)
        case Every(parts) | Some(parts):
            return tuple(dict.fromkeys(chain.from_iterable(map(unsayable, parts))))


class TooManyTerms(Exception):  # noqa: N818  (caught, never shown)
    """The disjunctive form has more terms than anybody should deploy."""


Term: TypeAlias = tuple[Test, ...]
"""Tests that must all hold."""


def terms(expression: Expression) -> tuple[Term, ...]:
    """Write the expression as alternatives, leaving out each that needs what cannot be said.

    What is left never holds when the expression does not: a guardrail made of it is never stricter.
    """
    return _absorbed(_terms(expression))


def _terms(expression: Expression) -> tuple[Term, ...]:
    match expression:
        case Test():
            return ((expression,),)
        case Unsayable():
            return ()
        case Some(parts):
            return _bounded(tuple(chain.from_iterable(map(_terms, parts))))
        case Every(parts):
            product: tuple[Term, ...] = ((),)
            for part in parts:
                alternatives = _terms(part)
                product = _bounded(tuple(left + right for left in product for right in alternatives))
            return product


def _bounded(found: tuple[Term, ...]) -> tuple[Term, ...]:
    unique = tuple(dict.fromkeys(tuple(dict.fromkeys(term)) for term in found))
    if len(unique) > MOST_TERMS:
        raise TooManyTerms(MOST_TERMS)
    return unique


def _absorbed(found: Iterable[Term]) -> tuple[Term, ...]:
    """Leave out each term that another one already covers."""
    sets = {term: frozenset(term) for term in found}
    unique = {tests: term for term, tests in reversed(sets.items())}
    return tuple(
        term
        for term, tests in sets.items()
        if unique[tests] is term and not any(other < tests for other in sets.values())
    )
