"""terraform/kubernetes/webhook makes what kustomize renders, and begins where nobody is stopped."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy import rendered
from tests.e2e.cluster import Cluster
from tests.oracles import apiserver_engine
from tests.oracles.apiserver_engine import running
from tests.terraform import engine
from tests.terraform.engine import TerraformError, Workspace
from tests.terraform.modules import ROOT, names
from tests.terraform.plans import planned
from tests.terraform.published import complaints as of_names
from tests.terraform.references import complaints as of_references

pytestmark = pytest.mark.skipif(bool(rendered.absent()), reason=rendered.absent())

MODULE = "kubernetes/webhook"
IMAGE = "registry.example.com/tagward:1.2.3"


@pytest.fixture(params=rendered.OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def file(overlay: str, tmp_path: Path) -> Path:
    path = tmp_path / "webhook.yaml"
    path.write_text(rendered.text(overlay))
    return path


def made(workspace: Workspace, file: Path, **variables: object) -> dict[tuple[str, str], dict[str, Any]]:
    """List what is made, by kind and name."""
    plan = workspace.plan(MODULE, rendered=str(file), **({"image": IMAGE} | variables))
    found = [each["manifest"] for each in planned(plan, "kubernetes_manifest")]
    return {(each["kind"], each["metadata"]["name"]): each for each in found}


def expected(overlay: str) -> list[dict[str, Any]]:
    """List what was rendered, with the image that was asked for."""
    text = re.sub(r"image: tagward:\S+", f"image: {IMAGE}", rendered.text(overlay))
    return list(yaml.safe_load_all(text))


def test_everything_that_was_rendered_is_made(workspace: Workspace, file: Path, overlay: str) -> None:
    objects = list(made(workspace, file, stage="enforce").values())
    wanted = expected(overlay)
    for each in (*objects, *wanted):
        if each["kind"] == "Job":
            each["metadata"]["name"] = each["metadata"]["name"][: len("tagward-certs-now")]
            each["spec"].pop("ttlSecondsAfterFinished", None)

    assert sorted(objects, key=json.dumps) == sorted(wanted, key=json.dumps)


def test_a_webhook_that_is_away_stops_nobody_before_it_is_to(workspace: Workspace, file: Path) -> None:
    kinds = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
    for stage, wanted in (({}, ["Ignore", "Ignore"]), ({"stage": "enforce"}, ["Fail", "Ignore"])):
        objects = made(workspace, file, **stage)
        configured = [objects[kind, "tagward"]["webhooks"][0] for kind in kinds]
        assert [each["failurePolicy"] for each in configured] == wanted


def test_another_job_has_another_name(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "webhook.yaml"
    file.write_text(rendered.text("self-signed"))

    one, other = (
        {name for kind, name in made(workspace, file, image=image) if kind == "Job"}
        for image in (IMAGE, IMAGE + "-1")
    )

    assert len(one) == len(other) == 1
    assert one != other


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"image": "registry.example.com:5000/tagward"}, "with its tag or its digest"),
        ({"image": "tagward:latest"}, "another image every day"),
        ({"stage": "deny"}, "The stages are ignore and enforce"),
        ({"rendered": "nowhere.yaml"}, "There is no such file"),
    ],
)
def test_wrong_variables_are_refused(workspace: Workspace, given: dict[str, str], said: str) -> None:
    file = workspace.root / "rendered.yaml"
    file.write_text(rendered.text("self-signed"))

    with pytest.raises(TerraformError, match=said):
        workspace.plan(MODULE, **({"rendered": str(file), "image": IMAGE} | given))


def test_the_module_is_written_as_the_others_are(workspace: Workspace) -> None:
    directory = ROOT / MODULE
    readme = (directory / "README.md").read_text()

    assert [*of_names(directory), *of_references(directory)] == []
    assert all(f"`{name}`" in readme for kind in ("variable", "output") for name in names(directory, kind))
    assert workspace.validate(MODULE)["valid"]


def test_what_the_readme_shows_can_be_planned(workspace: Workspace) -> None:
    place = workspace.root / "readme-webhook"
    place.mkdir()
    (place / "terraform").symlink_to(workspace.root)
    (place / "webhook.yaml").write_text(rendered.text("self-signed"))
    [written] = re.findall(r"```hcl\n(.*?)```", (ROOT / MODULE / "README.md").read_text(), re.DOTALL)
    (place / "main.tf").write_text(written)

    assert workspace.plan(place.name)["resource_changes"]


CONFIGURATION = """
variable "rendered" {{}}
provider "kubernetes" {{
  config_path = "{kubeconfig}"
}}
module "webhook" {{
  source   = "../kubernetes/webhook"
  rendered = var.rendered
  image    = "tagward:0.1.0"
  stage    = "enforce"
}}
"""

WHY = engine.real_unwanted() or apiserver_engine.absent()


@pytest.mark.skipif(bool(WHY), reason=WHY or "")
def test_a_real_api_server_takes_it_and_a_certificate_is_no_drift(tmp_path: Path) -> None:
    file = tmp_path / "webhook.yaml"
    file.write_text(rendered.text("self-signed"))
    real = Workspace(tmp_path, real=True)
    with running("RBAC") as client:
        cluster = Cluster(client, tmp_path)
        (real.root / "cluster").mkdir()
        (real.root / "cluster" / "main.tf").write_text(CONFIGURATION.format(kubeconfig=cluster.admin))
        try:
            real.prepare("cluster")
        except TerraformError as refused:
            pytest.skip(f"the provider cannot be had: {refused}"[:300])
        real.apply("cluster", rendered=str(file))
        [job] = [rendered.containers(each)[0] for kind, each in rendered.pods("self-signed") if kind == "Job"]
        certified = cluster.tagward(*job["args"])
        plan = real.plan("cluster", rendered=str(file))

    assert certified.returncode == 0, certified.stderr
    assert certified.stdout.count("told whom to trust") == 2
    changed = [each["address"] for each in plan["resource_changes"] if each["change"]["actions"] != ["no-op"]]
    assert changed == []
