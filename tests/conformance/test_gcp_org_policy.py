"""Compiled custom constraints against Google's CEL, and their files against Google's own messages."""

import json
from random import Random

import pytest
import yaml

from tagward.loader import load
from tests.conformance.tally import tally
from tests.generators.gcp_laws import drawn_policy, found
from tests.generators.gcp_policies import DAY, compiled
from tests.oracles import cel_engine

TALLY = tally("gcp-org-policy", cel_engine)
pytestmark = TALLY.marks

POLICIES = 2_000
RESOURCES = 12
BATCH = 100


@pytest.mark.parametrize("first", range(0, POLICIES, BATCH))
def test_random_policies_obey_the_laws(first: int) -> None:
    broken = []
    for seed in range(first, first + BATCH):
        rng = Random(seed)
        drawn = drawn_policy(rng)
        compilation = compiled(drawn)
        if compilation.artifacts:
            TALLY.case("L1", "L2", "L3", times=RESOURCES)
        TALLY.case("L4", "L5")
        for breach in found(rng, drawn, compilation, RESOURCES):
            TALLY.breach(breach.law)
            broken.append((seed, breach))

    assert broken == []


def test_files_are_what_google_calls_constraints_and_policies() -> None:
    orgpolicy = pytest.importorskip("google.cloud.orgpolicy_v2", reason="needs google-cloud-org-policy")
    for seed in range(200):
        for artifact in compiled(drawn_policy(Random(seed))).artifacts:
            message = getattr(orgpolicy, artifact.kind)
            read = message.from_json(json.dumps(yaml.safe_load(artifact.content)))

            assert read.name.startswith(("organizations/", "folders/", "projects/"))


@pytest.mark.parametrize("pack", ["ml-platform", "finops-core"])
def test_every_condition_of_a_pack_compiles(pack: str) -> None:
    made = compiled(load(f"pack:{pack}", as_of=DAY))
    conditions = [
        yaml.safe_load(each.content)["condition"]
        for each in made.artifacts
        if each.kind == "CustomConstraint"
    ]
    for condition in conditions:
        assert cel_engine.gcp().compile(condition).type.name() == "BOOL"
