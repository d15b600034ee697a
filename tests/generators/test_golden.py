"""What the shipped packs compile to, frozen for review; only engines say that it is right.

TAGWARD_WRITE_GOLDEN=1 writes the files anew.
"""

import json
import os
from pathlib import Path

import pytest

from tagward.loader import load
from tagward_generators import TARGETS, target
from tagward_generators.targets import Artifact, Compilation
from tests.generators.scp_policies import DAY

GOLDEN = Path(__file__).parents[1] / "golden"
PACKS = ("ml-platform", "finops-core")


def readable(artifact: Artifact) -> str:
    """Break JSON into lines, which is how a change of it can be read."""
    if not artifact.path.endswith(".json"):
        return artifact.content
    return json.dumps(json.loads(artifact.content), indent=1, ensure_ascii=False) + "\n"


def table(compilation: Compilation) -> str:
    """Write the fidelity rows and the notes, one a line."""
    rows = [f"{row.tag} | {row.rule} | {row.grade} | {row.why}".rstrip(" |") for row in compilation.fidelity]
    return "\n".join([*rows, "", *compilation.notes]) + "\n"


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("name", TARGETS)
def test_pack_compiles_to_what_was_reviewed(name: str, pack: str) -> None:
    compilation = target(name).compile(load(f"pack:{pack}", as_of=DAY), as_of=DAY)
    made = {artifact.path: readable(artifact) for artifact in compilation.artifacts}
    made[f"{pack}.fidelity.txt"] = table(compilation)
    directory = GOLDEN / name
    if os.environ.get("TAGWARD_WRITE_GOLDEN"):
        directory.mkdir(exist_ok=True)
        for path, text in made.items():
            (directory / path).write_text(text)

    frozen = {path.name: path.read_text() for path in directory.iterdir() if path.name.startswith(pack)}

    assert made == frozen
