"""Where an object holds the labels of what it makes, and which of them were there before an update."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Any

from msgspec import Struct

from tagward.catalog import KubernetesKind, LabelPlace
from tagward_service.admission.contract import Data, Request
from tagward_service.admission.places import Places
from tagward_service.sources.kubernetes.objects import as_mapping
from tagward_service.sources.kubernetes.parts import label_path, merged_labels, runs_a_pod
from tagward_service.sources.kubernetes.templates import Spot, Step, find_spots, value_at

OWN = ("metadata", "labels")

_FIXED = ("batch.volcano.sh/Job", "batch/Job", "jobset.x-k8s.io/JobSet", "trainer.kubeflow.org/TrainJob")
"""Kinds whose templates cannot be changed, by API or webhook; nor can those of volume claims."""

Path = tuple[Step, ...]


class LabelMap(Struct, frozen=True):
    """Where labels of what an object makes are written, and all the labels that reach it."""

    path: Path
    effective: Mapping[str, Any]
    is_open: bool = False
    """Whether another object may bring further labels, which these would win over."""
    is_fixed: bool = False
    """Whether the API server refuses every change of it."""


def label_maps(kind: KubernetesKind, data: Data) -> Iterator[LabelMap]:
    """List the places where labels are to be filled: the object's own where these reach what it makes."""
    if kind.propagates:
        yield LabelMap(OWN, as_mapping(value_at(data, ".".join(OWN))))
        return
    is_open = merged_labels(kind, data) is not None
    for place in (*kind.templates, *kind.volumes):
        is_fixed = bool(place.at) and (place in kind.volumes or kind.name in _FIXED)
        for spot in filter(partial(runs_a_pod, place), find_spots(data, place.at)):
            path = (*spot.path, *label_path(spot, place).split("."))
            yield LabelMap(path, _effective(place, spot, data), is_open, is_fixed)


def _effective(place: LabelPlace, spot: Spot, data: Data) -> dict[str, Any]:
    written = [value_at(data, path) for path in place.inherits]
    written += [value_at(spot.value, path) for path in place.labels]
    return {key: value for labels in written for key, value in as_mapping(labels).items()}


class Former:
    """The labels that were in an object before an update; lists are compared by names."""

    def __init__(self, kind: KubernetesKind, request: Request) -> None:
        self._kind = kind
        self._request = request

    def __call__(self, labels: LabelMap) -> Mapping[str, Any] | None:
        """Return what was there, None where the object, or this part of it, is new."""
        if self._request.operation == "CREATE":
            return None
        if not isinstance(self._request.old_object, dict):
            return {}  # which the API server always sends: nobody knows what is new
        known, places = self._known
        return known.get(places.of(labels.path))

    @cached_property
    def _known(self) -> tuple[dict[str, Mapping[str, Any]], Places]:
        now, then = self._request.object, self._request.old_object
        was = Places(then, now)
        known = {was.of(each.path): each.effective for each in label_maps(self._kind, then)}
        return known, Places(now, then)
