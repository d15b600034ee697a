"""Terraform takes the modules, and plans from what tagward compiled what is to be deployed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tagward_service.cli import main
from tests.terraform import engine
from tests.terraform.engine import Workspace, formatted
from tests.terraform.modules import EXAMPLES, MODULES, ROOT

needs_terraform = pytest.mark.skipif(bool(engine.absent()), reason=engine.absent() or "")

TARGETS = {
    "aws": ("aws-scp", "aws-tag-policy"),
    "gcp": ("gcp-org-policy",),
    "kubernetes": ("kubernetes-vap",),
}

Values = dict[str, Any]


@needs_terraform
def test_files_are_formatted() -> None:
    assert formatted(ROOT) == []


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    if why := engine.without_providers():
        pytest.skip(why)
    return Workspace(tmp_path_factory.mktemp("terraform"))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the example organisation for every target that a module deploys."""
    place = tmp_path_factory.mktemp("compiled")
    policy = ROOT.parent / "policies" / "example" / "tagward.yaml"
    chosen = [f"--target={name}" for names in TARGETS.values() for name in names]
    assert main(["compile", str(policy), *chosen, "-o", str(place)]) == 0
    return place


@pytest.mark.parametrize("directory", [str(each.relative_to(ROOT)) for each in (*MODULES, *EXAMPLES)])
def test_terraform_takes_it(workspace: Workspace, directory: str) -> None:
    answer = workspace.validate(directory)

    assert [each for each in answer["diagnostics"] if each["severity"] == "error"] == []
    assert answer["valid"]


def test_terraform_refuses_what_no_provider_publishes(workspace: Workspace) -> None:
    broken = workspace.root / "broken"
    broken.mkdir()
    (broken / "main.tf").write_text(
        'resource "google_org_policy_policy" "x" {\n  name = "a"\n  parent = "b"\n  enforced = true\n}\n'
    )

    assert not workspace.validate("broken")["valid"]


def planned(plan: dict[str, Any], type_: str) -> list[Values]:
    """List what a plan creates of a type, as it will be."""
    changes = plan["resource_changes"]
    return [each["change"]["after"] for each in changes if each["type"] == type_]


def artifacts(compiled: Path, target: str) -> Iterator[dict[str, Any]]:
    manifest = json.loads((compiled / "manifest.json").read_text())
    yield from manifest["targets"][target]["artifacts"]


def test_gcp_deploys_every_constraint_and_dry_runs_every_policy(workspace: Workspace, compiled: Path) -> None:
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


def test_gcp_enforces_the_types_that_are_named(workspace: Workspace, compiled: Path) -> None:
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


def test_aws_attaches_to_the_sandbox_first(workspace: Workspace, compiled: Path) -> None:
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


def test_aws_deploys_the_files_as_they_are(workspace: Workspace, compiled: Path) -> None:
    plan = workspace.plan("aws", compiled=str(compiled))
    files = [each for target in TARGETS["aws"] for each in artifacts(compiled, target)]
    made = {(each["type"], each["content"]) for each in planned(plan, "aws_organizations_policy")}

    assert made == {(each["kind"], (compiled / each["path"]).read_text()) for each in files}
    only = workspace.plan("aws", compiled=str(compiled), policy_types=["TAG_POLICY"])
    assert {each["type"] for each in planned(only, "aws_organizations_policy")} == {"TAG_POLICY"}


@pytest.mark.parametrize(
    ("stage", "actions"),
    [("audit", {"Audit"}), ("warn", {"Warn", "Audit"}), ("enforce", {"Deny", "Warn", "Audit"})],
)
def test_kubernetes_audits_and_warns_before_it_denies(
    workspace: Workspace, compiled: Path, stage: str, actions: set[str]
) -> None:
    plan = workspace.plan("kubernetes", compiled=str(compiled), stage=stage)
    made = [each["manifest"] for each in planned(plan, "kubernetes_manifest")]
    documents = [
        document
        for each in artifacts(compiled, "kubernetes-vap")
        for document in yaml.safe_load_all((compiled / each["path"]).read_text())
    ]
    bindings = [each for each in made if each["kind"] == "ValidatingAdmissionPolicyBinding"]

    assert len(made) == len(documents)
    assert bindings
    assert all(set(each["spec"]["validationActions"]) <= actions for each in bindings)
    if stage == "enforce":
        assert sorted(made, key=json.dumps) == sorted(documents, key=json.dumps)


@pytest.mark.parametrize("name", TARGETS)
def test_changed_files_are_refused(workspace: Workspace, compiled: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "manifest.json").write_text((compiled / "manifest.json").read_text())
    for number, each in enumerate(artifacts(compiled, TARGETS[name][0])):
        path = tmp_path / each["path"]
        path.parent.mkdir(exist_ok=True)
        path.write_text((compiled / each["path"]).read_text() + ("\n" if number == 0 else ""))
    for target in TARGETS[name][1:]:
        for each in artifacts(compiled, target):
            (tmp_path / each["path"]).parent.mkdir(exist_ok=True)
            (tmp_path / each["path"]).write_text((compiled / each["path"]).read_text())
    more = {"organization": "1"} if name == "gcp" else {}

    with pytest.raises(RuntimeError, match="Files differ from the manifest"):
        workspace.plan(name, compiled=str(tmp_path), **more)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("gcp", {"organization": "acme.com"}, "Give the number of the organization"),
        ("gcp", {"organization": "1", "parent": "acme"}, "Write `organizations/NUMBER`"),
        ("aws", {"stage": "prod"}, "The stages are none, sandbox and all"),
        ("aws", {"targets": ["acme"]}, "Write the ids of roots"),
        ("kubernetes", {"stage": "deny"}, "The stages are audit, warn and enforce"),
        ("kubernetes", {"compiled": "nowhere"}, "There is no manifest.json"),
    ],
)
def test_wrong_variables_are_refused(
    workspace: Workspace, compiled: Path, name: str, given: dict[str, object], said: str
) -> None:
    with pytest.raises(RuntimeError, match=said):
        workspace.plan(name, **({"compiled": str(compiled)} | given))
