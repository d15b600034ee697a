"""The plans of terraform/kubernetes."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.terraform.engine import Workspace
from tests.terraform.plans import TARGETS, artifacts, planned

ACTIONS = {
    "audit": {"Audit", "dryrun"},
    "warn": {"Warn", "Audit", "warn", "dryrun"},
    "enforce": {"Deny", "Warn", "Audit", "deny", "warn", "dryrun"},
}
"""What may be done at a stage, as each target writes it."""

Document = dict[str, Any]


def documents(compiled: Path, target: str) -> list[Document]:
    """Read every object that was compiled for a target."""
    paths = [compiled / each["path"] for each in artifacts(compiled, target)]
    return [document for path in paths for document in yaml.safe_load_all(path.read_text())]


def actions(document: Document) -> set[str]:
    """Return what an object does with what it finds; nothing where another object says so."""
    spec = document["spec"]
    single = [spec["enforcementAction"]] if "enforcementAction" in spec else []
    return {*spec.get("validationActions", []), *single}


def restored(document: Document) -> Document:
    """Put `rego` of a target back among its `code`, where the compiler writes it."""
    for target in document["spec"].get("targets", ()):
        if "rego" in target:
            target["code"].append({"engine": "Rego", "source": {"rego": target.pop("rego")}})
    return document


def made(workspace: Workspace, compiled: Path, target: str, **variables: object) -> list[Document]:
    plan = workspace.plan("kubernetes", compiled=str(compiled), target=target, **variables)
    return [each["manifest"] for each in planned(plan, "kubernetes_manifest")]


@pytest.mark.parametrize("target", TARGETS["kubernetes"])
def test_audits_and_warns_before_it_denies(workspace: Workspace, compiled: Path, target: str) -> None:
    written = documents(compiled, target)
    strictest = set().union(*map(actions, written))
    assert strictest & {"Deny", "deny"}

    for stage, allowed in ACTIONS.items():
        objects = made(workspace, compiled, target, stage=stage)
        done = set().union(*map(actions, objects))

        assert len(objects) == len(written)
        assert done
        assert done <= allowed
        if stage == "enforce":
            assert sorted(map(restored, objects), key=json.dumps) == sorted(written, key=json.dumps)


def test_nobody_waits_for_kyverno_before_something_is_denied(workspace: Workspace, compiled: Path) -> None:
    for stage, policies in (("audit", {"Ignore"}), ("warn", {"Ignore"}), ("enforce", {"Fail", "Ignore"})):
        objects = made(workspace, compiled, "kyverno", stage=stage)

        assert {each["spec"]["failurePolicy"] for each in objects} == policies


def test_templates_of_gatekeeper_can_be_made_before_the_constraints(
    workspace: Workspace, compiled: Path
) -> None:
    templates = made(workspace, compiled, "gatekeeper", constraints=False)
    plan = workspace.plan("kubernetes", compiled=str(compiled), target="gatekeeper")
    waiting = {
        each["manifest"]["kind"]: [block["fields"] for block in each["wait"]]
        for each in planned(plan, "kubernetes_manifest")
    }

    assert {each["kind"] for each in templates} == {"ConstraintTemplate"}
    assert [len(target["code"]) for each in templates for target in each["spec"]["targets"]] == [1]
    assert len(waiting) > 1
    assert waiting.pop("ConstraintTemplate") == [{"status.created": "true"}]
    assert all(blocks == [] for blocks in waiting.values())
