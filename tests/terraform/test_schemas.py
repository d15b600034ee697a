"""The modules use what their providers publish, and their examples use what the modules take."""

from pathlib import Path

import pytest

from tests.terraform.modules import EVERY, EXAMPLES, MODULES, PARTS, ROOT, arguments, blocks, names
from tests.terraform.published import SCHEMAS, complaints


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("directory", EVERY, ids=name_of)
def test_names_are_those_that_the_provider_publishes(directory: Path) -> None:
    assert list(complaints(directory)) == []


def test_there_is_a_module_and_an_example_for_each_cloud() -> None:
    assert {path.name for path in MODULES} == {"aws", "azure", "gcp", "kubernetes"}
    assert {path.name for path in EXAMPLES} == {path.name for path in MODULES}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('resource "google_org_policy_polciy" "x" {}', "not in schemas.json"),
        ('resource "google_org_policy_policy" "x" {\n  name = "a"\n}', "`parent` is required"),
        (
            'resource "aws_organizations_policy" "x" {\n  name = "a"\n  content = "{}"\n  kind = "SCP"\n}',
            "no argument `kind`",
        ),
        (
            'resource "aws_organizations_policy" "x" {\n  name = "a"\n  content = "{}"\n  arn = "x"\n}',
            "`arn` cannot be set",
        ),
        (
            'resource "google_org_policy_policy" "x" {\n  name = "a"\n  parent = "b"\n  spec = []\n}',
            "no argument `spec` (it is a block)",
        ),
        (
            'resource "google_org_policy_policy" "x" {\n  name = "a"\n  parent = "b"\n'
            '  dynamic "spec" {\n    for_each = [1]\n    content {\n      rule {\n        enforce = "TRUE"\n'
            "      }\n    }\n  }\n}",
            "spec: no block `rule`",
        ),
        ('provider "google" {\n  proyect = "x"\n}', "no argument `proyect`"),
    ],
)
def test_a_misspelt_name_is_found(written: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(f"{written}\n")

    assert any(said in each for each in complaints(tmp_path))


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_example_gives_what_its_module_takes(example: Path) -> None:
    calls = list(blocks(example, "module"))
    assert calls
    for call in calls:
        module = (example / call.body["source"].strip('"')).resolve()
        variables = names(module, "variable")
        given = arguments(call.body).keys() - {"source", "providers", "for_each", "count", "depends_on"}
        required = {name for name, body in variables.items() if "default" not in body}

        assert given <= variables.keys()
        assert required <= given


@pytest.mark.parametrize("module", [*MODULES, *PARTS], ids=name_of)
def test_readme_names_every_variable_and_output(module: Path) -> None:
    readme = (module / "README.md").read_text()
    wanted = names(module, "variable") | names(module, "output")

    assert [name for name in wanted if f"`{name}`" not in readme] == []
    assert all("description" in body for body in wanted.values())


def test_schemas_say_where_they_come_from() -> None:
    assert {source["name"] for source in SCHEMAS["source"]} == {
        f"cdktn-provider-{name}" for name in ("aws", "azurerm", "google", "kubernetes")
    }
    assert all(source["version"] and source["date"] for source in SCHEMAS["source"])
