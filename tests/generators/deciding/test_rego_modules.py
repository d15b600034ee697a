"""What compiled Rego modules are about, read from their text."""

from pathlib import Path

import pytest

from tagward.loader import load
from tagward_generators import target
from tagward_generators.deciding.families import missing_engine
from tagward_generators.deciding.rego.engine import PROGRAM
from tagward_generators.deciding.rego.family import Rego
from tagward_generators.deciding.rego.modules import Module, holding_rules, not_asked
from tagward_generators.deciding.rulings import RefusedError
from tests.generators.random_policies import DAY

POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: NAME, version: '1'}
tags:
  kind: {values: [batch, web]}
  run-id:
    keys: {gcp: run_id}
    required: {when: {kind: [batch]}}
    pattern: "run-[0-9]{2}"
"""


def artifacts(folder: Path, text: str = POLICY, name: str = "acme") -> dict[str, str]:
    file = folder / f"{name}.yaml"
    file.write_text(text.replace("NAME", name))
    made = target("rego").compile(load(str(file), as_of=DAY), as_of=DAY)
    return {
        key: text for each in made.artifacts for key, text in Rego().objects(each.path, each.content).items()
    }


@pytest.fixture
def module(tmp_path: Path) -> Module:
    return holding_rules(artifacts(tmp_path))


def test_every_rule_is_found_once(module: Module) -> None:
    assert [(each.mode, each.tag, each.rule) for each in module.blocks] == [
        ("deny", "kind", "value"),
        ("deny", "run-id", "required"),
        ("deny", "run-id", "blank"),
        ("deny", "run-id", "value"),
    ]
    assert module.package == "tagward.acme"


def test_a_rule_looks_at_keys_of_its_cloud_with_the_values_beside_them(module: Module) -> None:
    required, value = module.blocks[1], module.blocks[3]

    assert module.vocabulary(required, "gcp") == {"run_id": (), "kind": ("batch",)}
    assert module.vocabulary(value, "aws") == {"run-id": ("run-00",)}


def test_what_is_not_asked_about_is_the_same_whatever_the_policy_is_called(tmp_path: Path) -> None:
    first, second = (not_asked(artifacts(tmp_path, name=name)) for name in ("acme", "other"))

    assert {each.text for each in first} == {each.text for each in second}


def test_a_rule_on_names_is_not_asked_about(tmp_path: Path) -> None:
    named = POLICY.replace("required: {", 'required: {on: {names: ["db-*"]}, ')

    assert any(each.why == "it looks at `resource.name`" for each in not_asked(artifacts(tmp_path, named)))


def test_a_policy_that_asks_for_nothing_has_no_rules(tmp_path: Path) -> None:
    nothing = POLICY.partition("tags:")[0] + "tags: {a: {}}\n"

    assert holding_rules(artifacts(tmp_path, nothing)).blocks == ()


def test_modules_of_somebody_else_hold_no_rules() -> None:
    with pytest.raises(RefusedError, match="no module holds rules as tagward writes them"):
        holding_rules({"x": "package main\n\ndeny contains msg if { msg := input.x }\n"})


def test_the_program_is_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert missing_engine("rego") == "the program `opa` is not on the PATH"

    (tmp_path / PROGRAM).write_text("#!/bin/sh\n")
    (tmp_path / PROGRAM).chmod(0o755)
    assert missing_engine("rego") == ""


def test_a_program_that_says_nonsense_leaves_everything_undecided(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = artifacts(tmp_path)
    (tmp_path / PROGRAM).write_text("#!/bin/sh\necho nonsense\n")
    (tmp_path / PROGRAM).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    undecided = Rego().read(made).undecided

    assert {each.what for each in undecided} == {"acme", "acme-main", "acme-plan"}
    assert all(each.why.startswith("OPA does not answer: ") for each in undecided)
