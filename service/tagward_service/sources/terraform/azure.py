"""The types of Azure: `tags`, and the resource group and subscription that they live in."""

from msgspec.structs import replace

from tagward.resource import Layer, Resource, Tags
from tagward_service.sources.terraform.configuration import Provider
from tagward_service.sources.terraform.labels import Shown, strings
from tagward_service.sources.terraform.layers import RESOURCE_GROUP, SUBSCRIPTION, Layers
from tagward_service.sources.terraform.schema import AzureAttributes, Json, Marks, ResourceChange
from tagward_service.sources.terraform.types import CloudKind, Context
from tagward_service.sources.terraform.where import of_azure, resource_group_of, subscription_of


class AzureKind(CloudKind[AzureAttributes]):
    """An Azure type with `tags`."""

    def __init__(self, native: str, provider: str) -> None:
        super().__init__(native, provider, "azure", AzureAttributes, ("tags",), of_azure)
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

    def read(self, change: ResourceChange, context: Context) -> Resource:
        """Read one resource with the layers that the file declares, and the type that azapi is told."""
        after, layers = self.attributes(change.change.after), context.layers
        inherited = self._inherited(change, after, layers) if layers and layers.declared else ()
        resource = self.build(change, context, after, inherited)
        if self.provider == "azapi" and type(after.type) is str and after.type:
            return replace(resource, type=f"azure:{after.type.split('@', 1)[0]}")
        return resource

    def _inherited(self, change: ResourceChange, after: AzureAttributes, layers: Layers) -> tuple[Layer, ...]:
        found: tuple[Layer, ...] = ()
        if RESOURCE_GROUP in layers.declared:
            found += layers.of(change, RESOURCE_GROUP, resource_group_of(after), self._group)
        if SUBSCRIPTION in layers.declared:
            found += layers.of(change, SUBSCRIPTION, subscription_of(after), "subscription_id")
        return found
