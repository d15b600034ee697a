"""Which clouds a selector can reach."""

from collections.abc import Iterable, Mapping

from tagward.globs import matcher, split
from tagward.policy import CLOUDS, Requirement, Selector

NATIVE_PREFIXES = {
    "aws": ("aws:", "aws_", "awscc_", "AWS::"),
    "azure": ("azure:", "azurerm_", "azapi_"),
    "gcp": ("gcp:", "google_"),
    "kubernetes": ("kubernetes:", "kubernetes_"),
}
"""How the types of a cloud begin, in its own spelling and in those of Terraform and CloudFormation."""


def cloud_of_type(type_glob: str) -> str | None:
    """Return the cloud that a type or a glob of types belongs to, if it can be told from its beginning."""
    for cloud, prefixes in NATIVE_PREFIXES.items():
        if type_glob.startswith(prefixes):
            return cloud
    return None


def service_of(resource_type: str) -> str:
    """Return the service that a type belongs to: `ec2`, `Microsoft.Compute`, `compute`, `apps`; "" if untold.

    The types of the core group of Kubernetes, which has no name, are of `core`.
    """
    cloud, _, rest = resource_type.partition(":")
    if cloud == "kubernetes":
        return rest.rpartition("/")[0] or "core"
    if cloud == "aws":
        return rest.partition(":")[0]
    return rest.partition("/")[0].removesuffix(".googleapis.com") if cloud in ("azure", "gcp") else ""


def reachable(selector: Selector, scopes: Mapping[str, Selector] = {}) -> frozenset[str]:
    """Return the clouds on which a selector can hold at all; of a scope that is not known, on any."""
    clouds = _of_kind(selector) & _of_scopes(selector, scopes)
    if any(not glob.startswith("!") for glob in selector.namespaces):
        clouds &= {"kubernetes"}
    if any(not glob.startswith("!") for glob in (*selector.accounts, *selector.regions)):
        clouds -= {"kubernetes"}
    return clouds


def _of_scopes(selector: Selector, scopes: Mapping[str, Selector]) -> frozenset[str]:
    """Return the clouds on which one of the scopes can hold that a selector includes; all without any."""
    including, _ = split(selector.scopes)
    if not including or any(name not in scopes for name in including):
        return frozenset(CLOUDS)
    return frozenset().union(*(scope_reachable(scopes[name]) for name in including))


def scope_reachable(scope: Selector) -> frozenset[str]:
    """Return the clouds on which a scope can hold: those that have one of the places it names."""
    places: frozenset[str] = frozenset()
    if scope.namespaces:
        places |= {"kubernetes"}
    if scope.accounts or scope.regions:
        places |= frozenset(CLOUDS) - {"kubernetes"}
    return _of_kind(scope) & places if places else _of_kind(scope)


def _of_kind(selector: Selector) -> frozenset[str]:
    """Return the clouds that the clouds and types of a selector leave."""
    clouds = frozenset(filter(matcher(selector.clouds), CLOUDS)) if selector.clouds else frozenset(CLOUDS)
    including, _ = split(selector.types)
    by_type = {cloud_of_type(glob) for glob in including}
    return clouds & by_type if including and None not in by_type else clouds


def named(selector: Selector) -> frozenset[str]:
    """Return the clouds that a selector names, by itself or by a type."""
    including, _ = split(selector.clouds)
    by_name = frozenset(cloud for cloud in CLOUDS if cloud in including)
    return by_name | {cloud for cloud in map(cloud_of_type, split(selector.types)[0]) if cloud}


def clouds_of(requirements: Iterable[Requirement], scopes: Mapping[str, Selector] = {}) -> frozenset[str]:
    """Return the clouds on which a tag with these requirements can be used; all without requirements."""
    every = tuple(requirements)
    if not every:
        return frozenset(CLOUDS)
    return frozenset().union(*(reachable(each.on, scopes) for each in every))
