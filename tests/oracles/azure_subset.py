"""An interpreter for the part of Azure Policy that compiled definitions use.

From Microsoft's documentation of policy rules. Every condition is looked at, also where one settles the rest:
Azure does not say in which order it looks, and a failing function denies.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from tests.oracles.azure_template import Scene, field_of, is_expression, property_of, value_of

Rule = Mapping[str, Any]

WILD = {"#": "[0-9]", "?": "[A-Za-z]", ".": "."}


def effect(definition: Rule, scene: Scene) -> str:
    """Return the effect on a resource, as it is spelled; "" when the rule does not apply.

    Raises TemplateError where Azure would deny because a function fails.
    """
    rule = definition["properties"]["policyRule"]
    applies = holds(rule["if"], scene)
    said: str = value_of(rule["then"]["effect"], scene)
    return said if applies and said != "Disabled" else ""


def holds(condition: Rule, scene: Scene) -> bool:
    """Decide a condition."""
    if "allOf" in condition:
        return False not in [holds(each, scene) for each in condition["allOf"]]
    if "anyOf" in condition:
        return True in [holds(each, scene) for each in condition["anyOf"]]
    if "not" in condition:
        return not holds(condition["not"], scene)
    return _compared(condition, scene)


def _compared(condition: Rule, scene: Scene) -> bool:
    subject, *others = [key for key in condition if key in ("field", "value", "count")]
    (operator,) = set(condition) - {subject}
    assert not others
    wanted = condition[operator]
    listed = (
        [value_of(each, scene) for each in wanted] if isinstance(wanted, list) else value_of(wanted, scene)
    )
    return OPERATORS[operator](SUBJECTS[subject](condition[subject], scene), listed)


def _counted(asked: Rule, scene: Scene) -> int:
    each = (replace(scene, current={asked["name"]: value_of(one, scene)}) for one in asked["value"])
    return sum([holds(asked["where"], inner) for inner in each])


def _field(name: str, scene: Scene) -> Any:
    assert not is_expression(name)
    return field_of(name, scene.resource)


SUBJECTS: Mapping[str, Callable[[Any, Scene], Any]] = {
    "field": _field,
    "value": value_of,
    "count": _counted,
}


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    return left is not None and bool(left == right)


def _like(value: Any, pattern: str) -> bool:
    assert pattern.count("*") <= 1
    before, star, after = pattern.partition("*")
    spelled = f"{re.escape(before)}{'.*' if star else ''}{re.escape(after)}"
    return isinstance(value, str) and re.fullmatch(spelled, value, re.IGNORECASE | re.DOTALL) is not None


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(WILD.get(char) or re.escape(char) for char in pattern), re.DOTALL)


def _match(value: Any, pattern: Any) -> bool:
    return isinstance(value, str) and _pattern(pattern).fullmatch(value) is not None


def _contains(value: Any, part: str) -> bool:
    assert "*" not in part
    return isinstance(value, str) and part.casefold() in value.casefold()


OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "exists": lambda value, wanted: (value is not None) is (wanted == "true"),
    "equals": _same,
    "in": lambda value, wanted: any(_same(value, each) for each in wanted),
    "like": _like,
    "match": _match,
    "contains": _contains,
    "containsKey": lambda value, key: property_of(value, key) is not None,
    "less": lambda value, most: bool(value < most),
    "greater": lambda value, least: bool(value > least),
    "lessOrEquals": lambda value, most: bool(value <= most),
    "greaterOrEquals": lambda value, least: bool(value >= least),
}
