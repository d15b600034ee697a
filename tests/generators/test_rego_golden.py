"""What the example organisation compiles to as Rego, frozen for review; OPA takes that and the packs."""

import os
from pathlib import Path

import pytest

from tagward.loader import load
from tests.generators.random_policies import DAY
from tests.generators.rego_policies import compiled
from tests.generators.test_golden import GOLDEN, readable, table
from tests.oracles import opa_engine

EXAMPLE = Path(__file__).parents[2] / "policies" / "example" / "tagward.yaml"
NAMES = ("pack:ml-platform", "pack:finops-core", str(EXAMPLE))


def test_the_example_compiles_to_what_was_reviewed() -> None:
    compilation = compiled(load(str(EXAMPLE), as_of=DAY))
    made = {artifact.path: readable(artifact) for artifact in compilation.artifacts}
    made["acme.fidelity.txt"] = table(compilation)
    directory = GOLDEN / "rego"
    if os.environ.get("TAGWARD_WRITE_GOLDEN"):
        for path, text in made.items():
            (directory / path).write_text(text)

    frozen = {path.name: path.read_text() for path in directory.iterdir() if path.name.startswith("acme")}

    assert made == frozen


@pytest.mark.skipif(bool(opa_engine.absent()), reason=opa_engine.absent())
@pytest.mark.parametrize("name", NAMES)
def test_opa_takes_what_policies_compile_to_and_would_format_none_of_it_anew(name: str) -> None:
    compilation = compiled(load(name, as_of=DAY))
    modules = {artifact.path: artifact.content for artifact in compilation.artifacts}

    assert opa_engine.check(modules) == ""
    assert opa_engine.misformatted(modules) == ""
