"""An object of a cluster as a resource: where it is, and whether it still costs anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from tagward.catalog import Kinds
from tagward.resource import Layer, Taggability
from tagward_service.admission.objects import is_leaving
from tagward_service.scan.interface import Found
from tagward_service.sources.interface import NotEvaluated, Place
from tagward_service.sources.kubernetes.cluster.kinds import Kind
from tagward_service.sources.kubernetes.manifests import read_object
from tagward_service.sources.kubernetes.objects import Found as Object
from tagward_service.sources.kubernetes.objects import as_mapping

_NOWHERE = Place()
_OVER = ("Succeeded", "Failed")
_ENDED = ("Complete", "Failed")


def found(
    cluster: str, kind: Kind, data: Mapping[str, Any], namespace: Layer | None, known: Kinds
) -> Iterator[Found]:
    """Read one object of a list, and say what is wrong with how its labels are written.

    Its id is `CLUSTER/NAMESPACE/deployment.apps/NAME`; the last two are what `kubectl get -o name` prints.
    """
    named = {"apiVersion": kind.api_version, "kind": kind.kind, **data}
    resource, faults = read_object(Object(named, 0), "", _NOWHERE, known)
    place = "/".join(filter(None, (cluster, resource.namespace)))
    resource = replace(
        resource,
        id=f"{place}/{name_of(kind)}/{resource.name}",
        account=cluster,
        region="",
        line=None,
        inherited=(namespace,) if namespace else (),
        taggability=_settled(kind, data) or resource.taggability,
    )
    yield resource
    yield from (NotEvaluated(resource.id, fault) for fault in faults)


def name_of(kind: Kind) -> str:
    """Name a kind as kubectl does: `pod`, `deployment.apps`."""
    return f"{kind.kind}.{kind.group}".lower().rstrip(".")


def _settled(kind: Kind, data: Mapping[str, Any]) -> Taggability | None:
    """Say why an object that is over costs nothing any more: nobody can mend it, and nobody need."""
    if is_leaving(data):
        return Taggability(False, "it is being deleted")
    status = as_mapping(data.get("status"))
    if kind.name == "Pod" and status.get("phase") in _OVER:
        return Taggability(False, "it has ended, and costs nothing any more")
    if kind.name == "batch/Job" and any(map(_is_end, status.get("conditions") or ())):
        return Taggability(False, "it has ended, and costs nothing any more")
    return None


def _is_end(condition: object) -> bool:
    told = as_mapping(condition)
    return told.get("type") in _ENDED and told.get("status") == "True"
