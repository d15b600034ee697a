"""Terraform takes the modules, and the modules refuse what they cannot deploy."""

import re
import shutil
from pathlib import Path

import pytest

from tests.terraform import engine
from tests.terraform.engine import TerraformError, Workspace, formatted
from tests.terraform.modules import EVERY, MODULES, ROOT
from tests.terraform.plans import EXAMPLE, TARGETS, artifacts, compile_into

needs_terraform = pytest.mark.skipif(bool(engine.absent()), reason=engine.absent() or "")

NEEDED = {"gcp": {"organization": "1"}}
"""The variables that have no default, beside `compiled`."""


@needs_terraform
def test_files_are_formatted() -> None:
    assert formatted(ROOT) == []


@pytest.mark.parametrize("directory", [str(each.relative_to(ROOT)) for each in EVERY])
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


@pytest.mark.parametrize(
    ("example", "given"),
    [
        ("aws", {}),
        ("azure", {"subscription_id": "11111111-2222-3333-4444-555555555555"}),
        ("gcp", {"organization": "123456789012", "billing_project": "ops"}),
        ("kubernetes", {"context": "kind-kind"}),
    ],
)
def test_examples_can_be_planned(
    workspace: Workspace, compiled: Path, example: str, given: dict[str, str]
) -> None:
    plan = workspace.plan(f"examples/{example}", compiled=str(compiled), **given)

    assert plan["resource_changes"]
    assert plan["planned_values"]["outputs"]


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_what_the_readme_shows_can_be_planned(workspace: Workspace, compiled: Path, module: Path) -> None:
    place = workspace.root / f"readme-{module.name}"
    place.mkdir()
    (place / "terraform").symlink_to(workspace.root)
    (place / "compiled").symlink_to(compiled)
    (written,) = re.findall(r"```hcl\n(.*?)```", (module / "README.md").read_text(), re.DOTALL)
    (place / "main.tf").write_text(written)

    assert workspace.plan(place.name)["resource_changes"]


@pytest.mark.parametrize(("name", "target"), [(name, each) for name in TARGETS for each in TARGETS[name]])
def test_changed_files_are_refused(
    workspace: Workspace, compiled: Path, tmp_path: Path, name: str, target: str
) -> None:
    directory = tmp_path / "compiled"
    shutil.copytree(compiled, directory)
    changed = directory / next(artifacts(compiled, target))["path"]
    changed.write_text(f"{changed.read_text()}\n")
    chosen = {"target": target} if name == "kubernetes" else NEEDED.get(name, {})

    with pytest.raises(TerraformError, match="Files differ from the manifest, compile again") as refused:
        workspace.plan(name, compiled=str(directory), **chosen)
    assert changed.name in str(refused.value)


@pytest.mark.parametrize(
    ("name", "given", "missing"),
    [
        ("aws", {}, "aws-scp, aws-tag-policy"),
        ("aws", {"policy_types": ["TAG_POLICY"]}, "aws-tag-policy"),
        (
            "azure",
            {"management_group_id": "/providers/Microsoft.Management/managementGroups/a"},
            "azure-policy",
        ),
        ("gcp", {"organization": "1"}, "gcp-org-policy"),
        ("kubernetes", {}, "kubernetes-vap"),
    ],
)
def test_nothing_is_taken_away_because_nothing_was_compiled(
    workspace: Workspace, tmp_path: Path, name: str, given: dict[str, object], missing: str
) -> None:
    compile_into(tmp_path, EXAMPLE, "kyverno")

    with pytest.raises(TerraformError, match=f"Not compiled: {missing}\\."):
        workspace.plan(name, compiled=str(tmp_path), **given)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("gcp", {"organization": "acme.com"}, "Give the number of the organization"),
        ("gcp", {"organization": "1", "parent": "acme"}, "Write `organizations/NUMBER`"),
        ("aws", {"stage": "prod"}, "The stages are none, sandbox and all"),
        ("aws", {"targets": ["acme"]}, "Write the ids of roots"),
        ("azure", {"stage": "deny"}, "The stages are audit, dry-run and enforce"),
        ("azure", {"management_group_id": "acme"}, "Write `/providers/Microsoft.Management"),
        ("azure", {"assign_to": "/subscriptions/1/resourceGroups/a"}, "or `/subscriptions/ID`"),
        ("kubernetes", {"stage": "deny"}, "The stages are audit, warn and enforce"),
        ("kubernetes", {"target": "rego"}, "The targets are kubernetes-vap, gatekeeper and kyverno"),
        ("kubernetes", {"compiled": "nowhere"}, "There is no manifest.json"),
    ],
)
def test_wrong_variables_are_refused(
    workspace: Workspace, compiled: Path, name: str, given: dict[str, object], said: str
) -> None:
    with pytest.raises(TerraformError, match=said):
        workspace.plan(name, **({"compiled": str(compiled)} | given))
