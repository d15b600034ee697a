"""What is deployed, read by the official SDK of each platform; the one place that knows them all."""

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec

from msgspec import Struct

from tagward.errors import UsageError
from tagward_service.drift.sides import Found, Objects


class Wanted(Struct, frozen=True):
    """What to look for: the names that are compiled, and others that begin with the name of the policy.

    `scope` is where: a subscription or management group of Azure, an organization, folder or project of
    Google Cloud, a context of Kubernetes; None is what the SDK takes by default.
    """

    policy: str
    compiled: Objects
    scope: str | None = None

    def takes(self, name: str) -> bool:
        """Say whether something deployed is of this policy: compiled now, or numbered as if it had been."""
        return name in self.compiled or re.fullmatch(rf"{re.escape(self.policy)}-[0-9]+", name) is not None


Read = Callable[[Wanted], Found]

READERS = {
    "aws-scp": ("aws", "service_control_policies"),
    "aws-tag-policy": ("aws", "tag_policies"),
    "azure-policy": ("azure", "assigned_definitions"),
    "gcp-org-policy": ("gcp", "organization_policies"),
    "gatekeeper": ("kubernetes", "gatekeeper_constraints"),
    "kubernetes-vap": ("kubernetes", "validating_admission_policies"),
    "kyverno": ("kubernetes", "kyverno_policies"),
}
"""By target: the module and the function that read what is deployed."""

SDKS = {
    "aws": ("boto3", "aws"),
    "azure": ("azure.mgmt.resource.policy", "azure"),
    "gcp": ("google.cloud.orgpolicy_v2", "gcp"),
    "kubernetes": ("kubernetes", "kubernetes"),
}
"""By module: what it imports, and the extra that holds it."""


def reader(target: str) -> Read:
    """Return what reads the deployed guardrails of a target; raises UsageError where its SDK is missing."""
    module, function = READERS[target]
    needed, extra = SDKS[module]
    if not _installed(needed):
        raise UsageError(
            f"reading what is deployed for {target} needs an SDK: pip install 'tagward[{extra}]'"
        )
    read: Read = getattr(import_module(f"{__name__}.{module}"), function)
    return read


def readable(targets: Sequence[str]) -> tuple[str, ...]:
    """Keep the targets whose guardrails are deployed somewhere that can be read."""
    return tuple(target for target in targets if target in READERS)


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
