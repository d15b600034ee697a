"""What follows from what, as far as that can be seen at once."""

from __future__ import annotations

from tagward.patterns import compile_pattern
from tagward_generators.facts import Fits, Has, OneOf
from tagward_generators.logic import Every, Expression, Not, Some


def implies(one: Expression, other: Expression) -> bool:
    """Say whether the other holds wherever the one does; False too where that is not plain to see."""
    if isinstance(other, Every):
        return all(implies(one, each) for each in other.parts)
    if isinstance(other, Some):
        return any(implies(one, each) for each in other.parts)
    if isinstance(one, Every):
        return any(implies(each, other) for each in one.parts)
    return one == other or _fact_implies(one, other)


def _fact_implies(one: Expression, other: Expression) -> bool:
    match one, other:
        case (OneOf(slot) | Fits(slot), Has(there)):
            return slot == there
        case (Not(Has(missing)), Not(OneOf(slot) | Fits(slot))):
            return slot == missing
        case (OneOf(slot, values), (OneOf(same) | Fits(same)) as wanted):
            return slot == same and all(_holds(wanted, value) for value in values)
        case (OneOf(slot, values), Not((OneOf(same) | Fits(same)) as unwanted)):
            return slot == same and not any(_holds(unwanted, value) for value in values)
        case (Not((OneOf(slot) | Fits(slot)) as wide), Not(OneOf(same, values))):
            return slot == same and all(_holds(wide, value) for value in values)
        case _:
            return False


def _holds(fact: OneOf | Fits, value: str) -> bool:
    return value in fact.values if isinstance(fact, OneOf) else compile_pattern(fact.pattern)(value)
