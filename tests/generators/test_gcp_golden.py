"""What the example organisation compiles to on Google Cloud, frozen for review, in one file."""

import os
from pathlib import Path

from tagward.loader import load
from tests.generators.gcp_policies import DAY, compiled
from tests.generators.test_golden import GOLDEN, table

EXAMPLE = Path(__file__).parents[2] / "policies" / "example" / "tagward.yaml"
FROZEN = GOLDEN / "gcp-org-policy" / "acme.yaml"
SHOWN = ("acme-compute-instance", "acme-container-cluster")


def test_example_compiles_to_what_was_reviewed() -> None:
    compilation = compiled(load(EXAMPLE, as_of=DAY))
    files = [each for each in compilation.artifacts if each.path.startswith(SHOWN)]
    made = "".join(f"--- # {each.path}\n{each.content}" for each in files)
    comments = "".join(f"# {line}\n" for line in table(compilation).splitlines())
    if os.environ.get("TAGWARD_WRITE_GOLDEN"):
        FROZEN.write_text(comments + made)

    assert FROZEN.read_text() == comments + made
