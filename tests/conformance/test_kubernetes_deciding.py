"""What `tagward diff` tells of random admission policies, asked again of CEL request by request."""

import pytest

from tests.conformance.tally import tally
from tests.generators.deciding.vap_comparisons import compared, compiled, untrue
from tests.oracles import cel_engine

pytestmark = tally("kubernetes-vap", cel_engine).marks


@pytest.mark.parametrize("seed", range(6))
def test_the_examples_of_two_random_policies_are_true(seed: int) -> None:
    was, now = compiled(seed), compiled(seed + 50)
    comparison = compared(was, now)

    assert comparison.undecided == ()
    assert list(untrue(comparison.differences, was, now)) == []
