"""The types of Google Cloud: `labels` under their several names, and the project that they live in."""

from msgspec import UNSET
from msgspec.structs import replace

from tagward.resource import Resource, Tags
from tagward_service.sources.terraform_configuration import Provider
from tagward_service.sources.terraform_labels import Effective, Shown
from tagward_service.sources.terraform_layers import PROJECT
from tagward_service.sources.terraform_schema import (
    Attributes,
    Json,
    Marks,
    ResourceChange,
)
from tagward_service.sources.terraform_types import CloudKind, Context
from tagward_service.sources.terraform_where import Where, of_google

_PLACES = {
    "google_cloud_run_service": ("metadata", "labels"),
    "google_container_cluster": ("resource_labels",),
    "google_container_node_pool": ("node_config", "resource_labels"),
    "google_project": ("labels",),
    "google_sql_database_instance": ("settings", "user_labels"),
}
OUTSIDE = "set outside Terraform"
# Google puts labels of its own beside those of the user (goog-terraform-provisioned).
_GOOGLES_OWN = "goog-"


class GoogleKind(CloudKind):
    """A Google type with `labels`, and `effective_labels` with what the provider and others add."""

    def __init__(self, native: str, provider: str, path: tuple[str, ...]) -> None:
        super().__init__(native, provider, "gcp", path)

    def shown(self, after: Marks, unknown: Marks) -> Shown:
        """Return `labels`, and the widest map that is known, without the labels that Google adds."""
        return Shown(after.labels, unknown.labels, *_merged(after, unknown))

    def where(self, after: Attributes, provider: Provider) -> Where:
        """Read the project and the region."""
        return of_google(after, provider)

    def _effective(
        self, shown: Shown, provider: Provider, change: ResourceChange, context: Context
    ) -> Effective:
        """Merge as ever; without defaults in the provider, further labels were put there by somebody else."""
        if context.complete and not provider.tags and not provider.open:
            provider = provider._replace(origin=OUTSIDE)
        return super()._effective(shown, provider, change, context)

    def read(self, change: ResourceChange, context: Context) -> Resource:
        """Read one resource with the project that the file declares."""
        resource = super().read(change, context)
        if not context.layers or PROJECT not in context.layers.declared:
            return resource
        return replace(resource, inherited=context.layers.of(change, (PROJECT, "project", resource.account)))


class ElsewhereKind(GoogleKind):
    """A Google type that keeps its labels under another name, or inside a block."""

    def plain(self, after: Marks, unknown: Marks, provider: Provider) -> Tags | None:  # noqa: ARG002
        """Leave these types, which are few, to the thorough way: secrets inside blocks are not plain to see."""
        return None

    def shown(self, after: Marks, unknown: Marks) -> Shown:
        """Return the labels from where they are, and the merged map where the type has one."""
        return Shown(_at(after, self.path), _at(unknown, self.path), *_merged(after, unknown))

    def where(self, after: Attributes, provider: Provider) -> Where:
        """Read the project and the region; a project is where it is itself."""
        project, region = of_google(after, provider)
        return after.project_id if type(after.project_id) is str else project, region


def google_kind(native: str, provider: str) -> GoogleKind | ElsewhereKind:
    """Return how a Google type is read; the monitoring types keep their labels in `user_labels`."""
    path = ("user_labels",) if native.startswith("google_monitoring_") else _PLACES.get(native)
    if path:
        return ElsewhereKind(native, provider, path)
    return GoogleKind(native, provider, ("labels",))


def _merged(after: Marks, unknown: Marks) -> tuple[Json, Json]:
    for merged, marks in (
        (after.effective_labels, unknown.effective_labels),
        (after.terraform_labels, unknown.terraform_labels),
    ):
        if type(merged) is dict:
            return {key: value for key, value in merged.items() if not key.startswith(_GOOGLES_OWN)}, marks
    return UNSET, unknown.effective_labels


def _at(attributes: Marks, path: tuple[str, ...]) -> Json:
    """Return what lies at the path; of a block that is not there, null, and of an unknown one, its mark."""
    found = getattr(attributes, path[0])
    for name in path[1:]:
        if type(found) is list:
            found = found[0] if found else None
        if type(found) is dict:
            found = found.get(name, UNSET)
    return found
