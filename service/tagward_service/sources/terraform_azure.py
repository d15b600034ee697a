"""The types of Azure: `tags`, and the resource group and subscription that they live in."""

from msgspec.structs import replace

from tagward.resource import Resource
from tagward_service.sources.terraform_configuration import Provider
from tagward_service.sources.terraform_labels import Shown
from tagward_service.sources.terraform_layers import RESOURCE_GROUP, SUBSCRIPTION
from tagward_service.sources.terraform_schema import Attributes, Marks, ResourceChange
from tagward_service.sources.terraform_types import CloudKind, Context
from tagward_service.sources.terraform_where import Where, of_azure, resource_group_of


class AzureKind(CloudKind):
    """An Azure type with `tags`."""

    def __init__(self, native: str, provider: str) -> None:
        super().__init__(native, provider, "azure", ("tags",))
        self._group = "parent_id" if provider == "azapi" else "resource_group_name"

    def shown(self, after: Marks, unknown: Marks) -> Shown:
        """Return `tags`."""
        return Shown(after.tags, unknown.tags)

    def where(self, after: Attributes, provider: Provider) -> Where:
        """Read the subscription and the location."""
        return of_azure(after, provider)

    def read(self, change: ResourceChange, context: Context) -> Resource:
        """Read one resource with the resource group and the subscription that the file declares."""
        resource = super().read(change, context)
        after = change.change.after
        if after is None:
            return resource
        if self.provider == "azapi" and type(after.type) is str and after.type:
            resource = replace(resource, type=f"azure:{after.type.split('@', 1)[0]}")
        if context.layers and context.layers.declared:
            group = (RESOURCE_GROUP, self._group, resource_group_of(after))
            subscription = (SUBSCRIPTION, "subscription_id", resource.account)
            inherited = context.layers.of(change, group, subscription)
            return replace(resource, inherited=inherited) if inherited else resource
        return resource
