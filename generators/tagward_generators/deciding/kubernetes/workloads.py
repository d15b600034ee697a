"""Objects of any kind, with labels where those of its pods and volumes are, or on itself, or both."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from tagward.catalog import ANY, EACH, VALUE, KubernetesKind, LabelPlace
from tagward_generators.deciding.kubernetes.kinds import known_kinds
from tagward_generators.deciding.rulings import Tags

Where = Literal["everywhere", "on its pods", "on itself", "on its namespace"]

_MAPS = "ReplicaSpecs"
"""The ending of fields that are maps by role where others are lists."""

_ELEMENTS = (ANY, EACH, VALUE)

_NAMES = {"name": "x", "groupName": "x", "manager": "x"}
"""What elements of lists are named by, in one kind or the other."""


def known_kind(group: str, resource: str) -> KubernetesKind | None:
    """Return the kind of a resource of the API, by its plural."""
    return next((kind for kind in known_kinds() if (kind.group, kind.plural) == (group, resource)), None)


def has_template(kind: KubernetesKind | None) -> bool:
    """Say whether the labels that count may be others than its own."""
    return kind is None or any(place.at for place in (*kind.templates, *kind.volumes))


def workload(
    version: str, name: str, kind: KubernetesKind | None, tags: Tags, where: Where
) -> dict[str, Any]:
    """Build an object; one of a kind that nobody knows may have labels at its template too."""
    own = tags if where in ("everywhere", "on itself") else {}
    theirs = tags if where in ("everywhere", "on its pods") else {}
    built: dict[str, Any] = {
        "apiVersion": version,
        "kind": name,
        "metadata": {"labels": dict(own)} if own else {},
    }
    places = (
        (*kind.templates, *kind.volumes) if kind else (LabelPlace("spec.template", ("metadata.labels",)),)
    )
    for place in places:
        if place.at:
            _fill(built, place, theirs)
    return built


def _fill(built: dict[str, Any], place: LabelPlace, tags: Tags) -> None:
    """Make what a place describes, with labels at the last of its paths, which wins."""
    *way, last = place.at.split(".")
    here = _down(built, [*way, last])
    for field in place.only_with[:1]:
        here.setdefault(field, {})
    if tags:
        *path, labels = place.labels[-1].split(".")
        _down(here, path)[labels] = dict(tags)


def _down(here: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """Go down a path, making what is not there; `*` is the one element of a list or map."""
    for at, step in enumerate(path):
        if step in _ELEMENTS:
            continue
        if at + 1 < len(path) and path[at + 1] in _ELEMENTS:
            here = _element(here, step, is_map=path[at + 1] == VALUE)
        else:
            here = here.setdefault(step, {})
    return here


def _element(here: dict[str, Any], step: str, *, is_map: bool) -> dict[str, Any]:
    found: dict[str, Any]
    if is_map or step.endswith(_MAPS):
        found = here.setdefault(step, {"Worker": {}})["Worker"]
        return found
    metadata = {"metadata": {"name": "x"}} if step == "volumeClaimTemplates" else {}
    found = here.setdefault(step, [{**_NAMES, **metadata}])[0]
    return found


def request(built: Mapping[str, Any], resource: str, operation: str) -> dict[str, Any]:
    """Describe the request that brings an object, without the object."""
    group, _, version = str(built["apiVersion"]).rpartition("/")
    kind = {"group": group, "version": version, "kind": built["kind"]}
    plural = {"group": group, "version": version, "resource": resource}
    return {
        "kind": kind,
        "resource": plural,
        "requestKind": kind,
        "requestResource": plural,
        "name": built["metadata"]["name"],
        "namespace": built["metadata"].get("namespace", ""),
        "operation": operation,
    }
