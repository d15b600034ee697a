"""The tags of what a resource lives in: resource group, subscription, project."""

from collections.abc import Callable, Iterable

from tagward.resource import Layer, Resource
from tagward_service.sources.terraform_configuration import Configuration
from tagward_service.sources.terraform_schema import ResourceChange, will_exist

RESOURCE_GROUP = "resource-group"
SUBSCRIPTION = "subscription"
PROJECT = "project"
CONTAINERS = {
    "azurerm_resource_group": RESOURCE_GROUP,
    "azurerm_subscription": SUBSCRIPTION,
    "google_project": PROJECT,
}
"""Types whose tags may be inherited by what lives in them, and the origin that such tags have."""

Read = Callable[[ResourceChange], Resource]


class Layers:
    """The containers that one file declares, read when somebody asks for the first time."""

    def __init__(self, changes: Iterable[ResourceChange], read: Read, configuration: Configuration) -> None:
        self._declared = [each for each in changes if each.type in CONTAINERS and will_exist(each)]
        self.declared = {CONTAINERS[each.type] for each in self._declared}
        """The origins that any container here is of."""
        self._read = read
        self._configuration = configuration
        self._by_name: dict[tuple[str, str], list[Resource]] | None = None
        self._by_address: dict[str, tuple[str, Resource]] = {}

    def of(self, change: ResourceChange, *wanted: tuple[str, str, str | None]) -> tuple[Layer, ...]:
        """Return the layers of a resource; each is wanted by origin, by attribute, and by name if known."""
        own = CONTAINERS.get(change.type)
        if own in (SUBSCRIPTION, PROJECT):
            return ()
        found = [self._layer(change, *each) for each in wanted if each[0] in self.declared and each[0] != own]
        return tuple(layer for layer in found if layer)

    def _layer(self, change: ResourceChange, origin: str, attribute: str, name: str | None) -> Layer | None:
        if self._by_name is None:
            self._by_name = {}
            self._index(self._by_name)
        found = self._by_name.get((origin, name.casefold()), []) if name else []
        if name is None or len(found) > 1:
            references = self._configuration.references(change, attribute)
            mentioned = filter(None, map(self._mentioned, references))
            found = [resource for kind, resource in mentioned if kind == origin]
        return Layer(origin, found[0].name, found[0].tags) if len(found) == 1 else None

    def _index(self, by_name: dict[tuple[str, str], list[Resource]]) -> None:
        for change in self._declared:
            origin, resource = CONTAINERS[change.type], self._read(change)
            # A group goes by its name, a subscription or a project by its id.
            name = resource.name if origin == RESOURCE_GROUP else resource.account or resource.name
            by_name.setdefault((origin, name.casefold()), []).append(resource)
            self._by_address[resource.address] = (origin, resource)

    def _mentioned(self, reference: str) -> tuple[str, Resource] | None:
        while reference and reference not in self._by_address:
            reference = reference.rpartition(".")[0]
        return self._by_address.get(reference)
