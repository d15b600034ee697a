"""The role for scans of AWS may do what `tagward scan aws --print-permissions` prints, and nothing else."""

import json
from typing import Any

import pytest

from tagward_service.sources.aws.permissions import MAX_CHARS, permissions
from tests.terraform.engine import TerraformError, Workspace
from tests.terraform.modules import ROOT
from tests.terraform.plans import planned

MODULE = "aws/scan-role"
ROLE = "tagward-scan"
NIGHTLY = "arn:aws:iam::111122223333:role/nightly"
PRINTED = {each.title: each.content for each in permissions(role=ROLE)}
READS = [json.loads(content) for title, content in PRINTED.items() if "-read" in title]


def test_the_policies_are_those_that_are_printed() -> None:
    written = {path.name: path.read_text() for path in (ROOT / MODULE / "policies").glob("*")}
    assert written == PRINTED
    assert READS


def trust_of(document: Any) -> Any:
    (statement,) = document["Statement"]
    assert statement["Action"] == "sts:AssumeRole"
    return statement


def test_one_account_gets_the_role(workspace: Workspace) -> None:
    plan = workspace.plan(MODULE, scanners=[NIGHTLY])
    (role,) = planned(plan, "aws_iam_role")
    policies = planned(plan, "aws_iam_policy")

    assert role["name"] == ROLE
    assert trust_of(json.loads(role["assume_role_policy"])) == {
        "Effect": "Allow",
        "Principal": {"AWS": [NIGHTLY]},
        "Action": "sts:AssumeRole",
    }
    assert [json.loads(each["policy"]) for each in policies] == READS
    assert all(len(each["policy"]) <= MAX_CHARS for each in policies)
    assert len(planned(plan, "aws_iam_role_policy_attachment")) == len(READS)
    assert not planned(plan, "aws_cloudformation_stack_set")


def test_accounts_of_organizational_units_get_the_same_by_a_stack_set(workspace: Workspace) -> None:
    given = {"scanners": [NIGHTLY], "organizational_units": ["ou-ab12-workload"]}
    plan = workspace.plan(MODULE, external_id="secret", **given)
    (stack_set,) = planned(plan, "aws_cloudformation_stack_set")
    (instance,) = planned(plan, "aws_cloudformation_stack_set_instance")
    resources = json.loads(stack_set["template_body"])["Resources"]
    role = resources.pop("Role")["Properties"]

    assert stack_set["permission_model"] == "SERVICE_MANAGED"
    assert stack_set["capabilities"] == ["CAPABILITY_NAMED_IAM"]
    assert instance["deployment_targets"][0]["organizational_unit_ids"] == ["ou-ab12-workload"]
    assert role["RoleName"] == ROLE
    trust = trust_of(role["AssumeRolePolicyDocument"])
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": "secret"}}
    made = [each["Properties"] for each in resources.values()]
    assert [each["PolicyDocument"] for each in made] == READS
    assert all(each["Roles"] == [{"Ref": "Role"}] for each in made)
    assert all(each["Type"] == "AWS::IAM::ManagedPolicy" for each in resources.values())
    assert not planned(plan, "aws_iam_role")


@pytest.mark.parametrize("name", [ROLE, "audit"])
def test_whoever_scans_may_take_that_role(workspace: Workspace, name: str) -> None:
    plan = workspace.plan(MODULE, scanners=[NIGHTLY], role_name=name, caller_role="nightly")
    wanted = json.loads(
        {each.title: each.content for each in permissions(role=name)}["tagward-scan-caller.json"]
    )
    (policy,) = [each for each in planned(plan, "aws_iam_policy") if each["name"] == f"{name}-caller"]
    attached = planned(plan, "aws_iam_role_policy_attachment")

    assert json.loads(policy["policy"]) == wanted
    assert [each["role"] for each in attached].count("nightly") == 1
    assert json.loads(plan["planned_values"]["outputs"]["caller_policy"]["value"]) == wanted


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"scanners": []}, "Write the ARNs of roles"),
        ({"scanners": ["111122223333"]}, "Write the ARNs of roles"),
        ({"scanners": [NIGHTLY], "organizational_units": ["111122223333"]}, "Write the ids of roots"),
    ],
)
def test_what_cannot_be_meant_is_refused(workspace: Workspace, given: dict[str, Any], said: str) -> None:
    with pytest.raises(TerraformError, match=said):
        workspace.plan(MODULE, **given)
