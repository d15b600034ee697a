"""The modules with the providers themselves, where TERRAFORM_INIT=1 lets Terraform fetch them."""

from pathlib import Path
from typing import Any

import pytest

from tests.oracles import apiserver_engine
from tests.oracles.apiserver_client import Client, until
from tests.terraform import engine
from tests.terraform.engine import TerraformError, Workspace
from tests.terraform.modules import EVERY, ROOT
from tests.terraform.plans import TARGETS, artifacts, planned

pytestmark = pytest.mark.skipif(bool(engine.real_unwanted()), reason=engine.real_unwanted() or "")

OFFLINE = """
provider "aws" {
  access_key                  = "nobody"
  secret_key                  = "nothing"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
}
"""
"""Lets the AWS provider plan what is new without asking anyone."""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("real"), real=True)


def install(real: Workspace, directory: str) -> None:
    try:
        real.prepare(directory)
    except TerraformError as refused:
        pytest.skip(f"the provider cannot be had: {refused}"[:300])


@pytest.mark.parametrize("directory", [str(each.relative_to(ROOT)) for each in EVERY])
def test_real_provider_takes_it(real: Workspace, directory: str) -> None:
    install(real, directory)
    answer = real.validate(directory)

    assert [each for each in answer["diagnostics"] if each["severity"] == "error"] == []
    assert answer["valid"]


def test_aws_example_is_planned_with_the_real_provider(real: Workspace, compiled: Path) -> None:
    install(real, "examples/aws")
    (real.root / "examples" / "aws" / "offline_override.tf").write_text(OFFLINE)
    plan = real.plan("examples/aws", compiled=str(compiled))
    files = [each for target in TARGETS["aws"] for each in artifacts(compiled, target)]
    made = {each["content"] for each in planned(plan, "aws_organizations_policy")}
    attached = planned(plan, "aws_organizations_policy_attachment")

    assert made == {(compiled / each["path"]).read_text() for each in files}
    assert [each["target_id"] for each in attached] == ["ou-ab12-sandbox1"] * len(files)


def call_module(real: Workspace, client: Client) -> str:
    """Write a configuration that deploys to the server of a client."""
    directory = real.root / "cluster"
    directory.mkdir()
    (directory / "main.tf").write_text(f"""
variable "compiled" {{}}
variable "stage" {{}}
provider "kubernetes" {{
  host                   = "{client.url}"
  token                  = "{client.token}"
  cluster_ca_certificate = file("{client.authority}")
}}
module "tag_policies" {{
  source   = "../kubernetes"
  compiled = var.compiled
  stage    = var.stage
}}
""")
    return directory.name


def changed(plan: dict[str, Any]) -> list[str]:
    return [each["address"] for each in plan["resource_changes"] if each["change"]["actions"] != ["no-op"]]


@pytest.mark.skipif(bool(apiserver_engine.absent()), reason=apiserver_engine.absent() or "")
def test_policies_are_applied_to_a_real_api_server(real: Workspace, compiled: Path) -> None:
    bare = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bare", "namespace": "default"}}
    pod = bare | {"spec": {"containers": [{"name": "main", "image": "example.com/main"}]}}
    with apiserver_engine.running() as client:
        directory = call_module(real, client)
        install(real, directory)
        real.apply(directory, compiled=str(compiled), stage="audit")
        left_alone = changed(real.plan(directory, compiled=str(compiled), stage="audit"))
        audited = client.create(pod, dry_run=True)
        real.apply(directory, compiled=str(compiled), stage="enforce")
        until(lambda: not client.create(pod, dry_run=True).ok)
        denied = client.create(pod, dry_run=True)

    assert left_alone == []
    assert audited.ok
    assert "acme-deny" in denied.message
