"""Kubernetes manifests: objects, admission requests and lists, and where their labels count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from tagward.catalog import Kinds, KubernetesKind
from tagward.resource import Layer, Resource, Taggability
from tagward_service.sources.interface import Content, NotEvaluated, Place, Reading
from tagward_service.sources.kubernetes.documents import read_documents
from tagward_service.sources.kubernetes.labels import read_labels
from tagward_service.sources.kubernetes.objects import Data, Found, find_objects
from tagward_service.sources.kubernetes.parts import OWN, Made, find_parts, is_one_thing
from tagward_service.sources.kubernetes.templates import find_pod_template
from tagward_service.sources.kubernetes.unseen import Unseen

NAMESPACE = "kubernetes:Namespace"
CATALOGUE = Kinds()
_NAMELESS = "(no name)"
# Their objects describe pods of others, as patterns and mutations.
_POLICY_ENGINES = ("kyverno.io", "gatekeeper.sh")
_SORTS, _LONGEST = 1_024, 512
"""So many kinds are remembered, and of so many characters at most: strangers may name any."""
_OWN_ONLY = Made((), own_billed=True)
_NAME_IT = "; name it under `workloads` in the policy to judge it"

# Further kinds without a namespace (Kubernetes API reference; Kueue, cert-manager, Kyverno).
_CLUSTER_SCOPED = frozenset(
    """APIService CSIDriver CSINode CertificateSigningRequest ClusterIssuer ClusterPolicy ClusterQueue
    ClusterRole ClusterRoleBinding CustomResourceDefinition FlowSchema IngressClass MutatingAdmissionPolicy
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
        each.name: Layer("namespace", each.name, each.tags, each.open)
        for each in resources
        if each.type == NAMESPACE and each.name
    }


def read_object(
    found: Found, file: str, place: Place, kinds: Kinds = CATALOGUE
) -> tuple[Resource, tuple[str, ...]]:
    """Read one object: the resource that it is, and what is wrong with how its labels are written."""
    sort = sort_of(found.version, found.kind, kinds)
    metadata = found.metadata
    own = read_labels(metadata.get("labels"), OWN)
    made = _OWN_ONLY if sort.known is None or sort.is_one_thing else find_parts(sort.known, found.data)
    name = _name(metadata)
    resource = Resource(
        cloud="kubernetes",
        type=sort.type,
        native=sort.native,
        address=f"{sort.kind}/{name or _NAMELESS}",
        id=_text(metadata.get("uid")),
        name=name,
        account="",
        region="",
        namespace=_namespace(found, place) if sort.is_namespaced else "",
        file=file,
        line=found.line,
        place=OWN,
        tags=own.tags,
        open=own.open,
        parts=made.parts,
        own_billed=made.own_billed,
        taggability=sort.taggability or _told_by_content(sort, found.data),
    )
    return resource, (*own.faults, *made.faults)


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, (Mapping, list)) else str(value)


def _name(metadata: Data) -> str:
    generated = _text(metadata.get("generateName"))
    return _text(metadata.get("name")) or (f"{generated}*" if generated else "")


def _namespace(found: Found, place: Place) -> str | None:
    if isinstance(found.metadata.get("namespace"), Unseen):
        return None
    return _text(found.metadata.get("namespace")) or found.namespace or place.namespace


class Sort(Struct, frozen=True):
    """What all objects of one version and kind have in common; where `taggability` is None, they differ."""

    group: str
    kind: str
    type: str
    native: str
    known: KubernetesKind | None
    is_one_thing: bool
    is_namespaced: bool
    taggability: Taggability | None


def sort_of(version: str, kind: str, kinds: Kinds = CATALOGUE) -> Sort:
    """Look up a kind of a version, `group/version`."""
    looked_up = _look_up if len(version) + len(kind) <= _LONGEST else _look_up.__wrapped__
    return looked_up(version, kind, kinds)


@lru_cache(_SORTS)
def _look_up(version: str, kind: str, kinds: Kinds) -> Sort:
    group = version.rpartition("/")[0]
    type_ = f"kubernetes:{group}/{kind}" if group else f"kubernetes:{kind}"
    known = kinds.find(group, kind)
    return Sort(
        group,
        kind,
        type_,
        native=f"{version} {kind}",
        known=known,
        is_one_thing=known is not None and is_one_thing(known),
        is_namespaced=kind not in _CLUSTER_SCOPED if known is None else known.namespaced,
        taggability=_taggability(type_, kind, known),
    )


def _taggability(type_: str, kind: str, known: KubernetesKind | None) -> Taggability | None:
    if known is None:
        why = "a Namespace costs nothing itself; its labels count where a tag says `inherit: [namespace]`"
        return Taggability(False, why) if type_ == NAMESPACE else None
    if not known.runs:
        return Taggability(False, f"a {kind} runs nothing itself: what uses it is judged")
    about = f" ({known.why})" if known.why else ""
    return Taggability(True, f"the pods or volumes of a {kind} are billed{about}")


def _told_by_content(sort: Sort, data: Data) -> Taggability:
    template = None if sort.group.endswith(_POLICY_ENGINES) else find_pod_template(data)
    if template is not None:
        holds = f"which holds a pod template at `{template.place()}`"
        return Taggability(None, f"no catalogue entry for {sort.type}, {holds}{_NAME_IT}")
    why = f"labels on a {sort.kind} reach no bill; name `{sort.type}` in a rule's `on.types` to check it"
    return Taggability(False, why)
