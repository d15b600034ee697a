"""Which reader a resource gets: by its provider, or by its type where the provider is not told."""

from collections.abc import Callable

from tagward_service.sources.terraform_aws import aws_kind
from tagward_service.sources.terraform_azure import AzureKind
from tagward_service.sources.terraform_google import google_kind
from tagward_service.sources.terraform_schema import ResourceChange
from tagward_service.sources.terraform_types import Foreign, Kind

_READERS: dict[str, Callable[[str, str], Kind]] = {
    "aws": aws_kind,
    "awscc": aws_kind,
    "azurerm": AzureKind,
    "azapi": AzureKind,
    "google": google_kind,
    "google-beta": google_kind,
}
"""The providers whose resources carry tags that a policy reaches."""

_OTHER_LABELS = {
    "google_cloud_identity_group": "the labels of a Cloud Identity group say what kind of group it is",
}


class Kinds:
    """The readers of the types that one file uses, each made once."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str | None], Kind] = {}

    def of(self, change: ResourceChange) -> Kind:
        """Return the reader of a resource."""
        key = (change.type, change.provider_name)
        found = self._kinds.get(key)
        if found is None:
            found = self._kinds[key] = _kind(change.type, provider_of(change))
        return found


def provider_of(change: ResourceChange) -> str:
    """Return the provider's local name: the last part of its address, or else the prefix of the type."""
    name = (change.provider_name or "").rstrip("/").rsplit("/", 1)[-1]
    return name or change.type.split("_", 1)[0]


def _kind(native: str, provider: str) -> Kind:
    if native in _OTHER_LABELS:
        return Foreign(native, "gcp", _OTHER_LABELS[native])
    reader = _READERS.get(provider)
    if reader is not None:
        return reader(native, provider)
    if provider == "kubernetes":
        why = "Kubernetes objects are judged from their manifests, not from a Terraform plan"
    else:
        why = f"`{provider}` is not a cloud whose tags the policy can reach"
    return Foreign(native, provider, why)
