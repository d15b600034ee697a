"""Which reader a resource gets: by its provider, or by its type where the provider is not told."""

from collections.abc import Callable
from functools import cache
from typing import Any

from tagward_service.sources.terraform.aws import aws_kind
from tagward_service.sources.terraform.azure import AzureKind
from tagward_service.sources.terraform.google import google_kind
from tagward_service.sources.terraform.layers import MANIFESTS
from tagward_service.sources.terraform.types import Foreign, Kind

_READERS: dict[str, Callable[[str, str], Kind[Any]]] = {
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


class Kinds(dict[tuple[str, str | None], Kind[Any]]):
    """The readers of the types that one file uses, by type and provider, each made when it is asked for."""

    def __missing__(self, key: tuple[str, str | None]) -> Kind[Any]:
        kind = self[key] = _kind(key[0], provider_of(*key))
        return kind


def provider_of(native: str, provider: str | None) -> str:
    """Return the provider's local name: the last part of its address, or else the prefix of the type."""
    name = (provider or "").rstrip("/").rsplit("/", 1)[-1]
    return name or native.split("_", 1)[0]


@cache
def _kind(native: str, provider: str) -> Kind[Any]:
    if native in _OTHER_LABELS:
        return Foreign(native, "gcp", _OTHER_LABELS[native])
    if native in MANIFESTS:
        from tagward_service.sources.terraform.manifests import ManifestKind

        return ManifestKind(native)
    if provider == "kubernetes":
        from tagward_service.sources.terraform.kubernetes import kubernetes_kind

        return kubernetes_kind(native)
    reader = _READERS.get(provider)
    if reader is not None:
        return reader(native, provider)
    if native == "helm_release":
        why = "a plan does not show the manifests of a chart: render it with `helm template` and lint those"
    else:
        why = f"`{provider}` is not a cloud whose tags the policy can reach"
    return Foreign(native, provider, why)
