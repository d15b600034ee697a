"""What AWS Organizations answered about tag policies on 2026-09-13, as recorded by others.

Facts from testdata/aws/iam/organizations_effective_policy.json of github.com/radkawar/stackd, commit
9dc356f5e5cc49d2d334178a09c1398dd1c62617: answers to CreatePolicy and DescribeEffectivePolicy.
"""

from typing import Any

Settings = dict[str, Any]

NONE = {"@@operators_allowed_for_child_policies": ["@@none"]}
APPEND_ONLY = {"@@operators_allowed_for_child_policies": ["@@append"]}
REMOVE_ONLY = {"@@operators_allowed_for_child_policies": ["@@remove"]}

MERGED: dict[str, tuple[tuple[Settings | None, Settings | None, Settings | None], list[str]]] = {
    "a child replaces": (({"@@assign": ["red", "blue"]}, None, {"@@assign": ["green"]}), ["green"]),
    "a child appends": (
        ({"@@assign": ["red", "blue"]}, None, {"@@append": ["blue", "green"]}),
        ["red", "blue", "green"],
    ),
    "a child removes": (({"@@assign": ["red", "blue"]}, None, {"@@remove": ["red", "missing"]}), ["blue"]),
    "a child may not": (({"@@assign": ["red"]} | NONE, None, {"@@assign": ["green"]}), ["red"]),
    "a child may append": (
        ({"@@assign": ["red"]} | APPEND_ONLY, None, {"@@append": ["green"]}),
        ["red", "green"],
    ),
    "a child cannot unlock": (
        (
            {"@@assign": ["red"]} | APPEND_ONLY,
            None,
            {"@@assign": ["green"], "@@operators_allowed_for_child_policies": ["@@all"]},
        ),
        ["red"],
    ),
    "the first assignment of a level": (({"@@assign": ["red"]}, {"@@assign": ["blue"]}, None), ["red"]),
    "assigned lists are not united": (
        ({"@@assign": ["red", "blue"]}, {"@@assign": ["blue", "green"]}, None),
        ["red", "blue"],
    ),
    "removed on its own level": (({"@@assign": ["red", "blue"]}, {"@@remove": ["red"]}, None), ["blue"]),
    "appended and removed": (({"@@append": ["red"]}, {"@@remove": ["red"]}, None), []),
    "removed and appended": (({"@@remove": ["red"]}, {"@@append": ["red"]}, None), []),
    "three operators": (
        ({"@@assign": ["red"], "@@append": ["blue"], "@@remove": ["red"]}, None, None),
        ["blue"],
    ),
    "three operators of a child": (
        (
            {"@@assign": ["red", "blue"]},
            None,
            {"@@assign": ["green"], "@@append": ["yellow"], "@@remove": ["green"]},
        ),
        ["yellow"],
    ),
    "appended twice": (({"@@append": ["red"]}, {"@@append": ["blue"]}, None), ["red", "blue"]),
    "assigned, then appended": (({"@@assign": ["red"]}, {"@@append": ["blue"]}, None), ["red", "blue"]),
    "appended before assigned": (({"@@append": ["red"]}, {"@@assign": ["blue"]}, None), ["blue", "red"]),
    "controls of a level": (
        ({"@@assign": ["red"]} | APPEND_ONLY, REMOVE_ONLY, {"@@append": ["green"]}),
        ["red"],
    ),
    "nothing left": (({"@@assign": ["red"]}, None, {"@@remove": ["red"]}), []),
    "nothing to remove from": ((None, None, {"@@remove": ["red"]}), ["*"]),
    "no text": (
        ({"@@assign": [12, True, None]}, None, {"@@append": ["12", 13]}),
        ["12", "true", "null", "13"],
    ),
}
"""`tag_value` in two policies of the root and in one of an account, and the values in effect there."""

ACCEPTED: dict[str, Any] = {
    "a whole service": {"tags": {"key": {"enforced_for": {"@@assign": ["ecs:ALL_SUPPORTED"]}}}},
    "one type": {"tags": {"key": {"enforced_for": {"@@assign": ["sqs:queue"]}}}},
    "a boolean value": {"tags": {"key": {"tag_value": {"@@assign": [True]}}}},
    "a null value": {"tags": {"key": {"tag_value": {"@@assign": [None]}}}},
    "a number": {"tags": {"key": {"tag_value": {"@@assign": [12]}}}},
    "an empty rule": {"tags": {"key": {}}},
    "a control on tags": {"tags": NONE | {"key": {"tag_value": {"@@assign": ["red"]}}}},
    "a control on a tag": {"tags": {"key": NONE | {"tag_value": {"@@assign": ["red"]}}}},
    "no tags": {"tags": {}},
    "two operators": {"tags": {"key": {"tag_value": {"@@assign": ["a"], "@@append": ["b"]}}}},
}
"""Policies that CreatePolicy took."""

MALFORMED: dict[str, Any] = {
    "the older wildcard": {"tags": {"key": {"enforced_for": {"@@assign": ["ecs:*"]}}}},
    "an object as a value": {"tags": {"key": {"tag_value": {"@@assign": [{"x": "y"}]}}}},
    "a number as the key": {"tags": {"key": {"tag_key": {"@@assign": 12}}}},
    "another key": {"tags": {"key": {"tag_key": {"@@assign": "other"}}}},
    "an empty key": {"tags": {"": {}}},
    "two wildcards": {"tags": {"key": {"tag_value": {"@@assign": ["a*b*"]}}}},
    "an unknown type": {"tags": {"key": {"enforced_for": {"@@assign": ["imaginary:thing"]}}}},
    "nothing": {},
    "another root": {"wrong": {}},
    "no operator": {"tags": {"key": {"tag_key": "key"}}},
    "an unknown field": {"tags": {"key": {"unknown": {"@@assign": "key"}}}},
    "an appended key": {"tags": {"key": {"tag_key": {"@@append": ["key"]}}}},
}
"""Policies that CreatePolicy refused as malformed."""
