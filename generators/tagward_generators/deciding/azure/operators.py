"""The operators of conditions, after Microsoft's documentation of policy rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tagward_generators.deciding.azure.functions import text
from tagward_generators.deciding.azure.scene import Failed, fold, property_of

_WILD = {"#": "[0-9]", "?": "[A-Za-z]", ".": "."}

Operator = Callable[[Any, Any], bool]


def same(left: Any, right: Any) -> bool:
    """Compare without regard to case; nothing is the same as what is not there."""
    if isinstance(left, str) and isinstance(right, str):
        return fold(left) == fold(right)
    return left is not None and isinstance(left, bool) is isinstance(right, bool) and bool(left == right)


@cache
def _like(pattern: str) -> re.Pattern[str]:
    before, star, after = fold(pattern).partition("*")
    return re.compile(f"{re.escape(before)}{'.*' if star else ''}{re.escape(after)}", re.DOTALL)


@cache
def _match(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_WILD.get(letter) or re.escape(letter) for letter in pattern), re.DOTALL)


def like(value: Any, pattern: Any) -> bool:
    """Match a text with at most one `*` for any run of characters."""
    return isinstance(value, str) and _like(text(pattern)).fullmatch(fold(value)) is not None


def match(value: Any, pattern: Any) -> bool:
    """Match letter by letter: `#` is a digit, `?` a letter, `.` any character."""
    return isinstance(value, str) and _match(text(pattern)).fullmatch(value) is not None


def match_insensitively(value: Any, pattern: Any) -> bool:
    """Match as `match` does, without regard to case."""
    return isinstance(value, str) and match(fold(value), fold(text(pattern)))


def contains(value: Any, part: Any) -> bool:
    """Look for a part of a text, without regard to case."""
    return isinstance(value, str) and fold(text(part)) in fold(value)


def contains_key(value: Any, key: Any) -> bool:
    """Look for a property, without regard to case."""
    return property_of(value, text(key)) is not None


def exists(value: Any, wanted: Any) -> bool:
    """Say whether something is there, or that it is not."""
    return (value is not None) is (str(wanted).lower() == "true")


def within(value: Any, values: Any) -> bool:
    """Look for a value in a list."""
    if not isinstance(values, list):
        raise Failed("not a list")
    return any(same(value, each) for each in values)


def _ordered(compare: Callable[[int, int], bool]) -> Operator:
    def compared(left: Any, right: Any) -> bool:
        if any(not isinstance(each, int) or isinstance(each, bool) for each in (left, right)):
            raise Failed("not two numbers")
        return compare(left, right)

    return compared


_PLAIN: Mapping[str, Operator] = {
    "equals": same,
    "like": like,
    "match": match,
    "matchInsensitively": match_insensitively,
    "contains": contains,
    "in": within,
    "containsKey": contains_key,
}


def _negated(operator: Operator) -> Operator:
    return lambda value, wanted: not operator(value, wanted)


OPERATORS: Mapping[str, Operator] = {
    **_PLAIN,
    **{f"not{name[0].upper()}{name[1:]}": _negated(operator) for name, operator in _PLAIN.items()},
    "exists": exists,
    "less": _ordered(lambda left, right: left < right),
    "lessOrEquals": _ordered(lambda left, right: left <= right),
    "greater": _ordered(lambda left, right: left > right),
    "greaterOrEquals": _ordered(lambda left, right: left >= right),
}
