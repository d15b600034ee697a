"""What Azure Policy can say of each fact: never more than holds, and what is lost."""

from __future__ import annotations

from tagward.globs import is_literal, matcher, split
from tagward_generators.azure_policy.forms import form_of
from tagward_generators.azure_policy.placing import placed
from tagward_generators.azure_policy.text import is_sayable, names_safely
from tagward_generators.azure_policy.types import of_type
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
from tagward_generators.logic import Expression, Not, Unsayable, some

MANY = 400
"""More values than this are compared without case, in one condition: a rule takes 4,096 conditions."""

MOST_KEYS = 100
"""So many steps a `count` takes."""

BESIDE_HIDDEN = "resources with a `hidden-` tag, which Azure sets by itself, are let through"
ANY_CASE = f"more than {MANY} values are compared without case"
VALUES = "Azure Policy sees a value only under a tag name that the policy gives"


def said(fact: Fact | Not) -> Expression:
    """Return what implies the fact, or its negation, and is exactly what Azure Policy can ask."""
    asked, negated = (fact.fact, True) if isinstance(fact, Not) else (fact, False)
    match asked:
        case Has(slot) | OneOf(slot) | Fits(slot) | Blank(slot):
            return _in_slot(fact, slot)
        case Placed():
            return placed(asked, negated=negated)
        case OfType(globs):
            return of_type(globs, negated=negated)
        case KeyLike(globs):
            return Unsayable(VALUES) if negated else _forbidden(globs)
        case _:
            return Unsayable(VALUES) if negated else _of_all_tags(asked)


def _in_slot(fact: Fact | Not, slot: Slot) -> Expression:
    if not names_safely(slot.key):
        return Unsayable(f"the tag name `{slot.key}` cannot be written in a policy rule without doubt")
    match fact:
        case OneOf(_, values):
            return fact if _are_sayable(values) and len(values) <= MANY else Unsayable(ANY_CASE)
        case Not(OneOf(_, values)):
            return _not_one_of(fact, values)
        case Fits(_, pattern):
            return fact if form_of(pattern).loosens is None else Unsayable(_loosened(pattern))
        case Not(Fits(_, pattern)):
            return _not_fitting(fact, pattern)
        case _:
            return fact


def _not_one_of(fact: Not, values: tuple[str, ...]) -> Expression:
    if not _are_sayable(values):
        return Unsayable("a value begins with `[[`, which Azure Policy may read in two ways")
    return some(fact, Unsayable(ANY_CASE)) if len(values) > MANY else fact


def _are_sayable(values: tuple[str, ...]) -> bool:
    return all(map(is_sayable, values))


def _not_fitting(fact: Not, pattern: str) -> Expression:
    form = form_of(pattern)
    if form.says_nothing:
        return Unsayable("Azure Policy has no regular expressions, and nothing comes near the pattern")
    return fact if form.loosens is None else some(fact, Unsayable(_loosened(pattern)))


def _loosened(pattern: str) -> str:
    loosens = form_of(pattern).loosens or "cannot say the pattern"
    return f"Azure Policy has no regular expressions: it {loosens}"


def _forbidden(globs: tuple[str, ...]) -> Expression:
    """Say the names that are written out; others would have to be looked for among all tags."""
    including, excluding = split(tuple(map(str.lower, globs)))
    spared = matcher(excluding)
    named = (Slot(glob) for glob in including if is_literal(glob) and not spared(glob))
    wild = [f"`{glob}`" for glob in including if not is_literal(glob)]
    rest = ", ".join(wild) or ("" if including else "all but a few names")
    lost = [Unsayable(f"Azure Policy cannot search the names of tags for {rest}")] if rest else []
    return some(*(_in_slot(Has(slot), slot) for slot in named), *lost)


def _of_all_tags(fact: Fact) -> Expression:
    match fact:
        case KeyOutside(keys) if len(keys) <= MOST_KEYS and all(map(is_sayable, keys)):
            return some(fact, Unsayable(BESIDE_HIDDEN))
        case KeyOutside():
            return Unsayable(f"Azure Policy takes {MOST_KEYS} steps in a count, and the policy has more keys")
        case MoreThan():
            return some(fact, Unsayable(BESIDE_HIDDEN))
        case ValueLike():
            return Unsayable(VALUES)
        case _:
            raise AssertionError(fact)
