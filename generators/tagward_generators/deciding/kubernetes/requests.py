"""Requests to a cluster: what the API server gives to admission policies at a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

from tagward_generators.deciding.kubernetes.constraints import NAMESPACE_NAME
from tagward_generators.deciding.kubernetes.resources import Resource
from tagward_generators.deciding.kubernetes.surroundings import Surroundings, read
from tagward_generators.deciding.kubernetes.workloads import Where, request, workload
from tagward_generators.deciding.rulings import Place, Tags
from tagward_generators.deciding.words import with_article

Change = Literal["none", "of labels", "of something else"]
"""What an update changes; none is a creation."""

BEFORE = "zz-before"
"""The value that every label had before it was changed."""

USUAL = Surroundings()


def place(
    resource: Resource,
    around: Surroundings = USUAL,
    *,
    change: Change = "none",
    where: Where = "everywhere",
    before: Iterable[str] = (),
    words: str = "",
) -> Place:
    """Describe requests about a resource, but for their labels."""
    facts = {
        "group": resource.group,
        "version": resource.version,
        "resource": resource.plural,
        **dict(around.facts),
        "labels": where,
        "change": change,
        "labels before": ",".join(before),
    }
    verb = "creating" if change == "none" else "updating"
    return Place(
        f"{resource.group}/{resource.name}" if resource.group else resource.name,
        f"{verb} {with_article(resource.name)}",
        tuple((key, value) for key, value in facts.items() if value or key == "group"),
        words or around.words,
        aside=where != "everywhere",
    )


def at(place: Place, tags: Tags) -> dict[str, Any]:
    """Return what the API server gives to expressions at a place."""
    facts = dict(place.facts)
    around = read(facts)
    old = _before(facts, tags)
    made = _object(facts, around, tags)
    given = request(made, facts["resource"], "CREATE" if old is None else "UPDATE")
    inherited = tags if facts["labels"] == "on its namespace" else {}
    return {
        "object": made,
        "oldObject": None if old is None else _object(facts, around, old),
        "request": given | ({"subResource": around.part} if around.part else {}),
        "namespaceObject": _namespace(around, inherited) if given["namespace"] else None,
    }


def _before(facts: Mapping[str, str], tags: Tags) -> Tags | None:
    """Return the labels before an update, None where there was nothing before."""
    match cast("Change", facts["change"]):
        case "none":
            return None
        case "of labels":
            return dict.fromkeys(facts["labels before"].split(","), BEFORE)
        case "of something else":
            return tags


def _object(facts: Mapping[str, str], around: Surroundings, tags: Tags) -> dict[str, Any]:
    resource = Resource(facts["group"], facts["version"], facts["resource"])
    built = workload(
        f"{resource.group}/{resource.version}" if resource.group else resource.version,
        resource.name,
        resource.kind,
        tags,
        cast("Where", facts["labels"]),
    )
    metadata = built["metadata"] | {"name": around.name}
    if resource.kind is None or resource.kind.namespaced:
        metadata["namespace"] = around.namespace
    if around.owner:
        metadata["ownerReferences"] = [_owner(around.owner)]
    if around.is_being_deleted:
        metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    return built | {"metadata": metadata}


def _owner(owner: str) -> dict[str, Any]:
    """Refer to a controller: `apps/ReplicaSet`."""
    group, _, kind = owner.rpartition("/")
    version = f"{group}/v1" if group else "v1"
    return {"apiVersion": version, "kind": kind, "name": "x", "uid": "x", "controller": True}


def _namespace(around: Surroundings, inherited: Tags) -> dict[str, Any]:
    labels = {**dict(around.namespace_labels), **inherited, NAMESPACE_NAME: around.namespace}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": around.namespace, "labels": labels},
    }
