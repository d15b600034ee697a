"""What the example organisation compiles to for Gatekeeper, frozen for review."""

import os

from tagward.loader import load
from tagward_generators import target
from tests.generators.scp_policies import DAY
from tests.generators.test_golden import GOLDEN, readable, table
from tests.generators.test_vap_golden import EXAMPLE


def test_the_example_compiles_to_what_was_reviewed() -> None:
    compilation = target("gatekeeper").compile(load(str(EXAMPLE), as_of=DAY), as_of=DAY)
    made = {artifact.path: readable(artifact) for artifact in compilation.artifacts}
    made["acme.fidelity.txt"] = table(compilation)
    directory = GOLDEN / "gatekeeper"
    if os.environ.get("TAGWARD_WRITE_GOLDEN"):
        for path, text in made.items():
            (directory / path).write_text(text)

    frozen = {path.name: path.read_text() for path in directory.iterdir() if path.name.startswith("acme")}

    assert made == frozen
