"""An interpreter of tag policies, written from the AWS Organizations User Guide; nobody else offers one.

It knows nothing of the compiler. How policies merge and which are malformed agrees with what AWS answered
(`tag_policy_answers`); what enforcement refuses comes from the pages "Enforce tagging consistency" and "Tag
policy syntax and examples", and was compared with no running account.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tagward.catalog import tag_policy_types

VALUE_OPERATORS = ("@@assign", "@@append", "@@remove")
CHILDREN = "@@operators_allowed_for_child_policies"
FIELDS = {"tag_key", "tag_value", "enforced_for", "report_required_tag_for"}
MODES = {"enforced_for": "enforce", "report_required_tag_for": "report"}

Effective = dict[str, dict[str, Any]]
"""The fields of each tag, by its key in lower case."""


def absent() -> str:
    """Say that nothing needs to be installed."""
    return ""


def version() -> str:
    """Say what this is, and what it was compared with."""
    return "interpreter of our own, held to AWS's answers of 2026-09-13"


def faults(document: str) -> Iterator[str]:
    """List why AWS would call a policy malformed."""
    policy = json.loads(document)
    if not isinstance(policy, dict) or set(policy) != {"tags"} or not isinstance(policy["tags"], dict):
        yield "a tag policy is {tags: {...}}"
        return
    keys = [key for key in policy["tags"] if key != CHILDREN]
    if len({key.lower() for key in keys}) < len(keys):
        yield "two keys differ by case only"
    for key in keys:
        yield from _tag_faults(key, policy["tags"][key])


def _tag_faults(key: str, fields: Any) -> Iterator[str]:
    if not key or not isinstance(fields, dict):
        yield f"bad key {key!r}"
        return
    for name, setting in fields.items():
        if name == CHILDREN:
            continue
        if name not in FIELDS or not isinstance(setting, dict) or set(setting) - {*VALUE_OPERATORS, CHILDREN}:
            yield f"bad field {name!r}"
        elif name == "tag_key":
            yield from _key_faults(key, setting)
        else:
            yield from _list_faults(name, setting)


def _key_faults(key: str, setting: Mapping[str, Any]) -> Iterator[str]:
    if set(setting) - {"@@assign", CHILDREN}:
        yield "a key can only be assigned"
    assigned = setting.get("@@assign", key)
    if not isinstance(assigned, str) or assigned.lower() != key.lower():
        yield f"the key {assigned!r} is not {key!r}"


def _list_faults(name: str, setting: Mapping[str, Any]) -> Iterator[str]:
    for operator in set(VALUE_OPERATORS) & set(setting):
        if not isinstance(setting[operator], list):
            yield f"{name} {operator} is no list"
            continue
        for item in setting[operator]:
            if isinstance(item, dict | list) or (name == "tag_value" and _text(item).count("*") > 1):
                yield f"bad value {item!r}"
            if name in MODES and not is_known(_text(item), MODES[name]):
                yield f"unknown type {item!r}"


def is_known(name: str, mode: str) -> bool:
    """Say whether AWS lists a type, or a whole service, for a field."""
    known = tag_policy_types()
    if name.endswith(":ALL_SUPPORTED"):
        return mode in known.services.get(name.partition(":")[0], ())
    return name in known.types and mode in known.types[name].modes


def effective(levels: Iterable[Sequence[str]]) -> Effective:
    """Merge the policies attached to the root, to an OU, and so on down to an account."""
    merged: Effective = {}
    allowed: dict[tuple[str, str], set[str]] = {}
    for documents in levels:
        nodes: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for document in documents:
            for key, fields in json.loads(document)["tags"].items():
                if key != CHILDREN:
                    merged.setdefault(key.lower(), {})
                    for name in set(fields) & FIELDS:
                        nodes.setdefault((key.lower(), name), []).append(fields[name])
        for (key, name), settings in nodes.items():
            may = allowed.setdefault((key, name), set(VALUE_OPERATORS))
            _merge(merged[key], name, [{op: s[op] for op in s if op in may} for s in settings])
            for setting in settings:
                may &= _children(setting.get(CHILDREN, ["@@all"]))
    for key, fields in merged.items():
        fields.setdefault("tag_key", key)
        fields.setdefault("tag_value", ["*"])
    return merged


def _merge(fields: dict[str, Any], name: str, settings: Sequence[Mapping[str, Any]]) -> None:
    """Merge the settings of one level: the first assignment, all that is appended, less what is removed."""
    assigned = [setting["@@assign"] for setting in settings if "@@assign" in setting]
    if name == "tag_key":
        fields |= {name: assigned[0]} if assigned else {}
        return
    appended = [setting["@@append"] for setting in settings if "@@append" in setting]
    removed = {_text(value) for setting in settings for value in setting.get("@@remove", ())}
    if assigned or appended or name in fields:
        kept = assigned[0] if assigned else fields.get(name, [])
        values = [_text(value) for value in [*kept, *(value for each in appended for value in each)]]
        fields[name] = [value for value in dict.fromkeys(values) if value not in removed]


def _children(control: Sequence[str]) -> set[str]:
    return set(VALUE_OPERATORS) if "@@all" in control else set(control) & set(VALUE_OPERATORS)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def refused(policy: Effective, kind: str, tags: Mapping[str, str]) -> list[str]:
    """List the keys for which AWS refuses to tag a resource of a type: for their case or their value."""
    return [key for key, value in tags.items() if _is_refused(policy.get(key.lower()), kind, key, value)]


def _is_refused(fields: Mapping[str, Any] | None, kind: str, key: str, value: str) -> bool:
    if fields is None or not covers(fields.get("enforced_for", ()), kind, "enforce"):
        return False
    return key != fields["tag_key"] or not any(_matches(each, value) for each in fields["tag_value"])


def lacking(policy: Effective, kind: str, tags: Mapping[str, str]) -> list[str]:
    """List the keys that CloudFormation, Terraform and Pulumi miss on a resource of a type."""
    required = (
        each for each in policy.values() if covers(each.get("report_required_tag_for", ()), kind, "report")
    )
    return [fields["tag_key"] for fields in required if fields["tag_key"] not in tags]


def covers(named: Iterable[str], kind: str, mode: str) -> bool:
    """Say whether a list of types covers one, by itself or with its service."""
    service = kind.partition(":")[0]
    return kind in named or (f"{service}:ALL_SUPPORTED" in named and is_known(kind, mode))


def _matches(listed: str, value: str) -> bool:
    pattern = "".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", listed))
    return re.fullmatch(pattern, value, re.DOTALL) is not None
