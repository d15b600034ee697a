"""The plans of terraform/aws."""

from pathlib import Path

from tests.terraform.engine import Workspace
from tests.terraform.plans import TARGETS, artifacts, planned


def test_sandbox_gets_them_first(workspace: Workspace, compiled: Path) -> None:
    given = {
        "compiled": str(compiled),
        "sandbox_targets": ["ou-ab12-sandbox1"],
        "targets": ["ou-ab12-workload"],
    }
    wanted = {"none": set(), "sandbox": {"ou-ab12-sandbox1"}, "all": {"ou-ab12-sandbox1", "ou-ab12-workload"}}
    for stage, targets in wanted.items():
        plan = workspace.plan("aws", stage=stage, **given)
        policies = planned(plan, "aws_organizations_policy")
        attached = planned(plan, "aws_organizations_policy_attachment")

        assert {each["target_id"] for each in attached} == targets
        assert len(attached) == len(policies) * len(targets)


def test_files_are_deployed_as_they_are(workspace: Workspace, compiled: Path) -> None:
    plan = workspace.plan("aws", compiled=str(compiled))
    files = [each for target in TARGETS["aws"] for each in artifacts(compiled, target)]
    made = {(each["type"], each["content"]) for each in planned(plan, "aws_organizations_policy")}

    assert made == {(each["kind"], (compiled / each["path"]).read_text()) for each in files}
    only = workspace.plan("aws", compiled=str(compiled), policy_types=["TAG_POLICY"])
    assert {each["type"] for each in planned(only, "aws_organizations_policy")} == {"TAG_POLICY"}
