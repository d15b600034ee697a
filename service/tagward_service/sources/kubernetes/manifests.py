"""Kubernetes manifests: objects, admission requests and lists, and where their labels count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from tagward.catalog import Kinds, KubernetesKind
from tagward.resource import Layer, Resource, Taggability
from tagward_service.sources.interface import Content, NotEvaluated, Place, Reading
from tagward_service.sources.kubernetes.documents import read_documents
from tagward_service.sources.kubernetes.labels import read_labels
from tagward_service.sources.kubernetes.objects import Found, find_objects
from tagward_service.sources.kubernetes.parts import OWN, Made, find_parts
from tagward_service.sources.kubernetes.templates import find_pod_template

NAMESPACE = "kubernetes:Namespace"
CATALOGUE = Kinds()
_NAMELESS = "(no name)"
# Their objects describe pods of others, as patterns and mutations.
_POLICY_ENGINES = ("kyverno.io", "gatekeeper.sh")
_OWN_ONLY = Made((), own_billed=True)
_NAME_IT = "; name it under `workloads` in the policy to judge it"

# Further kinds without a namespace (Kubernetes API reference; Kueue, cert-manager, Kyverno).
_CLUSTER_SCOPED = frozenset(
    """APIService CSIDriver CSINode ClusterIssuer ClusterPolicy ClusterQueue ClusterRole ClusterRoleBinding
    CustomResourceDefinition FlowSchema IngressClass MutatingAdmissionPolicy
    MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node PersistentVolume PriorityClass
    PriorityLevelConfiguration ResourceFlavor RuntimeClass StorageClass ValidatingAdmissionPolicy
    ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment""".split()  # noqa: SIM905
)


class Manifests(Struct, frozen=True):
    """The resources of one input, before the labels of the namespaces they live in are known."""

    reading: Reading
    namespaces: Mapping[str, Layer]


def read_manifests(content: Content, file: str, place: Place) -> Manifests:
    """Read the Kubernetes objects of one input; raise InputError or DecodeError when it cannot be read."""
    resources: list[Resource] = []
    notes: list[NotEvaluated] = []
    kinds = Kinds(place.workloads)
    for document in read_documents(content, file):
        for found in find_objects(document, file):
            if isinstance(found, NotEvaluated):
                notes.append(found)
                continue
            resource, faults = read_object(found, file, place, kinds)
            resources.append(resource)
            notes += (NotEvaluated(f"{file}:{found.line} {resource.address}", fault) for fault in faults)
    reading = Reading(file, "Kubernetes manifests", tuple(resources), tuple(notes))
    return Manifests(reading, _namespaces(resources))


def with_namespaces(inputs: Sequence[Manifests]) -> Iterator[Reading]:
    """Give every resource the labels of its namespace, from whichever input holds it; the last counts."""
    layers: dict[str, Layer] = {}
    for each in inputs:
        layers |= each.namespaces
    for each in inputs:
        yield replace(each.reading, resources=tuple(_placed(each.reading.resources, layers)))


def _placed(resources: Iterable[Resource], layers: Mapping[str, Layer]) -> Iterator[Resource]:
    for resource in resources:
        layer = layers.get(resource.namespace or "")
        yield replace(resource, inherited=(layer,)) if layer else resource


def _namespaces(resources: Iterable[Resource]) -> dict[str, Layer]:
    return {
        each.name: Layer("namespace", each.name, each.tags)
        for each in resources
        if each.type == NAMESPACE and each.name
    }


def read_object(
    found: Found, file: str, place: Place, kinds: Kinds = CATALOGUE
) -> tuple[Resource, tuple[str, ...]]:
    """Read one object: the resource that it is, and what is wrong with how its labels are written."""
    kind = kinds.find(found.group, found.kind)
    own = read_labels(found.metadata.get("labels"), OWN)
    made = find_parts(kind, found.data) if kind else _OWN_ONLY
    name = _name(found)
    resource = Resource(
        cloud="kubernetes",
        type=_type(found),
        native=f"{found.version} {found.kind}",
        address=f"{found.kind}/{name or _NAMELESS}",
        id=_text(found.metadata.get("uid")),
        name=name,
        account="",
        region="",
        namespace=_namespace(found, kind, place),
        file=file,
        line=found.line,
        place=OWN,
        tags=own.tags,
        parts=made.parts,
        own_billed=made.own_billed,
        taggability=_taggability(found, kind),
    )
    return resource, (*own.faults, *made.faults)


def _type(found: Found) -> str:
    return f"kubernetes:{found.group}/{found.kind}" if found.group else f"kubernetes:{found.kind}"


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, (Mapping, list)) else str(value)


def _name(found: Found) -> str:
    generated = _text(found.metadata.get("generateName"))
    return _text(found.metadata.get("name")) or (f"{generated}*" if generated else "")


def _namespace(found: Found, kind: KubernetesKind | None, place: Place) -> str | None:
    if found.kind in _CLUSTER_SCOPED if kind is None else not kind.namespaced:
        return ""
    return _text(found.metadata.get("namespace")) or found.namespace or place.namespace


def _taggability(found: Found, kind: KubernetesKind | None) -> Taggability:
    if kind is not None:
        return _of_workload(found, kind)
    if _type(found) == NAMESPACE:
        why = "a Namespace costs nothing itself; its labels count where a tag says `inherit: [namespace]`"
        return Taggability(False, why)
    template = None if found.group.endswith(_POLICY_ENGINES) else find_pod_template(found.data)
    if template is not None:
        holds = f"which holds a pod template at `{template.place()}`"
        why = f"no catalogue entry for {_type(found)}, {holds}{_NAME_IT}"
        return Taggability(None, why)
    why = f"labels on a {found.kind} reach no bill; name `{_type(found)}` in a rule's `on.types` to check it"
    return Taggability(False, why)


def _of_workload(found: Found, kind: KubernetesKind) -> Taggability:
    if not kind.runs:
        return Taggability(False, f"a {found.kind} runs nothing itself: what uses it is judged")
    about = f" ({kind.why})" if kind.why else ""
    return Taggability(True, f"the pods or volumes of a {found.kind} are billed{about}")
