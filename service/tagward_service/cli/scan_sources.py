"""The clouds that can be scanned: each one entry, its options, and how its source is made."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.util import find_spec
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from tagward.errors import UsageError
from tagward_service.cli import options
from tagward_service.cli.settings import Settings

if TYPE_CHECKING:
    from tagward.policy import Policy
    from tagward_service.scan.interface import Permission, Source
    from tagward_service.store.interface import Store

ACCOUNTS = options.Option(
    name="accounts",
    metavar="ID,..",
    many=True,
    help="accounts to scan; all active ones of the organization if not given, or the caller's own",
)
REGIONS = options.Option(
    name="regions", metavar="NAME,..", many=True, help="regions to scan; all enabled ones if not given"
)
SERVICES = options.Option(
    name="services",
    metavar="NAME,..",
    many=True,
    help="services to scan, as ec2; all if not given",
)
PROFILE = options.Option(name="profile", metavar="NAME", help="profile of the AWS configuration")
ROLE = options.Option(
    name="role",
    metavar="NAME",
    default="OrganizationAccountAccessRole",
    help="role to take in the other accounts",
)
EXTERNAL_ID = options.Option(name="external_id", metavar="ID", help="external id that the role asks for")
INVENTORY = options.Option(
    name="inventory",
    choices=("auto", "services", "config", "explorer"),
    default="auto",
    help="list by an aggregator of AWS Config, by Resource Explorer, or by services one by one; auto takes "
    "what is there and can be trusted",
)
SUBSCRIPTIONS = options.Option(
    name="subscriptions",
    metavar="ID,..",
    many=True,
    help="subscriptions to scan; all that can be seen if not given",
)
MANAGEMENT_GROUP = options.Option(
    name="management_group", metavar="NAME", help="scan the subscriptions under a management group"
)
SCOPE = options.Option(
    name="scope",
    metavar="SCOPE,..",
    many=True,
    help="organizations/ID, folders/ID or projects/ID",
)
CONTEXTS = options.Option(
    name="contexts",
    metavar="NAME,..",
    many=True,
    help="contexts of the kubeconfig, NAME=CONTEXT to call the cluster NAME; the current one if not given",
)


class Cloud(Struct, frozen=True):
    """What can be scanned; `sdk` is a module that must be there.

    `after` asks what a scan does not, and says it in lines.
    """

    what: str
    options: tuple[options.Option, ...]
    sdk: str
    make: Callable[[Settings, Policy], Source]
    allow: Callable[[Settings, Policy], tuple[Permission, ...]]
    examples: tuple[str, ...]
    after: Callable[[Store, Policy, Settings], list[str]] | None = None


def _aws(settings: Settings, _policy: Policy) -> Source:
    from tagward_service.sources.aws import CHOICES, source

    inventory = next(each for each in CHOICES if each == settings.text("inventory"))
    return source(
        accounts=_accounts(settings),
        regions=several(settings, "regions") or None,
        services=_services(settings),
        profile=settings.text("profile"),
        role=settings.text("role") or "",
        external_id=settings.text("external_id"),
        inventory=inventory,
    )


def _accounts(settings: Settings) -> tuple[str, ...] | None:
    from tagward.diagnostics import quoted

    named = several(settings, "accounts")
    wrong = next((each for each in named if not re.fullmatch("[0-9]{12}", each)), None)
    if wrong is not None:
        raise UsageError(f"{settings.origin('accounts')}: {quoted(wrong)} is no account id of 12 digits")
    return named or None


def _services(settings: Settings) -> tuple[str, ...] | None:
    from tagward.diagnostics import did_you_mean, quoted
    from tagward_service.sources.aws import SERVICES

    named = several(settings, "services")
    for each in named:
        if each not in SERVICES:
            guess = did_you_mean(each, SERVICES)
            hint = f"did you mean `{guess}`?" if guess else f"there are: {', '.join(SERVICES)}"
            raise UsageError(f"{settings.origin('services')}: no service {quoted(each)} is known; {hint}")
    return named or None


def _aws_permissions(settings: Settings, _policy: Policy) -> tuple[Permission, ...]:
    from tagward_service.sources.aws.permissions import permissions

    return permissions(_services(settings), settings.text("role") or "")


def _billed_tags(store: Store, policy: Policy, settings: Settings) -> list[str]:
    from tagward_service.cli.scan_billing import billed_tags

    return billed_tags(store, policy, settings)


def _azure(settings: Settings, _policy: Policy) -> Source:
    from tagward_service.sources.azure.source import AzureSource

    return AzureSource(
        several(settings, "subscriptions"), management_group=settings.text("management_group") or ""
    )


def _azure_permissions(settings: Settings, _policy: Policy) -> tuple[Permission, ...]:
    from tagward_service.sources.azure.permissions import permissions

    return permissions([f"/subscriptions/{each}" for each in several(settings, "subscriptions")])


def _gcp(settings: Settings, _policy: Policy) -> Source:
    from tagward_service.sources.gcp.source import GcpSource

    return GcpSource(several(settings, "scope"))


def _gcp_permissions(settings: Settings, _policy: Policy) -> tuple[Permission, ...]:
    from tagward_service.sources.gcp.permissions import permissions

    return permissions(several(settings, "scope"))


def _kubernetes(settings: Settings, policy: Policy) -> Source:
    from tagward.catalog import Kinds
    from tagward_service.cli.exempting import exempt_namespaces
    from tagward_service.sources.kubernetes.cluster.connecting import connections
    from tagward_service.sources.kubernetes.cluster.source import KubernetesSource

    exempt = exempt_namespaces(settings, several(settings, "exempt_namespace"))
    return KubernetesSource(connections(several(settings, "contexts")), Kinds(policy.workloads), exempt)


def _kubernetes_permissions(_settings: Settings, policy: Policy) -> tuple[Permission, ...]:
    from tagward.catalog import Kinds
    from tagward_service.sources.kubernetes.cluster.permissions import permissions

    return permissions(Kinds(policy.workloads))


CLOUDS = {
    "aws": Cloud(
        what="AWS accounts",
        options=(ACCOUNTS, REGIONS, SERVICES, INVENTORY, ROLE, EXTERNAL_ID, PROFILE),
        sdk="botocore",
        make=_aws,
        allow=_aws_permissions,
        examples=(
            "aws",
            "aws --regions eu-west-1 --role tagward-scan",
            "aws --print-permissions",
        ),
        after=_billed_tags,
    ),
    "azure": Cloud(
        what="Azure subscriptions",
        options=(SUBSCRIPTIONS, MANAGEMENT_GROUP),
        sdk="azure.mgmt.resourcegraph",
        make=_azure,
        allow=_azure_permissions,
        examples=("azure", "azure --management-group ml --store postgresql://tagward@db/tagward"),
    ),
    "gcp": Cloud(
        what="Google Cloud projects",
        options=(SCOPE,),
        sdk="google.cloud.asset_v1",
        make=_gcp,
        allow=_gcp_permissions,
        examples=("gcp --scope organizations/123456789", "gcp --scope projects/ml-prod,projects/ml-dev"),
    ),
    "kubernetes": Cloud(
        what="Kubernetes clusters",
        options=(CONTEXTS, options.EXEMPT_NAMESPACE),
        sdk="kubernetes",
        make=_kubernetes,
        allow=_kubernetes_permissions,
        examples=("kubernetes", "kubernetes --contexts prod-eu,prod-us --store tagward.db"),
    ),
}


def source(name: str, settings: Settings, policy: Policy) -> Source:
    """Make the source of a cloud; raises UsageError where its SDK is missing."""
    require(name)
    return CLOUDS[name].make(settings, policy)


def require(name: str) -> None:
    """Raise UsageError, saying what to install, where the SDK of a cloud or the store is missing."""
    for module in (CLOUDS[name].sdk, "sqlalchemy", "pyarrow"):
        if not _is_installed(module):
            raise UsageError(f"`tagward scan {name}` needs an extra: pip install 'tagward[{name}]'")


def several(settings: Settings, name: str) -> tuple[str, ...]:
    """Return the values of an option that takes them by commas, and may be given several times.

    Raises UsageError for a value that is given and empty: left out, the option means everything.
    """
    found = [[part.strip() for part in text.split(",") if part.strip()] for text in settings.texts(name)]
    if settings.origin(name) != "default" and not (found and all(found)):
        raise UsageError(f"{settings.origin(name)}: the value is empty; name some, or leave the option out")
    return tuple(chain.from_iterable(found))


def refuse_empty(name: str, settings: Settings) -> None:
    """Raise UsageError where an option of a cloud that takes several values is given none."""
    for each in CLOUDS[name].options:
        if each.many:
            several(settings, each.name)


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
