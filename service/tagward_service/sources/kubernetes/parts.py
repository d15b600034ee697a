"""The pods and volumes that a workload makes, with the labels that reach them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from tagward.catalog import written
from tagward.resource import Part, TagValue, Unknown
from tagward_service.sources.kubernetes.labels import Labels, read_labels
from tagward_service.sources.kubernetes.objects import Data, as_mapping
from tagward_service.sources.kubernetes.templates import Spot, find_spots, role_of, value_at

if TYPE_CHECKING:
    from tagward.catalog import KubernetesKind, LabelPlace

OWN = "metadata.labels"

_REFERENCES = ("spec.runtimeRef.name", "spec.workloadRef.name", "spec.workflowTemplateRef.name")


class Made(Struct, frozen=True):
    """What a workload makes; `own_billed` when its own labels are all that counts."""

    parts: tuple[Part, ...]
    own_billed: bool
    faults: tuple[str, ...] = ()


def is_one_thing(kind: KubernetesKind) -> bool:
    """Say whether an object of a kind is billed itself, as a pod is, so that only its own labels count."""
    return any(not place.at for place in (*kind.templates, *kind.volumes))


def find_parts(kind: KubernetesKind, data: Data) -> Made:
    """Find the pods and volumes of an object, in the order of the file."""
    if is_one_thing(kind):
        return Made((), own_billed=True)
    faults: list[str] = []
    merged = merged_labels(kind, data)
    pods = [
        _part(spot, place, data, _pods(place, spot, kind), faults, merged)
        for place in kind.templates
        for spot in find_spots(data, place.at)
        if runs_a_pod(place, spot)
    ]
    if kind.propagates and not any(_has_labels(place, data) for place in kind.templates):
        return Made((), own_billed=True)
    volumes = [
        _part(spot, place, data, _volumes(spot), faults)
        for place in kind.volumes
        for spot in find_spots(data, place.at)
    ]
    return Made((*(pods or [_elsewhere(kind, data)]), *volumes), own_billed=False, faults=tuple(faults))


def _part(
    spot: Spot, place: LabelPlace, root: Data, what: str, faults: list[str], open_: Unknown | None = None
) -> Part:
    tags: dict[str, TagValue] = {}
    for path in place.inherits:
        labels = _read(root, path, path, [] if path == OWN else faults)
        tags.update(labels.tags)
        open_ = labels.open or open_
    for path in place.labels:
        labels = _read(spot.value, path, spot.place(path), faults)
        tags.update(labels.tags)
        open_ = labels.open or open_
    return Part(what, spot.place(label_path(spot, place)), tags, open_)


def label_path(spot: Spot, place: LabelPlace) -> str:
    """Choose, where labels may stand in several places, the pod template if there is one."""
    there = [path for path in place.labels if path.partition(".")[0] in spot.value]
    return max(there, key=len) if there else place.labels[-1]


def _read(root: object, path: str, written: str, faults: list[str]) -> Labels:
    labels = read_labels(value_at(root, path), written)
    faults += labels.faults
    return labels


def runs_a_pod(place: LabelPlace, spot: Spot) -> bool:
    """Tell a template from one that only orders others or waits, as steps of Argo do."""
    return not place.only_with or any(field in spot.value for field in place.only_with)


def _has_labels(place: LabelPlace, root: Data) -> bool:
    spots = find_spots(root, place.at)
    return any(as_mapping(value_at(spot.value, path)) for spot in spots for path in place.labels)


def merged_labels(kind: KubernetesKind, data: Data) -> Unknown | None:
    """Say which other objects may give the pods further labels."""
    spots = (spot for path in kind.merges for spot in find_spots(data, path))
    names = [f"`{spot.value['name']}`" for spot in spots if isinstance(spot.value.get("name"), str)]
    return Unknown(f"the labels of {', '.join(names)}, not in this {kind.kind}") if names else None


def _elsewhere(kind: KubernetesKind, data: Data) -> Part:
    """Stand for the pods of an object that holds no template of them."""
    where = written(kind.templates[0].label_paths[-1])
    if kind.always_has_template:
        return Part("its pods", where)
    names = (value_at(data, path) for path in _REFERENCES)
    name = next((f" of `{name}`" for name in names if isinstance(name, str)), "")
    return Part("its pods", where, open=Unknown(f"the pod template{name}, which is not in this {kind.kind}"))


def _pods(place: LabelPlace, spot: Spot, kind: KubernetesKind) -> str:
    if place.repeats:
        return f"the {spot.owner} pods" if spot.owner else f"the pods of `{spot.place()}`"
    is_main = len(kind.templates) == 1 or place.at == "spec"
    return "its pods" if is_main else f"the {role_of(place.at)} pods"


def _volumes(spot: Spot) -> str:
    return f"the {spot.owner} volumes" if spot.owner else "its volumes"
