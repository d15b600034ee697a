"""Filling labels that are missing, where the policy or the webhook's settings say what they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import Struct

from tagward.catalog import Kinds
from tagward.judging.spelling import is_near
from tagward.judging.values import ValueJudge, folded
from tagward.policy import Policy, Tag
from tagward.resource import Tags
from tagward_service.admission.contract import Data, Request
from tagward_service.admission.label_maps import OWN, Former, LabelMap, Path, label_maps
from tagward_service.sources.kubernetes.objects import as_mapping
from tagward_service.sources.kubernetes.templates import Step, value_at


class Filled(Struct, frozen=True):
    """One tag to fill: the keys that count for it, its key first, and which values will do."""

    tag: Tag
    keys: tuple[str, ...]
    judge: ValueJudge
    others: frozenset[str]
    """The keys of all tags, none of which is another one misspelt."""

    def is_said(self, labels: Mapping[str, Any]) -> bool:
        """Say whether somebody has said what it is already, be it under a key that is nearly right."""
        if self.keys[0] in labels or any(each.key in labels for each in self.tag.aliases):
            return True
        return any(is_near(key, self.keys[0]) for key in labels if key not in self.others)

    def value_in(self, labels: Mapping[str, Any]) -> str | None:
        """Return the value under the first of its keys that is there, if it will do."""
        found = next((labels[key] for key in self.keys if key in labels), None)
        return found if isinstance(found, str) and self.judge(found) is None else None


class Filler:
    """A policy made ready to fill labels on a day; `defaults` are values by tag id."""

    def __init__(self, policy: Policy, day: date, defaults: Mapping[str, str], kinds: Kinds) -> None:
        placeholders = folded(policy.placeholders)
        tags = [tag for tag in policy.tags if "kubernetes" in tag.keys]
        others = frozenset(key for tag in tags for key in _keys(tag, day))
        self.kinds = kinds
        self.tags = tuple(
            Filled(tag, _keys(tag, day), ValueJudge(tag, "kubernetes", placeholders, day), others)
            for tag in tags
        )
        self.unfit = dict(self._unfit(defaults))
        """Why a default is left out, by tag id."""
        self.defaults = {tag: value for tag, value in defaults.items() if tag not in self.unfit}

    def _unfit(self, defaults: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        known = {each.tag.id: each for each in self.tags}
        for tag, value in defaults.items():
            fault = known[tag].judge(value) if tag in known else None
            if tag not in known:
                yield tag, "the policy has no such tag for Kubernetes"
            elif fault is not None:
                yield tag, f"the value is {fault.said}"

    def operations(self, request: Request, namespace_labels: Tags | None) -> list[Data]:
        """Return the JSON Patch that fills what is missing; filling twice changes nothing more."""
        kind = self.kinds.find(request.kind.group, request.kind.kind)
        if kind is None or not kind.runs:
            return []
        data, former = request.object, Former(kind, request)
        return [
            operation
            for labels in label_maps(kind, data)
            for operation in _additions(
                data, labels.path, dict(self._missing(labels, data, former, namespace_labels))
            )
        ]

    def _missing(
        self, labels: LabelMap, data: Data, former: Former, namespace_labels: Tags | None
    ) -> Iterator[tuple[str, str]]:
        """List the labels to add: where they are new, or where an update takes them away."""
        for each in self.tags:
            if each.is_said(labels.effective):
                continue
            before = former(labels)
            if before is None:
                yield from self._said_elsewhere(each, labels, data, namespace_labels)
                continue
            key = next((key for key in each.keys if key in before), None)
            if key is not None and labels.is_fixed:
                yield key, before[key]
            elif key is not None:
                yield from self._said_elsewhere(each, labels, data, namespace_labels)

    def _said_elsewhere(
        self, filled: Filled, labels: LabelMap, data: Data, namespace_labels: Tags | None
    ) -> Iterator[tuple[str, str]]:
        """Find a label as the object has it, else its namespace, else by default."""
        value = filled.value_in(as_mapping(value_at(data, ".".join(OWN))))
        if value is None and not labels.is_open:
            value = self._around(filled, namespace_labels)
        if value is not None:
            yield filled.keys[0], value

    def _around(self, filled: Filled, namespace_labels: Tags | None) -> str | None:
        """Return what the namespace says, else the default, unless the namespace may say something else."""
        default = self.defaults.get(filled.tag.id)
        if "namespace" not in filled.tag.inherit:
            return default
        return None if namespace_labels is None else filled.value_in(namespace_labels) or default


def _keys(tag: Tag, day: date) -> tuple[str, ...]:
    return (tag.keys["kubernetes"], *(alias.key for alias in tag.aliases if alias.accepted(day)))


def _additions(data: Any, path: Path, labels: Mapping[str, str]) -> list[Data]:
    """Add labels to a mapping, which is made, with what it stands in, where it is missing."""
    if not labels:
        return []
    for depth, step in enumerate(path):
        if isinstance(step, int):
            data = data[step]
            continue
        if not isinstance(data, dict):
            return []  # the API server refuses such an object by itself
        inner = data.get(step)
        if inner is None:
            return [_add(path[: depth + 1], _nested(path[depth + 1 :], labels))]
        data = inner
    return [_add((*path, key), value) for key, value in labels.items()] if isinstance(data, dict) else []


def _nested(path: Path, labels: Mapping[str, str]) -> Data:
    made: Data = dict(labels)
    for step in reversed(path):
        made = {str(step): made}
    return made


def _add(path: Path, value: Any) -> Data:
    return {"op": "add", "path": "".join(f"/{_pointer(step)}" for step in path), "value": value}


def _pointer(step: Step) -> str:
    """Escape one step of a JSON Pointer."""
    return str(step).replace("~", "~0").replace("/", "~1")
