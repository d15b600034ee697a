"""The tags of what a resource lives in: resource group, subscription, project."""

from collections.abc import Callable, Iterable

from tagward.resource import Layer, Resource
from tagward_service.sources.terraform.configuration import Configuration
from tagward_service.sources.terraform.schema import ResourceChange, will_exist

RESOURCE_GROUP = "resource-group"
SUBSCRIPTION = "subscription"
PROJECT = "project"
CONTAINERS = {
    "azurerm_resource_group": RESOURCE_GROUP,
    "azurerm_subscription": SUBSCRIPTION,
    "google_project": PROJECT,
}
"""Types whose tags may be inherited by what lives in them, and the origin that such tags have."""

_INSIDE_NOTHING = {
    RESOURCE_GROUP: ("azurerm_resource_group", "azurerm_subscription"),
    SUBSCRIPTION: ("azurerm_subscription",),
    PROJECT: ("google_project",),
}
"""The types that no container of an origin can hold."""

NONE: list[Layer] = []

Read = Callable[[ResourceChange], Resource]


class Layers:
    """The containers that one file declares, read when somebody asks for the first time."""

    def __init__(self, changes: Iterable[ResourceChange], read: Read, configuration: Configuration) -> None:
        self._declared = [each for each in changes if each.type in CONTAINERS and will_exist(each)]
        self.declared = {CONTAINERS[each.type] for each in self._declared}
        """The origins that any container here is of."""
        self._read = read
        self._configuration = configuration
        self._by_name: dict[tuple[str, str], list[Layer]] | None = None
        self._by_address: dict[str, Layer] = {}

    def of(self, change: ResourceChange, origin: str, attribute: str, name: str | None) -> tuple[Layer, ...]:
        """Return the container of a declared origin that a resource names or refers to, if it is in one."""
        if change.type in _INSIDE_NOTHING[origin]:
            return ()
        if self._by_name is None:
            self._by_name = {}
            self._index(self._by_name)
        found = self._by_name.get((origin, name.casefold()), NONE) if name else NONE
        if name is None or len(found) > 1:
            references = self._configuration.references(change, attribute)
            mentioned = filter(None, map(self._mentioned, references))
            found = [layer for layer in mentioned if layer.origin == origin]
        return (found[0],) if len(found) == 1 else ()

    def _index(self, by_name: dict[tuple[str, str], list[Layer]]) -> None:
        for change in self._declared:
            origin, resource = CONTAINERS[change.type], self._read(change)
            layer = Layer(origin, resource.name, resource.tags)
            # A group goes by its name, a subscription or a project by its id.
            name = resource.name if origin == RESOURCE_GROUP else resource.account or resource.name
            by_name.setdefault((origin, name.casefold()), []).append(layer)
            self._by_address[resource.address] = layer

    def _mentioned(self, reference: str) -> Layer | None:
        while reference and reference not in self._by_address:
            reference = reference.rpartition(".")[0]
        return self._by_address.get(reference)
