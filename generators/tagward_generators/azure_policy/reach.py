"""Which resources a definition is evaluated on, and what Azure Policy sees of them."""

from __future__ import annotations

from msgspec import Struct

from tagward_generators.selecting import Kind, Platform

CLOUD = "azure"
SURFACE = "cloud"

GROUP = "azure:Microsoft.Resources/resourceGroups"
SUBSCRIPTION = "azure:Microsoft.Resources/subscriptions"

CONTAINERS = {
    GROUP: "Microsoft.Resources/subscriptions/resourceGroups",
    SUBSCRIPTION: "Microsoft.Resources/subscriptions",
}
"""What a policy calls that which resources live in, and the type that Azure Policy asks for."""

_ADDRESS = {"address": "addresses in Terraform cannot be seen in Azure"}
_NAMELESS = {
    "name": "Azure Policy does not see the name of a subscription",
    "region": "a subscription is in no region",
}


class Reach(Struct, frozen=True):
    """Resources that are evaluated alike: those that mode `Indexed` finds, or those of one container type."""

    name: str
    platform: Platform
    kind: Kind | None = None

    @property
    def mode(self) -> str:
        """The mode of the definition."""
        return "All" if self.kind else "Indexed"


def _sees(*layers: str, **blind: str) -> Platform:
    return Platform(CLOUD, SURFACE, layers, lacks=frozenset({"namespace"}), blind=_ADDRESS | blind)


RESOURCES = Reach("resources", _sees("resource-group", "subscription"))
GROUPS = Reach("resource groups", _sees("subscription"), Kind(GROUP, ("azurerm_resource_group",)))
SUBSCRIPTIONS = Reach("subscriptions", _sees(**_NAMELESS), Kind(SUBSCRIPTION, ("azurerm_subscription",)))

REACHES = (RESOURCES, GROUPS, SUBSCRIPTIONS)
