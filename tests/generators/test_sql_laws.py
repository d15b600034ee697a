"""The query says of every line what evaluation says of the resource that it bills."""

from random import Random

import pytest

from tests.generators.bill_laws import breaches, drawn


@pytest.mark.parametrize("seed", range(12))
def test_the_query_agrees_with_evaluation(seed: int) -> None:
    assert list(breaches(drawn(Random(seed)))) == []
