"""The types of Google Cloud, and whether they take labels."""

from functools import cache

from msgspec import Struct

from tagward.catalog import gcp_constraints, native_types, terraform_type
from tagward.resource import Taggability

PROJECT = "cloudresourcemanager.googleapis.com/Project"

_LABELLED = Taggability(True, "it carries labels")
_KUBERNETES = Taggability(
    False,
    "Kubernetes objects are judged where they are, by `tagward scan kubernetes`, not by their labels here",
)


class GcpType(Struct, frozen=True):
    """One type: as tagward spells it, and whether it takes labels where none are seen."""

    type: str
    unlabelled: Taggability
    judged: bool = True

    def taggability(self, labelled: bool) -> Taggability:
        """Say whether a resource can carry labels; one that does can."""
        return _LABELLED if labelled and self.judged else self.unlabelled


@cache
def gcp_type(asset: str) -> GcpType:
    """Return a type by the name that Cloud Asset Inventory has for it."""
    if asset.partition("/")[0].endswith("k8s.io"):
        return GcpType(f"gcp:{asset}", _KUBERNETES, judged=False)
    return GcpType(f"gcp:{asset}", _by_catalogue(asset))


def _by_catalogue(asset: str) -> Taggability:
    """Say what Terraform, or else the list of custom constraints, knows of a type."""
    known = [found for native in native_types(f"gcp:{asset}") if (found := terraform_type(native))]
    takes = any(each.taggable for each in known) if known else None
    if takes is None:
        takes = True if asset in gcp_constraints().types else None
    if takes is None:
        return Taggability(
            None, f"it has no labels, and the catalogue does not know whether `{asset}` takes any"
        )
    return Taggability(takes, f"the catalogue says that `{asset}` takes {'labels' if takes else 'no labels'}")
