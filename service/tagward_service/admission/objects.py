"""The object of an admission request as a resource, and whether it is somebody's to judge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from tagward.catalog import Kinds
from tagward.policy import Policy
from tagward.resource import Layer, Resource, Tags, TagValue, Unknown
from tagward_service.admission.contract import Data, Head, Kind, Request
from tagward_service.sources.interface import Place
from tagward_service.sources.kubernetes.labels import read_labels
from tagward_service.sources.kubernetes.manifests import CATALOGUE, NAMESPACE, read_object, sort_of
from tagward_service.sources.kubernetes.objects import Found, as_mapping
from tagward_service.sources.kubernetes.parts import OWN

NOWHERE = Place()

_CLAIMANTS = ("system:serviceaccount:kube-system:statefulset-controller", "system:kube-controller-manager")
"""The controller of StatefulSets, with credentials of its own and with those that all controllers share."""

_FILLS_IN = "argoproj.io"
"""The group of workflows, whose labels may hold parameters that are known when they run."""


def resource_of(
    request: Request, data: Mapping[str, Any], namespace: Layer | None, kinds: Kinds = CATALOGUE
) -> Resource:
    """Read an object of a request, with the labels of the namespace that it lives in."""
    named = {"apiVersion": _version(request.kind), "kind": request.kind.kind, **data}
    found = Found(named, 0, request.namespace or None)
    resource, _ = read_object(found, "", NOWHERE, kinds)
    if _has_unknown(resource) and found.group != _FILLS_IN:
        resource = _as_written(resource)
    if resource.type == NAMESPACE or namespace is None:
        return resource
    return replace(resource, inherited=(namespace,))


def _has_unknown(resource: Resource) -> bool:
    if Unknown in map(type, resource.tags.values()):
        return True
    return bool(resource.parts) and any(Unknown in map(type, part.tags.values()) for part in resource.parts)


def _as_written(resource: Resource) -> Resource:
    """Take what looks like a placeholder for the text that it is: what would fill it in has run before."""
    parts = tuple(replace(part, tags=_texts(part.tags)) for part in resource.parts)
    return replace(resource, tags=_texts(resource.tags), parts=parts)


def _texts(tags: Tags) -> Tags:
    return {key: each if isinstance(each, str) else each.because for key, each in tags.items()}


def judged_part(request: Request, kinds: Kinds = CATALOGUE) -> Data:
    """Return the object of a request, or its head where nothing else is looked at."""
    head = request.head
    if isinstance(head, Head):
        version, kind = head.api_version or _version(request.kind), head.kind or request.kind.kind
        if sort_of(str(version), str(kind), kinds).is_one_thing:
            return {"apiVersion": version, "kind": kind, **request.outline}
    data: Data = request.object
    return data


def _version(kind: Kind) -> str:
    return f"{kind.group}/{kind.version}" if kind.group else kind.version or "v1"


def labels_around(request: Request, known: Tags | None) -> Tags | None:
    """Return the labels of the namespace of a request: as they were sent with it, else as they are known."""
    sent = request.namespace_object
    if not isinstance(sent, dict):
        return known
    return read_labels(as_mapping(sent.get("metadata")).get("labels"), OWN).tags


def namespace_layer(policy: Policy, name: str, labels: Tags | None) -> Layer | None:
    """Return the labels of a namespace as a layer.

    Where they are not known, the tags that may be inherited from it are unknown, so that nobody is refused
    for want of one that may be there.
    """
    if not name:
        return None
    if labels is None:
        labels = dict(_perhaps(policy, name))
    return Layer("namespace", name, labels)


def _perhaps(policy: Policy, name: str) -> Iterator[tuple[str, TagValue]]:
    for tag in policy.tags:
        if "namespace" in tag.inherit and "kubernetes" in tag.keys:
            yield tag.keys["kubernetes"], Unknown(f"the labels of namespace {name}")


def namespace_in(data: Mapping[str, Any]) -> str:
    """Return the namespace that an object names: callers other than an API server may say it only there."""
    named = as_mapping(data.get("metadata")).get("namespace")
    return named if isinstance(named, str) else ""


def is_leaving(data: Mapping[str, Any]) -> bool:
    """Say whether an object is being deleted: to refuse the removal of a finalizer would keep it for ever."""
    return as_mapping(data.get("metadata")).get("deletionTimestamp") is not None


def is_claimed(request: Request) -> bool:
    """Say whether a StatefulSet claims a volume, which names no owner.

    The template of the claim is judged with the StatefulSet. One that is older than the policy can never be
    changed: to refuse its claims would leave it without pods as soon as one moves.
    """
    is_claim = request.kind.kind == "PersistentVolumeClaim" and not request.kind.group
    return is_claim and request.user.username in _CLAIMANTS


def is_controlled(data: Mapping[str, Any]) -> bool:
    """Say whether a controller made the object, judged or not: it would undo what anybody else changes."""
    owners = as_mapping(data.get("metadata")).get("ownerReferences")
    return isinstance(owners, list) and any(as_mapping(each).get("controller") is True for each in owners)


def is_owned(data: Mapping[str, Any], kinds: Kinds = CATALOGUE) -> bool:
    """Say whether something that is judged itself made the object, and answers for its labels."""
    owners = as_mapping(data.get("metadata")).get("ownerReferences")
    return isinstance(owners, list) and any(_is_judged_controller(each, kinds) for each in owners)


def _is_judged_controller(owner: object, kinds: Kinds) -> bool:
    reference = as_mapping(owner)
    if reference.get("controller") is not True:
        return False
    group = str(reference.get("apiVersion", "")).rpartition("/")[0]
    kind = kinds.find(group, str(reference.get("kind", "")))
    return kind is not None and kind.runs
