"""Compiled tag policies against an interpreter of tag policies: the only engine that there is, our own."""

from collections.abc import Iterator
from random import Random

from tagward_generators import target
from tests.conformance.tally import tally
from tests.generators import tag_policy_engine
from tests.generators.laws import row_breaches
from tests.generators.random_policies import DAY
from tests.generators.scp_laws import evaluator
from tests.generators.tag_policy_engine import lacking, refused
from tests.generators.tag_policy_laws import breaches, in_effect, judge, limit_breaches, policy, request

TALLY = tally("aws-tag-policy", tag_policy_engine)
pytestmark = TALLY.marks

POLICIES = 1_000
REQUESTS = 40


def test_random_policies_obey_the_laws() -> None:
    found = [breach for seed in range(POLICIES) for breach in law_breaches(seed)]

    assert found == []


def law_breaches(seed: int) -> Iterator[str]:
    rng = Random(seed)
    drawn = policy(rng)
    compilation = target("aws-tag-policy").compile(drawn, as_of=DAY)
    judging, merged = evaluator(drawn), in_effect(compilation)
    TALLY.case("L4", "L5")
    for breach in (*limit_breaches(drawn, compilation), *row_breaches(drawn, compilation)):
        TALLY.breach(breach.law)
        yield f"policy {seed}: {breach.law} {breach.said}"
    for number in range(REQUESTS):
        asked = request(rng, drawn)
        tags = {key: str(value) for key, value in asked.resource.tags.items()}
        denied = refused(merged, asked.kind, tags) or lacking(merged, asked.kind, tags)
        broken = judge(judging, asked)
        TALLY.case("L2" if broken else "L1", *(("L3",) if denied else ()))
        for breach in breaches(drawn, compilation, merged, asked, broken):
            TALLY.breach(breach.law)
            yield f"policy {seed}, request {number}: {breach.law} {breach.said}: {asked}"
