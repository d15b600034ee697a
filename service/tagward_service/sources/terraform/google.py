"""The types of Google Cloud: `labels` under their several names, and the project that they live in."""

from collections.abc import Callable
from typing import TypeVar

from msgspec import UNSET
from msgspec.structs import replace

from tagward.resource import NO_TAGS, Resource, Tags
from tagward_service.sources.terraform.configuration import Provider
from tagward_service.sources.terraform.labels import Effective, Shown, strings
from tagward_service.sources.terraform.layers import PROJECT
from tagward_service.sources.terraform.schema import (
    ElsewhereAttributes,
    GoogleAttributes,
    Json,
    Marks,
    ResourceChange,
)
from tagward_service.sources.terraform.types import CloudKind, Context
from tagward_service.sources.terraform.where import Where, of_google

A = TypeVar("A", bound=GoogleAttributes)

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
ATTRIBUTION = "goog-terraform-provisioned"


class GoogleKind(CloudKind[A]):
    """A Google type with `labels`, and `effective_labels` with what the provider and others add."""

    def __init__(
        self,
        native: str,
        provider: str,
        schema: type[A],
        path: tuple[str, ...],
        where: Callable[[A, Provider], Where] = of_google,
    ) -> None:
        super().__init__(native, provider, "gcp", schema, path, where)

    def shown(self, after: A, unknown: Marks) -> Shown:
        """Return `labels`, and the widest map that is known, without the labels that Google adds."""
        own = after.labels
        return Shown(own, unknown.labels, *_merged(after, unknown, own))

    def marked(self, marks: Marks) -> tuple[Json, Json]:
        """Return the marks of the labels, and of the merged ones."""
        return _at(marks, self.path), marks.effective_labels

    def plain(self, after: A, unknown: Marks, provider: Provider) -> Tags | None:
        """Return `labels` where `effective_labels` is known and adds no more than the label of Terraform."""
        own, merged = after.labels, after.effective_labels
        if type(own) is not dict or type(merged) is not dict or provider.computed:
            return None
        added = len(merged) - len(own)
        if unknown.labels or unknown.effective_labels or added != (ATTRIBUTION in merged):
            return None
        return strings(own)

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
        inherited = context.layers.of(change, PROJECT, resource.account, "project")
        return replace(resource, inherited=inherited)


class ElsewhereKind(GoogleKind[ElsewhereAttributes]):
    """A Google type that keeps its labels under another name, or inside a block."""

    plain = CloudKind[ElsewhereAttributes].plain

    def shown(self, after: ElsewhereAttributes, unknown: Marks) -> Shown:
        """Return the labels from where they are, and the merged map where the type has one."""
        own = _at(after, self.path)
        return Shown(own, _at(unknown, self.path), *_merged(after, unknown, own))


def google_kind(native: str, provider: str) -> GoogleKind[GoogleAttributes] | ElsewhereKind:
    """Return how a Google type is read; the monitoring types keep their labels in `user_labels`."""
    path = ("user_labels",) if native.startswith("google_monitoring_") else _PLACES.get(native)
    if path:
        return ElsewhereKind(native, provider, ElsewhereAttributes, path, _elsewhere)
    return GoogleKind(native, provider, GoogleAttributes, ("labels",))


def _elsewhere(after: ElsewhereAttributes, provider: Provider) -> Where:
    """Read the project and the region; a project is where it is itself."""
    project, region = of_google(after, provider)
    return after.project_id if type(after.project_id) is str else project, region


def _merged(after: GoogleAttributes, unknown: Marks, own: Json) -> tuple[Json, Json]:
    """Return the widest map that is known, without what Google adds, and its marks."""
    if after.effective_labels is UNSET and after.terraform_labels is UNSET:
        return UNSET, unknown.effective_labels
    for merged, marks in (
        (after.effective_labels, unknown.effective_labels),
        (after.terraform_labels, unknown.terraform_labels),
    ):
        if type(merged) is dict:
            kept = own if type(own) is dict else NO_TAGS
            labels = {k: v for k, v in merged.items() if k in kept or not k.startswith(_GOOGLES_OWN)}
            return labels, marks
    return UNSET, unknown.effective_labels


def _at(attributes: ElsewhereAttributes | Marks, path: tuple[str, ...]) -> Json:
    """Return what lies at the path; of a block that is not there, null, and of an unknown one, its mark."""
    found = getattr(attributes, path[0])
    for name in path[1:]:
        if type(found) is list:
            found = found[0] if found else None
        if type(found) is dict:
            found = found.get(name, UNSET)
    return found
