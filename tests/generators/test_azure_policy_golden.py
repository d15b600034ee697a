"""What two policies compile to on Azure, frozen for review: that of the example, and one that copies tags."""

import json
import os
from pathlib import Path

import pytest

from tagward.loader import load
from tests.generators.azure_policy_laws import compiled
from tests.generators.random_policies import DAY
from tests.generators.test_golden import GOLDEN, table

ROOT = Path(__file__).parents[2]
FROZEN = GOLDEN / "azure-policy"
POLICIES = {
    "acme": ROOT / "policies" / "example" / "tagward.yaml",
    "inherited": ROOT / "tests" / "terraform" / "data" / "inherited.yaml",
}
OF_THE_PACK = ("acme-ml-environment", "acme-ml-experiment-id", "acme-ml-project", "acme-ml-workload-type")
"""What the example leaves as the pack has it, which is frozen already."""


@pytest.mark.parametrize("name", POLICIES)
def test_policy_compiles_to_what_was_reviewed(name: str) -> None:
    compilation = compiled(load(POLICIES[name], as_of=DAY))
    shown = [each for each in compilation.artifacts if not each.path.startswith(OF_THE_PACK)]
    bodies = [json.loads(each.content) for each in shown]
    made = {
        f"{name}.json": json.dumps(bodies, indent=1, ensure_ascii=False) + "\n",
        f"{name}.fidelity.txt": table(compilation),
    }
    if os.environ.get("TAGWARD_WRITE_GOLDEN"):
        for path, text in made.items():
            (FROZEN / path).write_text(text)

    assert {path: (FROZEN / path).read_text() for path in made} == made
