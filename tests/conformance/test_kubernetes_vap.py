"""Compiled ValidatingAdmissionPolicies against evaluation, their CEL evaluated by Google's engine."""

from random import Random

import pytest

from tests.conformance.tally import tally
from tests.generators.admission_laws import asked
from tests.generators.laws import row_breaches
from tests.generators.vap_laws import binding_breaches, case, case_breaches, limit_breaches
from tests.oracles import cel_engine

TALLY = tally("kubernetes-vap", cel_engine)
pytestmark = TALLY.marks

POLICIES = 1_700
REQUESTS = 12
BATCH = 100


@pytest.mark.parametrize("first", range(0, POLICIES, BATCH))
def test_random_policies_obey_the_laws(first: int) -> None:
    broken = []
    for seed in range(first, first + BATCH):
        rng = Random(seed)
        drawn = case(rng)
        found = [
            *row_breaches(drawn.policy, drawn.compilation),
            *limit_breaches(drawn.compilation),
            *binding_breaches(drawn),
        ]
        TALLY.case("L4", "L5")
        for _ in range(REQUESTS):
            found += case_breaches(drawn, asked(rng, drawn.policy))
        TALLY.case("L1", "L2", "L3", times=REQUESTS)
        for breach in found:
            TALLY.breach(breach.law)
            broken.append((seed, breach))

    assert broken == []
