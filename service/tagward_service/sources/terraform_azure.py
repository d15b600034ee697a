"""The types of Azure: `tags`, and the resource group and subscription that they live in."""

from msgspec.structs import replace

from tagward.resource import Resource, Tags
from tagward_service.sources.terraform_configuration import Provider
from tagward_service.sources.terraform_labels import Shown, strings
from tagward_service.sources.terraform_layers import RESOURCE_GROUP, SUBSCRIPTION
from tagward_service.sources.terraform_schema import AzureAttributes, Json, Marks, ResourceChange
from tagward_service.sources.terraform_types import CloudKind, Context
from tagward_service.sources.terraform_where import Where, of_azure, resource_group_of


class AzureKind(CloudKind[AzureAttributes]):
    """An Azure type with `tags`."""

    def __init__(self, native: str, provider: str) -> None:
        super().__init__(native, provider, "azure", AzureAttributes, ("tags",))
        self._group = "parent_id" if provider == "azapi" else "resource_group_name"

    def shown(self, after: AzureAttributes, unknown: Marks) -> Shown:
        """Return `tags`."""
        return Shown(after.tags, unknown.tags)

    def marked(self, marks: Marks) -> tuple[Json, Json]:
        """Return the marks of `tags`."""
        return marks.tags, None

    def plain(self, after: AzureAttributes, unknown: Marks, provider: Provider) -> Tags | None:
        """Return `tags` where they are known and the provider adds none."""
        if type(after.tags) is not dict or unknown.tags or provider.tags or provider.open:
            return None
        return strings(after.tags)

    def where(self, after: AzureAttributes, provider: Provider) -> Where:
        """Read the subscription and the location."""
        return of_azure(after, provider)

    def build(
        self, change: ResourceChange, context: Context, after: AzureAttributes, unknown: Marks
    ) -> Resource:
        """Add the resource group and the subscription that the file declares, and the type for azapi."""
        resource = super().build(change, context, after, unknown)
        if self.provider == "azapi" and type(after.type) is str and after.type:
            resource = replace(resource, type=f"azure:{after.type.split('@', 1)[0]}")
        if not context.layers or not context.layers.declared:
            return resource
        group = (RESOURCE_GROUP, self._group, resource_group_of(after))
        subscription = (SUBSCRIPTION, "subscription_id", resource.account)
        inherited = context.layers.of(change, group, subscription)
        return replace(resource, inherited=inherited) if inherited else resource
