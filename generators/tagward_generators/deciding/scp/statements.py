"""Statements of service control policies: which requests they deny."""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from tagward_generators.deciding.iam_globs import VARIABLE, examples, matches
from tagward_generators.deciding.rulings import Tags, Undecided, Verdict
from tagward_generators.deciding.scp.conditions import TAG_KEYS, Context, Test, UndecidableError, tests, texts

_KNOWN = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}


class Globs(Struct, frozen=True):
    """A list of globs, or of those that are excepted."""

    listed: frozenset[str]
    excepted: bool

    def take(self, text: str) -> bool:
        """Say whether the list takes a text."""
        return any(matches(glob, text) for glob in self.listed) is not self.excepted


class Statement(Struct, frozen=True):
    """One Deny; actions are in lower case, as IAM compares them."""

    by: str
    actions: Globs
    resources: Globs
    tests: frozenset[Test]
    spelled: tuple[str, ...]
    """The actions as they are written."""


class ScpRule:
    """What a statement says of the tags of a request, when everything else about the request fits."""

    verdict = Verdict.DENIED

    def __init__(self, by: str, tests: frozenset[Test], *, removing: bool) -> None:
        self.by = by
        self.meaning = tests
        self._removing = removing

    def objects(self, tags: Tags) -> bool:
        """Say whether the statement denies."""
        context = context_of(tags, removing=self._removing)
        return all(test.holds(context) for test in self.meaning)

    @cached_property
    def vocabulary(self) -> Mapping[str, tuple[str, ...]]:
        """Return the tag keys that it names, with values."""
        found: dict[str, dict[str, None]] = {}
        for test in sorted(self.meaning, key=_order):
            if test.tag is not None:
                found.setdefault(test.tag, {}).update(dict.fromkeys(_values(test)))
            elif test.kind != "Null":
                for key in _values(test):
                    found.setdefault(key, {})
        return {key: tuple(values) for key, values in found.items()}


def context_of(tags: Tags, *, removing: bool) -> Context:
    """Return what IAM sees of the tags in a request; one that takes tags away names keys only."""
    context: dict[str, str | tuple[str, ...]] = {}
    if not removing:
        context |= {f"aws:requesttag/{key.lower()}": value for key, value in tags.items()}
    return context | ({TAG_KEYS: tuple(tags)} if tags else {})


def read(name: str, text: str) -> Iterator[Statement | Undecided]:
    """Read the statements of one policy; those that cannot be evaluated are undecided."""
    try:
        document = json.loads(text)
        listed = document["Statement"]
        statements = listed if isinstance(listed, list) else [listed]
    except (ValueError, LookupError, TypeError, RecursionError):
        yield Undecided(name, "it is not a policy document", text)
        return
    for number, statement in enumerate(statements, 1):
        if not _grants_everything(statement):
            yield _read(name, number, statement)


def _read(name: str, number: int, statement: Any) -> Statement | Undecided:
    sid = statement.get("Sid") if isinstance(statement, dict) else None
    what = f"statement `{sid}` of {name}" if sid else f"statement {number} of {name}"
    try:
        return _statement(f"{sid}" if sid else what, statement)
    except UndecidableError as why:
        text = {key: value for key, value in statement.items() if key != "Sid"} if sid else statement
        return Undecided(what, str(why), json.dumps(text, sort_keys=True))


def _statement(by: str, statement: Any) -> Statement:
    if not isinstance(statement, dict):
        raise UndecidableError("it is not a mapping")
    unknown = sorted(set(statement) - _KNOWN)
    if unknown:
        raise UndecidableError(f"it has `{unknown[0]}`")
    if statement.get("Effect") != "Deny":
        raise UndecidableError("it allows, and what it allows depends on every level above it")
    spelled, actions = _globs(statement, "Action", lower=True)
    _, resources = _globs(statement, "Resource", lower=False)
    condition = statement.get("Condition", {})
    if not isinstance(condition, dict):
        raise UndecidableError("its condition is not a mapping")
    return Statement(by, actions, resources, frozenset(tests(condition)), spelled)


def _globs(statement: Mapping[str, Any], name: str, *, lower: bool) -> tuple[tuple[str, ...], Globs]:
    excepted = f"Not{name}" in statement
    if excepted is (name in statement):
        raise UndecidableError(f"it needs one of `{name}` and `Not{name}`")
    listed = texts(statement[f"Not{name}" if excepted else name])
    if any(VARIABLE.search(each) for each in listed):
        raise UndecidableError("it uses a policy variable")
    return listed, Globs(frozenset(each.lower() if lower else each for each in listed), excepted)


def _grants_everything(statement: Any) -> bool:
    """Recognise FullAWSAccess, without which AWS Organizations would deny everything."""
    return isinstance(statement, dict) and {
        key: value for key, value in statement.items() if key != "Sid"
    } in (
        {"Effect": "Allow", "Action": action, "Resource": resource}
        for action in ("*", ["*"])
        for resource in ("*", ["*"])
    )


def _values(test: Test) -> Iterator[str]:
    for value in sorted(test.values):
        yield from examples(value) if test.kind == "StringLike" else (value,)


def _order(test: Test) -> tuple[str, str, tuple[str, ...]]:
    return test.key, test.kind, tuple(sorted(test.values))
