"""Tags that are asked the same: one text for all of them, with their keys in a list."""

from __future__ import annotations

from collections.abc import Sequence

from tagward_generators.cel import Cel, listed, quoted
from tagward_generators.facts import Fact, Fits, Has, OneOf, Slot
from tagward_generators.logic import Every, Expression, Not, Some

ANY_KEY = "\0"
"""Stands for the key of a label; no key and no value holds it."""

VARIABLE = "k"


def shape(expression: Expression, key: str) -> Expression | None:
    """Return what an expression asks of a label, whatever its key; None where it asks for others too."""
    match expression:
        case Every(parts):
            found = [shape(part, key) for part in parts]
            return None if None in found else Every(tuple(each for each in found if each))
        case Some(parts):
            found = [shape(part, key) for part in parts]
            return None if None in found else Some(tuple(each for each in found if each))
        case Not(fact):
            renamed = _renamed(fact, key)
            return Not(renamed) if renamed else None
        case fact:
            return _renamed(fact, key)


def _renamed(fact: Expression, key: str) -> Fact | None:
    slot = Slot(ANY_KEY)
    match fact:
        case Has(Slot(asked)) if asked == key:
            return Has(slot)
        case OneOf(Slot(asked), values) if asked == key:
            return OneOf(slot, values)
        case Fits(Slot(asked), pattern) if asked == key:
            return Fits(slot, pattern)
        case _:
            return None


def first_key(expression: Expression) -> str:
    """Return the key of the first label that an expression asks for; "" when it asks for none by name."""
    match expression:
        case Every(parts) | Some(parts):
            return next(filter(None, map(first_key, parts)), "")
        case Not(fact):
            return first_key(fact)
        case Has(slot) | OneOf(slot) | Fits(slot):
            return slot.key
        case _:
            return ""


def of_any(keys: Sequence[str], asked: Expression, cel: Cel) -> str:
    """Write that one of the labels with these keys is as an expression says of the first."""
    form = shape(asked, keys[0])
    if form is None:
        raise ValueError(f"more is asked than `{keys[0]}`")
    return f"{listed(keys)}.exists({VARIABLE}, {cel.text(form).replace(quoted(ANY_KEY), VARIABLE)})"
