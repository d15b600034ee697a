"""Saying the same in fewer words: a condition has 1,000 characters at most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tagward_generators.facts import Fits, Has, OneOf, Slot
from tagward_generators.gcp_org_policy.implying import implies
from tagward_generators.logic import FALSE, TRUE, Every, Expression, Not, Some, every, negate, some

Parts = list[Expression]


def simplified(expression: Expression) -> Expression:
    """Return an expression that holds for the same labels."""
    match expression:
        case Every(parts):
            return negate(_joined(negate(simplified(part)) for part in parts))
        case Some(parts):
            return _joined(map(simplified, parts))
        case _:
            return expression


def _joined(parts: Iterable[Expression]) -> Expression:
    """Join the parts of an OR, each without what the others say already."""
    flat = some(*parts)
    if not isinstance(flat, Some):
        return flat
    found = _with_one_list_each(list(flat.parts))
    for shorten in (_without_what_others_deny, _without_what_others_say, _sharing, _with_absence_said):
        found = shorten(found)
    return some(*found)


def _with_one_list_each(parts: Parts) -> Parts:
    """Make one list of values of all the lists for a slot."""
    lists: dict[Slot, tuple[str, ...]] = {}
    for part in parts:
        if isinstance(part, OneOf):
            lists[part.slot] = tuple(dict.fromkeys((*lists.get(part.slot, ()), *part.values)))
    joined = (OneOf(part.slot, lists[part.slot]) if isinstance(part, OneOf) else part for part in parts)
    return list(dict.fromkeys(joined))


def _without_what_others_deny(parts: Parts) -> Parts:
    """Drop what holds anyway where no other part does: `a || (!a && b)` is `a || b`."""
    found = list(parts)
    for at, part in enumerate(found):
        others = found[:at] + found[at + 1 :]
        members = part.parts if isinstance(part, Every) else (part,) if isinstance(part, Not) else ()
        if members:
            found[at] = every(*(_given(member, others) for member in members))
    return found


def _given(member: Expression, others: Parts) -> Expression:
    """Return what is left of one side of an AND where none of the others holds."""
    if any(implies(negate(member), other) for other in others):
        return TRUE
    if isinstance(member, Not) and isinstance(member.fact, OneOf):
        left = _values_not_in(member.fact, others)
        return Not(OneOf(member.fact.slot, left)) if left else TRUE
    return member


def _without_what_others_say(parts: Parts) -> Parts:
    """Drop parts, and listed values, for which another part holds anyway."""
    found = list(parts)
    for at, part in enumerate(found):
        found[at] = _beside(part, [each for each in found[:at] + found[at + 1 :] if each != FALSE])
    return [each for each in found if each != FALSE]


def _beside(part: Expression, others: Parts) -> Expression:
    if any(implies(part, other) for other in others):
        return FALSE
    if not isinstance(part, OneOf):
        return part
    left = _values_not_in(part, others)
    return OneOf(part.slot, left) if left else FALSE


def _values_not_in(listed: OneOf, others: Parts) -> tuple[str, ...]:
    """Keep the values for which no other part holds."""
    return tuple(
        value
        for value in listed.values
        if not any(implies(OneOf(listed.slot, (value,)), other) for other in others)
    )


def _sharing(parts: Parts) -> Parts:
    """Say once what several parts ask: `(a && b) || (a && c)` is `a && (b || c)`."""
    asked = Counter(member for part in parts if isinstance(part, Every) for member in part.parts)
    shared, count = max(asked.items(), key=lambda each: each[1], default=(TRUE, 0))
    if count < 2:
        return parts
    sharing = [part for part in parts if isinstance(part, Every) and shared in part.parts]
    rests = (every(*(member for member in part.parts if member != shared)) for part in sharing)
    joined = every(shared, _joined(rests))
    return _sharing([*(part for part in parts if part not in sharing), joined])


def _with_absence_said(parts: Parts) -> Parts:
    """Say that a label is missing where two parts would each have to say that it is there."""
    asked = Counter(_slot(part) for part in parts)
    missing = {
        part.fact.slot
        for part in parts
        if isinstance(part, Not) and isinstance(part.fact, OneOf | Fits) and asked[part.fact.slot] > 1
    }
    return [*(Not(Has(slot)) for slot in missing), *parts]


def _slot(part: Expression) -> Slot | None:
    fact = part.fact if isinstance(part, Not) else part
    return fact.slot if isinstance(fact, OneOf | Fits) else None
