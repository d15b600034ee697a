"""What AWS Organizations tag policies decide.

Enforcement refuses a value that is not listed and a key in another case, on the types it names; a key that is
missing is only reported, to CloudFormation, Terraform and Pulumi. Values have one wildcard, `*`. Policies
attached side by side merge: the first assignment, all that is appended, less what is removed (AWS
Organizations User Guide, "Tag policy syntax and examples" and "Understanding policy inheritance").
"""

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from tagward.catalog import tag_policy_types
from tagward_generators.aws_scp.sids import SERVICES
from tagward_generators.deciding.rulings import Guardrail, Place, Rule, Tags, Undecided, Verdict
from tagward_generators.deciding.wildcards import any_matches, example
from tagward_generators.deciding.words import stem, with_article

ALL_SUPPORTED = ":ALL_SUPPORTED"
ELSEWHERE = "every other type"

_OPERATORS = ("@@assign", "@@append", "@@remove")
_CHILDREN = "@@operators_allowed_for_child_policies"
_LISTS = ("tag_value", "enforced_for", "report_required_tag_for")


class Field(Struct, frozen=True):
    """One field of one tag in one policy: what it does to the list."""

    assigned: tuple[str, ...] | None
    appended: tuple[str, ...]
    removed: frozenset[str]


class ValueRule:
    """A key must be spelled as it is, and hold one of the values."""

    def __init__(self, key: str, values: tuple[str, ...], verdict: Verdict) -> None:
        self.by = key
        self.verdict = verdict
        self.meaning: Hashable = ("value", key, frozenset(values))
        self.vocabulary: Mapping[str, Sequence[str]] = {key: tuple(map(example, values))}
        self._key, self._values = key, values

    def objects(self, tags: Tags) -> bool:
        """Say whether a tag does not comply."""
        return any(
            key != self._key or bool(self._values and not any_matches(self._values, value))
            for key, value in tags.items()
            if key.lower() == self._key.lower()
        )


class PresenceRule:
    """A key must be there."""

    verdict = Verdict.WARNED

    def __init__(self, key: str) -> None:
        self.by = key
        self.meaning: Hashable = ("presence", key)
        self.vocabulary: Mapping[str, Sequence[str]] = {key: ()}
        self._key = key

    def objects(self, tags: Tags) -> bool:
        """Say whether the key is missing."""
        return self._key not in tags


class Tag(Struct, frozen=True):
    """What the policies say of one key, together."""

    key: str
    values: tuple[str, ...]
    enforced: tuple[str, ...]
    required: tuple[str, ...]


class TagPolicyGuardrail:
    """Tag policies that are all attached at the same place."""

    def __init__(self, tags: tuple[Tag, ...], undecided: tuple[Undecided, ...]) -> None:
        self.tags = tags
        self.undecided = undecided

    def rules(self, place: Place) -> Sequence[Rule]:
        """Return what is asked of a type."""
        rules: list[Rule] = []
        for tag in self.tags:
            enforced = covers(tag.enforced, place.name, "enforce")
            rules.append(ValueRule(tag.key, tag.values, Verdict.DENIED if enforced else Verdict.RECORDED))
            if covers(tag.required, place.name, "report"):
                rules.append(PresenceRule(tag.key))
        return rules


class TagPolicy:
    """The family `aws-tag-policy`."""

    name = "aws-tag-policy"
    costly = False
    spells = True

    def objects(self, path: str, content: str) -> Mapping[str, str]:
        """Return the one policy that an artifact is."""
        return {stem(path): content}

    def read(self, artifacts: Mapping[str, str]) -> TagPolicyGuardrail:
        """Merge policies by name; one that AWS would not take is undecided as a whole."""
        fields: dict[str, dict[str, list[Field]]] = {}
        keys: dict[str, str] = {}
        undecided = []
        for name, text in sorted(artifacts.items()):
            try:
                _merge(json.loads(text), fields, keys)
            except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
                undecided.append(Undecided(name, "it is not a tag policy that is understood", text))
        tags = (_tag(keys.get(folded, folded), of_tag) for folded, of_tag in fields.items())
        return TagPolicyGuardrail(tuple(tags), tuple(undecided))

    def places(self, guardrails: Iterable[Guardrail]) -> Sequence[Place]:
        """List the types that policies name, and one for all others."""
        named = {
            name
            for guardrail in guardrails
            if isinstance(guardrail, TagPolicyGuardrail)
            for tag in guardrail.tags
            for name in (*tag.enforced, *tag.required)
        }
        types = sorted(
            {kind for name in named for kind in _types(name)}, key=lambda kind: (kind != "ec2:instance", kind)
        )
        return (*(Place(kind, _doing(kind)) for kind in types), Place(ELSEWHERE, "tagging anything else"))

    def possible(self, key: str, value: str) -> bool:
        """Say whether AWS takes such a tag."""
        return len(value) <= 256 and not key.startswith("aws:")


def covers(named: Iterable[str], kind: str, mode: str) -> bool:
    """Say whether a list of types covers one, by itself or with its whole service."""
    service = kind.partition(":")[0]
    return kind in named or (f"{service}{ALL_SUPPORTED}" in named and kind in _of_service(service, mode))


def _types(name: str) -> Iterator[str]:
    if not name.endswith(ALL_SUPPORTED):
        yield name
        return
    service = name.removesuffix(ALL_SUPPORTED)
    yield from (kind for mode in ("enforce", "report") for kind in _of_service(service, mode))


def _of_service(service: str, mode: str) -> list[str]:
    types = tag_policy_types().types
    return [
        kind for kind, about in types.items() if kind.partition(":")[0] == service and mode in about.modes
    ]


def _merge(document: Any, fields: dict[str, dict[str, list[Field]]], keys: dict[str, str]) -> None:
    """Read one policy into the fields of each tag, all or nothing."""
    if set(document) != {"tags"}:
        raise ValueError
    read = [
        (key, name, _field(setting))
        for key, of_tag in document["tags"].items()
        if key != _CHILDREN
        for name, setting in of_tag.items()
        if name != _CHILDREN
    ]
    if any(name not in (*_LISTS, "tag_key") for _, name, _ in read):
        raise ValueError
    for key, name, field in read:
        of_tag = fields.setdefault(key.lower(), {})
        if name == "tag_key":
            keys.setdefault(key.lower(), (field.assigned or (key,))[0])
        else:
            of_tag.setdefault(name, []).append(field)


def _field(setting: Mapping[str, Any]) -> Field:
    if set(setting) - {*_OPERATORS, _CHILDREN}:
        raise ValueError
    assigned, appended, removed = (_texts(setting.get(operator)) for operator in _OPERATORS)
    return Field(assigned, appended or (), frozenset(removed or ()))


def _texts(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    listed = value if isinstance(value, list) else [value]
    return tuple(each if isinstance(each, str) else json.dumps(each) for each in listed)


def _tag(key: str, of_tag: Mapping[str, Sequence[Field]]) -> Tag:
    return Tag(key, *(_merged(of_tag.get(name, ())) for name in _LISTS))


def _merged(settings: Sequence[Field]) -> tuple[str, ...]:
    assigned = next((each.assigned for each in settings if each.assigned is not None), ())
    values = (*assigned, *(value for each in settings for value in each.appended))
    removed = frozenset().union(*(each.removed for each in settings))
    return tuple(value for value in dict.fromkeys(values) if value not in removed)


def _doing(kind: str) -> str:
    service, _, name = kind.partition(":")
    thing = f"{SERVICES.get(service, service)} {name.replace('-', ' ')}"
    return f"tagging {with_article(thing)}"
