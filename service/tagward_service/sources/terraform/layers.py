"""The tags of what a resource lives in: resource group, subscription, project, namespace."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tagward.resource import Layer, Resource
from tagward_service.sources.terraform.configuration import Configuration
from tagward_service.sources.terraform.schema import ResourceChange, will_exist

RESOURCE_GROUP = "resource-group"
SUBSCRIPTION = "subscription"
PROJECT = "project"
NAMESPACE = "namespace"
CONTAINERS = {
    "azurerm_resource_group": RESOURCE_GROUP,
    "azurerm_subscription": SUBSCRIPTION,
    "google_project": PROJECT,
}
"""Types whose tags may be inherited by what lives in them, and the origin that such tags have."""

_NAMESPACES = ("kubernetes_namespace", "kubernetes_namespace_v1")
MANIFESTS = ("kubernetes_manifest", "kubectl_manifest")
"""Types whose resources are Kubernetes objects, whoever provides them: a namespace may be among them."""

_INSIDE_NOTHING = {
    RESOURCE_GROUP: ("azurerm_resource_group", "azurerm_subscription"),
    SUBSCRIPTION: ("azurerm_subscription",),
    PROJECT: ("google_project",),
    NAMESPACE: (),
}
"""The types that no container of an origin can hold."""

_NAMESPACE_TYPE = "kubernetes:Namespace"

Read = Callable[[ResourceChange], Resource]


class _Declared(NamedTuple):
    """A container, and the configuration of the provider that makes it."""

    layer: Layer
    provider: str


class Layers:
    """The containers that one file declares, read when somebody asks for the first time."""

    def __init__(self, changes: Iterable[ResourceChange], read: Read, configuration: Configuration) -> None:
        self._declared = [each for each in changes if _origin(each) and will_exist(each)]
        self.declared = {_origin(each) for each in self._declared}
        """The origins that any container here is of."""
        self._read = read
        self._configuration = configuration
        self._by_name: dict[tuple[str, str], list[_Declared]] | None = None
        self._by_address: dict[str, _Declared] = {}

    def of(self, change: ResourceChange, origin: str, name: str | None, *path: str) -> tuple[Layer, ...]:
        """Return the container of a declared origin that a resource names, or refers to at a path."""
        if change.type in _INSIDE_NOTHING[origin]:
            return ()
        if self._by_name is None:
            self._by_name = {}
            self._index(self._by_name)
        found = self._by_name.get((origin, name.casefold()), []) if name else []
        if origin == NAMESPACE:
            here = self._provider(change)
            found = [each for each in found if _may_be_one_cluster(each.provider, here)]
        if name is None or len(found) > 1:
            references = self._configuration.references(change, *path)
            mentioned = filter(None, map(self._mentioned, references))
            found = [each for each in mentioned if each.layer.origin == origin]
        return (found[0].layer,) if len(found) == 1 else ()

    def _index(self, by_name: dict[tuple[str, str], list[_Declared]]) -> None:
        for change in self._declared:
            origin, resource = _origin(change), self._read(change)
            if origin == NAMESPACE and resource.type != _NAMESPACE_TYPE:
                continue
            declared = _Declared(
                Layer(origin, resource.name, resource.tags, resource.open), self._provider(change)
            )
            # A group goes by its name, a subscription or a project by its id.
            by_id = origin in (SUBSCRIPTION, PROJECT)
            name = resource.account or resource.name if by_id else resource.name
            by_name.setdefault((origin, name.casefold()), []).append(declared)
            self._by_address[resource.address] = declared

    def _provider(self, change: ResourceChange) -> str:
        name = (change.provider_name or "").rpartition("/")[2]
        return self._configuration.provider(name, change).key

    def _mentioned(self, reference: str) -> _Declared | None:
        while reference and reference not in self._by_address:
            reference = reference.rpartition(".")[0]
        return self._by_address.get(reference)


def _origin(change: ResourceChange) -> str:
    """Return the origin that a change may be a container of, "" for none."""
    if change.type in MANIFESTS:
        return NAMESPACE if b"Namespace" in bytes(change.change.after) else ""
    if change.type in _NAMESPACES:
        return NAMESPACE
    return CONTAINERS.get(change.type, "")


def _may_be_one_cluster(one: str, other: str) -> bool:
    """Say whether two configurations may be of one cluster: of one provider, only the same one is."""
    return one == other or _provider_name(one) != _provider_name(other)


def _provider_name(key: str) -> str:
    return key.rpartition(":")[2].partition(".")[0]
