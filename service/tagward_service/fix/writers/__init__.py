"""The writers of tags, by cloud; the one place that knows them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module

from msgspec import Struct

from tagward.errors import UsageError
from tagward_service.fix.interface import Refused, Writer

EXTRAS = {
    "aws": ("boto3", "aws"),
    "azure": ("azure.mgmt.resource.resources", "azure"),
    "gcp": ("google.cloud.resourcemanager_v3", "gcp"),
    "kubernetes": ("kubernetes", "kubernetes"),
}
"""By cloud: what its writer imports, and the extra that holds it."""


class Reach(Struct, frozen=True):
    """How resources are reached: the role taken in AWS accounts, the contexts of clusters."""

    profile: str | None = None
    role: str = ""
    external_id: str | None = None
    contexts: Sequence[str] = ()


def writers(clouds: Iterable[str], reach: Reach) -> Mapping[str, Writer | Refused]:
    """Make the writers of some clouds; raises UsageError where an SDK or credentials are missing."""
    return {cloud: _writer(cloud, reach) for cloud in sorted(set(clouds))}


def _writer(cloud: str, reach: Reach) -> Writer | Refused:
    if cloud not in EXTRAS:
        return Refused(f"nothing writes tags of `{cloud}`")
    needed, extra = EXTRAS[cloud]
    try:
        import_module(needed)
    except ImportError:
        raise UsageError(f"writing tags of {cloud} needs an extra: pip install 'tagward[{extra}]'") from None
    made: Writer = import_module(f"{__name__}.{cloud}").writer(reach)
    return made
