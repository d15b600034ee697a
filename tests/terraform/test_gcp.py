"""The plans of terraform/gcp."""

from pathlib import Path

import yaml

from tests.terraform.engine import Workspace
from tests.terraform.plans import artifacts, planned


def test_every_constraint_is_made_and_every_policy_is_a_dry_run(workspace: Workspace, compiled: Path) -> None:
    plan = workspace.plan("gcp", compiled=str(compiled), organization="123456789012")
    files = [
        yaml.safe_load((compiled / each["path"]).read_text())
        for each in artifacts(compiled, "gcp-org-policy")
        if each["kind"] == "CustomConstraint"
    ]
    made = {each["name"]: each for each in planned(plan, "google_org_policy_custom_constraint")}

    assert len(made) == len(files)
    for file in files:
        constraint = made[file["name"].rpartition("/")[2]]
        assert constraint["condition"] == file["condition"]
        assert constraint["resource_types"] == file["resourceTypes"]
        assert constraint["parent"] == "organizations/123456789012"
    for policy in planned(plan, "google_org_policy_policy"):
        assert policy["spec"] == []
        assert policy["dry_run_spec"][0]["rules"][0]["enforce"] == "TRUE"
        assert policy["name"].startswith("organizations/123456789012/policies/custom.acme")


def test_types_that_are_named_are_enforced(workspace: Workspace, compiled: Path) -> None:
    plan = workspace.plan(
        "gcp",
        compiled=str(compiled),
        organization="1",
        parent="folders/42",
        enforce=["storage.googleapis.com/Bucket"],
    )
    policies = planned(plan, "google_org_policy_policy")
    enforced = {each["name"] for each in policies if each["spec"]}

    assert all(each["parent"] == "folders/42" for each in policies)
    assert enforced
    assert all("StorageBucket" in name and "DryRun" not in name for name in enforced)
