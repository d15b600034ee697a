"""What an admission policy may look at to be evaluated here: labels, and what requests are made to vary in.

A policy that looks at more would be asked about requests that it cannot tell apart, and seem to agree with
any other. So it is said to be undecided.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from tagward.catalog import KubernetesKind, LabelPlace
from tagward_generators.deciding.kubernetes.constraints import Constraints
from tagward_generators.deciding.kubernetes.kinds import known_kinds
from tagward_generators.deciding.rulings import RefusedError

_OBJECT = ("metadata", "labels", "name", "generateName", "namespace", "ownerReferences", "deletionTimestamp")
_ELEMENT = ("groupName", "manager")
_OWNER = ("apiVersion", "kind", "controller")
_REQUEST = ("operation", "group", "version", "resource", "object", "oldObject")

_TEXT = re.compile(r"""[rR]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')""")
_PARAMETER = re.compile(r"\b(?:variables\.)?params(?:\.\??\w+)+")
_MEMBER = re.compile(r"\.\s*\??\s*(\w+)\b(?!\s*\()")
_KEY = re.compile(r"""["'](\w+)["']\s*:""")

_OPERATIONS = ("CREATE", "UPDATE")


def refuse_constraints(found: Constraints) -> None:
    """Raise RefusedError where a policy is about requests that are not made here."""
    for rule in found.rules:
        more = [each for each in rule.operations if each not in _OPERATIONS]
        if more:
            raise RefusedError(f"it is about the operation `{more[0]}`")
        if any("/" in each for each in rule.resources):
            raise RefusedError("it is about subresources")
        if rule.resource_names:
            raise RefusedError("it is about single objects, by name")
        if "namespaces" in rule.resources:
            raise RefusedError("it is about namespaces themselves")


def refuse_fields(expressions: Iterable[str], more: Iterable[str] = ()) -> None:
    """Raise RefusedError where expressions look at a field that no request varies in, or at no other one."""
    every = list(expressions)
    known = {*_fields(known_kinds()), *more, *(key for each in every for key in _KEY.findall(each))}
    for expression in every:
        for field in _members(expression):
            if field not in known:
                raise RefusedError(f"it looks at `{field}`")


def _members(expression: str) -> Iterator[str]:
    """List the fields that are selected; a call is none, nor is a variable or a parameter."""
    code = _PARAMETER.sub("", _TEXT.sub('""', expression))
    yield from _MEMBER.findall(re.sub(r"\bvariables\.\w+", "", code))


@cache
def _fields(kinds: tuple[KubernetesKind, ...]) -> frozenset[str]:
    """Name the fields on the way to the labels of any kind, and what else requests vary in."""
    paths = {path for kind in kinds for path in kind.merges}
    paths |= {path for kind in kinds for place in (*kind.templates, *kind.volumes) for path in _paths(place)}
    return frozenset(step for path in paths for step in path.split(".")) | {
        *_OBJECT,
        *_ELEMENT,
        *_OWNER,
        *_REQUEST,
    }


def _paths(place: LabelPlace) -> Iterator[str]:
    yield place.at
    yield from (*place.labels, *place.inherits, *place.only_with)
