"""What a scan may do in AWS: IAM policies made of the tables it reads by, and nothing beyond."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from tagward_service.scan.interface import Permission
from tagward_service.sources.aws.sessions import ROLE
from tagward_service.sources.aws.tables import SERVICES

MAX_CHARS = 6144
"""How long a managed policy may be, without white space (IAM and STS quotas)."""

OF_EVERY_ACCOUNT = (
    "config:DescribeConfigurationRecorderStatus",
    "config:DescribeConfigurationRecorders",
    "ec2:DescribeRegions",
    "tag:GetResources",
)
OF_THE_CALLER = (
    "ce:ListCostAllocationTags",
    "config:DescribeConfigurationAggregatorSourcesStatus",
    "config:DescribeConfigurationAggregators",
    "config:SelectAggregateResourceConfig",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "resource-explorer-2:GetDefaultView",
    "resource-explorer-2:GetView",
    "resource-explorer-2:ListIndexes",
    "resource-explorer-2:ListIndexesForMembers",
    "resource-explorer-2:ListResources",
    "resource-explorer-2:ListSupportedResourceTypes",
)


def permissions(services: Sequence[str] | None = None, role: str = ROLE) -> tuple[Permission, ...]:
    """Return the policies: those of the role that is taken in every account, then that of the caller."""
    reads = list(_chunks(reading(services)))
    files = [
        Permission(
            f"tagward-scan-read{f'-{number}' if len(reads) > 1 else ''}.json", _policy(_allow(actions))
        )
        for number, actions in enumerate(reads, 1)
    ]
    take: dict[str, object] = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Resource": f"arn:*:iam::*:role/{role}",
    }
    return (*files, Permission("tagward-scan-caller.json", _policy(_allow(OF_THE_CALLER), take)))


def reading(services: Sequence[str] | None = None) -> tuple[str, ...]:
    """List the actions that reading an account takes, sorted."""
    chosen = SERVICES if services is None else {name: SERVICES[name] for name in services}
    operations = (
        api.permission(operation)
        for apis in chosen.values()
        for api in apis
        for kind in api.kinds
        for operation in api.operations(kind)
    )
    return tuple(sorted({*OF_EVERY_ACCOUNT, *operations}))


def _allow(actions: Iterable[str]) -> dict[str, object]:
    # Lists have no narrower resource than all, and tags are read of resources that nobody knows yet.
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}


def _chunks(actions: Sequence[str]) -> Iterator[list[str]]:
    """Split actions between services, so that each part fits into a policy."""
    chunk: list[str] = []
    for _, service in groupby(actions, lambda action: action.partition(":")[0]):
        more = [*chunk, *service]
        if chunk and len("".join(_policy(_allow(more)).split())) > MAX_CHARS:
            yield chunk
            more = more[len(chunk) :]
        chunk = more
    yield chunk


def _policy(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2) + "\n"
