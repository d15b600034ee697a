"""Expressions as conditions of a policy rule."""

from __future__ import annotations

from collections.abc import Iterator

from tagward_generators.azure_policy import placing, values
from tagward_generators.azure_policy.forms import form_of
from tagward_generators.azure_policy.saying import MANY
from tagward_generators.azure_policy.text import literal
from tagward_generators.azure_policy.types import ARM
from tagward_generators.azure_policy.writing import Json, all_of, any_of, negated, of_values
from tagward_generators.facts import (
    Blank,
    Fact,
    Fits,
    Has,
    KeyOutside,
    MoreThan,
    OfType,
    OneOf,
    Placed,
    Slot,
)
from tagward_generators.logic import Every, Expression, Not, Some, Unsayable

HIDDEN = "hidden-"
"""How the tags begin that Azure sets by itself."""

_NONE_HIDDEN: Json = {
    "not": {"value": "[if(empty(field('tags')), '', string(field('tags')))]", "contains": f'"{HIDDEN}'}
}
_HOW_MANY = "[if(empty(field('tags')), 0, length(field('tags')))]"


NOBODYS: frozenset[Slot] = frozenset()


def condition(expression: Expression, known: frozenset[Slot] = NOBODYS) -> Json:
    """Write an expression in which everything can be said; `known` are slots that are there.

    Nothing fails where they are not: Azure does not say in which order conditions are looked at.
    """
    match expression:
        case Every(parts):
            inside = known | {part.slot for part in parts if isinstance(part, Has)}
            return all_of([condition(part, inside) for part in parts])
        case Some(parts):
            return any_of([condition(part, known) for part in parts])
        case Not(Has(slot)):
            return values.there(slot, holds=False)
        case Not(fact):
            return negated(_fact(fact, known))
        case Unsayable(why):
            raise AssertionError(why)
        case fact:
            return _fact(fact, known)


def _fact(fact: Fact, known: frozenset[Slot]) -> Json:
    match fact:
        case Has(slot):
            return values.there(slot, holds=True)
        case OneOf(slot, listed) if len(listed) > MANY:
            return values.asked(slot) | {"in": list(map(literal, listed))}
        case OneOf(slot, listed):
            return of_values(values.asked(slot), listed)
        case Fits(slot, pattern):
            return values.fits(slot, form_of(pattern))
        case Blank(slot, placeholders):
            blank = values.blank(slot, placeholders)
            return blank if slot in known else all_of([values.there(slot, holds=True), blank])
        case Placed():
            return placing.written(fact)
        case OfType(names):
            return any_of(list(_of_type(names)))
        case _:
            return _of_all_tags(fact)


def _of_type(names: tuple[str, ...]) -> Iterator[Json]:
    types = [name[len(ARM) :] for name in names]
    literals = [name for name in types if "*" not in name]
    if literals:
        yield {"field": "type", **({"in": literals} if len(literals) > 1 else {"equals": literals[0]})}
    yield from ({"field": "type", "like": name} for name in types if "*" in name)


def _of_all_tags(fact: Fact) -> Json:
    match fact:
        case KeyOutside(keys):
            return all_of([_NONE_HIDDEN, _more_than_known(keys)])
        case MoreThan(most):
            return all_of([_NONE_HIDDEN, {"value": _HOW_MANY, "greater": most}])
        case _:
            raise AssertionError(fact)


def _more_than_known(keys: tuple[str, ...]) -> Json:
    """Say that there are more tags than those of the keys that are there."""
    if not keys:
        return {"value": _HOW_MANY, "greater": 0}
    distinct = list({key.lower(): literal(key) for key in reversed(keys)}.values())[::-1]
    where = {"field": "tags", "containsKey": "[current('key')]"}
    return {"count": {"value": distinct, "name": "key", "where": where}, "less": _HOW_MANY}
