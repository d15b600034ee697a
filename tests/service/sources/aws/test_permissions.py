"""The policies grant what a scan calls, all of it and nothing else, in names that IAM knows."""

import json
import re
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from tagward_service.scan.interface import Permission
from tagward_service.sources.aws.permissions import (
    MAX_CHARS,
    OF_EVERY_ACCOUNT,
    OF_THE_CALLER,
    permissions,
    reading,
)
from tagward_service.sources.aws.tables import SERVICES
from tests.service.sources.aws.cloud.calls import model
from tests.service.sources.aws.test_tables import APIS, SESSION

OTHERS = {
    "s3:ListAllMyBuckets": "ListBuckets",
}
"""Permissions that are not named as the operation that needs them (Service Authorization Reference)."""


def actions(permission: Permission) -> list[str]:
    found: list[str] = []
    for statement in json.loads(permission.content)["Statement"]:
        assert statement["Effect"] == "Allow"
        each = statement["Action"]
        found += [each] if isinstance(each, str) else each
    return found


def test_every_action_only_reads() -> None:
    for action in (*reading(), *OF_THE_CALLER):
        assert re.fullmatch(r"[a-z0-9-]+:(List|Describe|Get|Select)\w+", action)


def test_every_action_is_named_as_an_operation_of_its_service() -> None:
    clients = {api.service: [each.client for each in APIS if each.service == api.service] for api in APIS}
    others = {"config": ["config"], "resource-explorer-2": ["resource-explorer-2"], "ce": ["ce"]}
    clients |= others | {"organizations": ["organizations"], "tag": ["resourcegroupstaggingapi"]}
    for action in (*reading(), *OF_THE_CALLER):
        service, name = action.split(":")
        operations = {each for client in clients[service] for each in model(client).operation_names}
        assert OTHERS.get(action, name) in operations, action


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.client)
def test_the_prefix_is_what_the_service_signs_with(api: Any) -> None:
    # That is what IAM calls it too, for all of these.
    assert api.service == SESSION.get_service_model(api.client).signing_name


@pytest.mark.parametrize(
    "action", [*OTHERS, *OF_THE_CALLER, "tag:GetResources", "s3:GetBucketTagging", "sts:AssumeRole"]
)
def test_names_that_no_model_has_are_in_policies_that_aws_wrote(action: str) -> None:
    # Some of those grant by verb: `ce:List*`.
    service, _, name = action.partition(":")
    verb = name[: re.search("[a-z][A-Z]", name).start() + 1]  # type: ignore[union-attr]
    assert any(f'"{each}"' in aws_managed_policies_data for each in (action, f"{service}:{verb}*"))


def test_every_file_fits_into_a_managed_policy() -> None:
    for permission in permissions():
        assert len("".join(permission.content.split())) <= MAX_CHARS


def test_the_files_together_grant_each_action_once() -> None:
    *reads, caller = permissions()
    assert sorted(each for file in reads for each in actions(file)) == list(reading())
    assert actions(caller) == [*OF_THE_CALLER, "sts:AssumeRole"]
    assert len({file.title for file in permissions()}) == len(permissions())


def test_fewer_services_take_fewer_permissions() -> None:
    read, _ = permissions(["s3"], role="auditor")
    assert actions(read) == sorted([*OF_EVERY_ACCOUNT, "s3:GetBucketTagging", "s3:ListAllMyBuckets"])
    assert "role/auditor" in permissions(role="auditor")[-1].content
    assert set(reading(["s3"])) < set(reading(list(SERVICES)))
