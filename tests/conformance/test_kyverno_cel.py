"""The CEL of compiled policies against Google's own, validation by validation."""

from random import Random

import pytest

from tests.conformance.tally import tally
from tests.generators.kyverno_laws import found
from tests.oracles import cel_engine

TALLY = tally("kyverno", cel_engine)
pytestmark = TALLY.marks

FIRST = 100_000
POLICIES = 1_000
REQUESTS = 24
BATCH = 50


@pytest.mark.parametrize("first", range(FIRST, FIRST + POLICIES, BATCH))
def test_random_policies_obey_the_laws(first: int) -> None:
    broken = []
    for seed in range(first, first + BATCH):
        TALLY.case("L1", "L2", "L3", times=REQUESTS)
        TALLY.case("L4", "L5")
        for breach in found(Random(seed), REQUESTS):
            TALLY.breach(breach.law)
            broken.append((seed, breach))

    assert broken == []
