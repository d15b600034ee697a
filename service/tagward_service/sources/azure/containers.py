"""The tags of what resources live in: their resource group and their subscription."""

import re

from tagward.resource import Layer, Tags
from tagward_service.sources.terraform.layers import RESOURCE_GROUP, SUBSCRIPTION

_GROUP = re.compile(r"/subscriptions/[^/]+/resourceGroups/([^/]+)(/.)?", re.IGNORECASE)


class Containers:
    """The subscription that is read, and its resource groups: the only rows that are kept in memory."""

    def __init__(self) -> None:
        self.subscription: tuple[Layer, ...] | None = None
        self._groups: dict[str, tuple[Layer, ...]] = {}
        self.strange: set[str] = set()
        """Resource groups that something lives in and nobody showed."""

    def add_subscription(self, name: str, tags: Tags) -> None:
        """Keep the tags of the subscription, which comes before its groups."""
        self.subscription = (Layer(SUBSCRIPTION, name, tags),)

    def add_group(self, name: str, tags: Tags) -> None:
        """Keep the tags of a resource group."""
        around = self.subscription or ()
        self._groups[name.casefold()] = (Layer(RESOURCE_GROUP, name, tags), *around)

    def around(self, identifier: str) -> tuple[Layer, ...]:
        """Return what a resource lives in, nearest first."""
        found = _GROUP.match(identifier)
        if found is None or not found[2]:
            return self.subscription or ()
        layers = self._groups.get(found[1].casefold())
        if layers is None:
            self.strange.add(found[1])
            return self.subscription or ()
        return layers
