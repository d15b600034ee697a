"""The nightly scan on Fargate runs what the command line knows, as roles that may do no more than that."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tagward_service.sources.aws.permissions import permissions
from tests.terraform.engine import TerraformError, Workspace
from tests.terraform.plans import planned

MODULE = "aws/scan"
CLUSTER = "arn:aws:ecs:eu-west-1:111122223333:cluster/ops"
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:store-AbCdEf"
GIVEN: dict[str, Any] = {
    "image": "registry.example.com/tagward-scan:0.1.0",
    "cluster_arn": CLUSTER,
    "subnets": ["subnet-1"],
    "security_groups": ["sg-1"],
    "store_secret_arn": SECRET,
}


@pytest.fixture(scope="module")
def plan(workspace: Workspace) -> Any:
    return workspace.plan(MODULE, shards=3, snapshots_bucket="snapshots", external_id="secret", **GIVEN)


def policies(plan: Any) -> dict[str, Any]:
    return {
        each["address"].split(".")[-1].split("[")[0]: each["change"]["after"].get("policy")
        for each in plan["resource_changes"]
        if each["type"] == "aws_iam_role_policy"
    }


def container_of(configuration: Any) -> Any:
    [found] = json.loads(configuration["container_definitions"])
    return found


def test_the_shares_are_all_and_each_once(plan: Any) -> None:
    commands = [container_of(each)["command"] for each in planned(plan, "aws_ecs_task_definition")]
    assert sorted(each[-1] for each in commands) == ["1/3", "2/3", "3/3"]
    assert len(planned(plan, "aws_scheduler_schedule")) == 3


def test_the_settings_are_those_of_the_command(plan: Any, tmp_path: Path) -> None:
    found = container_of(planned(plan, "aws_ecs_task_definition")[0])
    given = {each["name"]: each["value"] for each in found["environment"]}
    [secret] = found["secrets"]
    assert secret == {"name": "TAGWARD_STORE", "valueFrom": SECRET}
    assert not any("postgresql" in value for value in given.values())
    command = [sys.executable, "-m", "tagward_service.cli", *found["command"], "--show-config"]
    environ = os.environ | given | {"TAGWARD_STORE": "postgresql://tagward@db/tagward"}
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environ)
    assert ran.returncode == 0, ran.stderr
    rows = {row.split()[0]: row.split()[1:] for row in ran.stdout.splitlines()}
    for name, value in given.items():
        assert rows[name.removeprefix("TAGWARD_").lower()] == [value, f"${name}"]


def test_containers_may_do_nothing_that_they_need_not(plan: Any) -> None:
    for each in planned(plan, "aws_ecs_task_definition"):
        found = container_of(each)
        assert found["readonlyRootFilesystem"] is True
        assert found["user"] == "65532:65532"
        assert "privileged" not in found


def test_who_scans_may_do_what_is_printed_and_keep_snapshots(plan: Any) -> None:
    found = policies(plan)
    printed = json.loads(permissions(role="tagward-scan")[-1].content)
    assert json.loads(found["scan"]) == printed
    kept = json.loads(found["snapshots"])["Statement"]
    assert {each["Resource"] for each in kept} == {"arn:*:s3:::snapshots/snapshots/*", "arn:*:s3:::snapshots"}
    assert json.loads(found["secret"])["Statement"][0]["Resource"] == SECRET


def test_without_a_bucket_nothing_of_it_is_allowed(workspace: Workspace) -> None:
    plan = workspace.plan(MODULE, **GIVEN)
    assert "snapshots" not in policies(plan)
    names = {
        each["name"] for each in container_of(planned(plan, "aws_ecs_task_definition")[0])["environment"]
    }
    assert not {"TAGWARD_SNAPSHOTS", "TAGWARD_EXTERNAL_ID"} & names


@pytest.mark.parametrize("shards", [0, 1.5, 101])
def test_shards_are_counted(workspace: Workspace, shards: float) -> None:
    with pytest.raises(TerraformError, match="From 1 to 100 shards"):
        workspace.plan(MODULE, shards=shards, **GIVEN)
