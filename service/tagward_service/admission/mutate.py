"""Filling labels that are missing, where the policy or the webhook's settings say what they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from msgspec import Struct

from tagward.catalog import Kinds, KubernetesKind, LabelPlace
from tagward.judging.spelling import is_near
from tagward.judging.values import ValueJudge, folded
from tagward.policy import Policy, Tag
from tagward.resource import Tags
from tagward_service.admission.contract import Data, Request
from tagward_service.sources.kubernetes.objects import as_mapping
from tagward_service.sources.kubernetes.parts import label_path, merged_labels, runs_a_pod
from tagward_service.sources.kubernetes.templates import Spot, Step, find_spots, value_at

OWN = ("metadata", "labels")

Path = tuple[Step, ...]


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
        return [
            operation
            for labels in label_maps(kind, request.object)
            for operation in self._filled(labels, request.object, namespace_labels)
        ]

    def _filled(self, labels: LabelMap, data: Data, namespace_labels: Tags | None) -> list[Data]:
        added = dict(self._missing(labels, data, namespace_labels))
        return _additions(data, labels.path, added)

    def _missing(
        self, labels: LabelMap, data: Data, namespace_labels: Tags | None
    ) -> Iterator[tuple[str, str]]:
        """List the labels to add: as the object has them, else its namespace, else by default."""
        own = as_mapping(value_at(data, ".".join(OWN)))
        for each in self.tags:
            if each.is_said(labels.effective):
                continue
            value = each.value_in(own) or (None if labels.is_open else self._around(each, namespace_labels))
            if value is not None:
                yield each.keys[0], value

    def _around(self, filled: Filled, namespace_labels: Tags | None) -> str | None:
        """Return what the namespace says, else the default, unless the namespace may say something else."""
        default = self.defaults.get(filled.tag.id)
        if "namespace" not in filled.tag.inherit:
            return default
        return None if namespace_labels is None else filled.value_in(namespace_labels) or default


class LabelMap(Struct, frozen=True):
    """Where labels of what an object makes are written, and all the labels that reach it."""

    path: Path
    effective: Mapping[str, Any]
    is_open: bool = False
    """Whether another object may bring further labels, which these would win over."""


def label_maps(kind: KubernetesKind, data: Data) -> Iterator[LabelMap]:
    """List the places where labels are to be filled: the object's own where these reach what it makes."""
    if kind.propagates:
        yield LabelMap(OWN, as_mapping(value_at(data, ".".join(OWN))))
        return
    is_open = merged_labels(kind, data) is not None
    for place in (*kind.templates, *kind.volumes):
        for spot in filter(partial(runs_a_pod, place), find_spots(data, place.at)):
            path = (*spot.path, *label_path(spot, place).split("."))
            yield LabelMap(path, _effective(place, spot, data), is_open)


def _effective(place: LabelPlace, spot: Spot, data: Data) -> dict[str, Any]:
    written = [value_at(data, path) for path in place.inherits]
    written += [value_at(spot.value, path) for path in place.labels]
    return {key: value for labels in written for key, value in as_mapping(labels).items()}


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
