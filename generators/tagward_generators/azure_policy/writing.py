"""Conditions of a policy rule as JSON: how they are joined, and how a value is compared letter by letter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from tagward_generators.azure_policy.text import WILD, dotted, literal

Json: TypeAlias = dict[str, Any]


def all_of(conditions: Iterable[Json]) -> Json:
    """Join conditions by AND, without an AND in another."""
    return _joined("allOf", conditions)


def any_of(conditions: Iterable[Json]) -> Json:
    """Join conditions by OR, without an OR in another."""
    return _joined("anyOf", conditions)


def _joined(operator: str, conditions: Iterable[Json]) -> Json:
    flat = [part for each in conditions for part in each.get(operator, (each,))]
    return flat[0] if len(flat) == 1 else {operator: flat}


def negated(condition: Json) -> Json:
    """Write a NOT; operators such as `notEquals` are never used, as they hold for what is not there."""
    return condition["not"] if set(condition) == {"not"} else {"not": condition}


def of_value(asked: Json, value: str) -> Json:
    """Ask for one value, letter by letter.

    Only `match` looks at case. Where it would take a character for a wildcard, `equals` looks at that one.
    """
    same = asked | {"match": literal(dotted(value))}
    return {"allOf": [same, asked | {"equals": literal(value)}]} if set(WILD) & set(value) else same


def of_values(asked: Json, values: Iterable[str]) -> Json:
    """Ask for one of several values, letter by letter."""
    return any_of([of_value(asked, value) for value in values])


def count(condition: Json) -> int:
    """Count the conditions in a condition."""
    inner = condition.get("allOf") or condition.get("anyOf")
    if inner is not None:
        return sum(map(count, inner))
    if "not" in condition:
        return count(condition["not"])
    where = condition["count"].get("where") if "count" in condition else None
    return 1 + (count(where) if where else 0)
