"""The modules refer to what there is, and pick up everything that is compiled for them."""

import re
from pathlib import Path

import pytest

from tests.terraform.modules import EVERY, EXAMPLES, ROOT, blocks
from tests.terraform.plans import TARGETS, artifacts
from tests.terraform.references import complaints

GOOD = """
variable "a" {}
locals {
  b = var.a
}
resource "aws_organizations_policy" "this" {
  name    = local.b
  content = "{}"
}
data "azurerm_subscription" "this" {}
output "c" {
  value = [aws_organizations_policy.this.id, data.azurerm_subscription.this.tenant_id]
}
"""


@pytest.mark.parametrize("directory", EVERY, ids=lambda path: str(path.relative_to(ROOT)))
def test_everything_referred_to_is_there(directory: Path) -> None:
    assert list(complaints(directory)) == []


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("var.a", "var.aa", ["no var.aa", "var.a is used nowhere"]),
        ("local.b", "local.bb", ["no local.bb", "local.b is used nowhere"]),
        ("policy.this.id", "policy.that.id", ["no resource aws_organizations_policy.that"]),
        ("policy.this.id", "policy.this.uid", ["resource aws_organizations_policy.this has no `uid`"]),
        ("this.tenant_id", "that.tenant_id", ["no data azurerm_subscription.that"]),
        ("this.tenant_id", "this.tenant", ["data azurerm_subscription.this has no `tenant`"]),
        ("this.tenant_id", "this.tenant_id, module.d.e", ["no module d"]),
        ("# ", "# var.x", []),
    ],
)
def test_what_is_not_there_is_found(written: str, instead: str, said: list[str], tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(f"# \n{GOOD}")
    assert list(complaints(tmp_path)) == []
    (tmp_path / "main.tf").write_text(f"# \n{GOOD}".replace(written, instead))

    assert list(complaints(tmp_path)) == said


def test_output_that_a_module_does_not_have_is_found(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        f'module "m" {{\n  source = "{ROOT / "aws"}"\n}}\noutput "o" {{\n  value = module.m.gone\n}}\n'
    )

    assert list(complaints(tmp_path)) == ["module m has no output `gone`"]


@pytest.mark.parametrize(("name", "target"), [(name, each) for name in TARGETS for each in TARGETS[name]])
def test_every_target_and_every_kind_of_artifact_is_picked_up(
    name: str, target: str, compiled: Path, inherited: Path
) -> None:
    texts = "".join(path.read_text() for path in (ROOT / name).glob("*.tf"))
    quoted = set(re.findall(r'"([\w-]+)"', texts))
    written = [*artifacts(compiled, target), *(artifacts(inherited, target) if name == "azure" else ())]
    # The module for clusters takes every file, whatever is in it.
    kinds = set() if name == "kubernetes" else {each["kind"] for each in written}

    assert written
    assert {target} | kinds <= quoted


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_example_asks_for_the_versions_that_its_module_asks_for(example: Path) -> None:
    ours, theirs = (
        [block.body["required_providers"] for block in blocks(directory, "terraform")]
        for directory in (example, ROOT / example.name)
    )

    assert ours == theirs
