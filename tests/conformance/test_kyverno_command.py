"""Compiled policies against Kyverno's command, as people try them out: each object is a creation."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import yaml

from tests.conformance.tally import tally
from tests.generators.admission_laws import Asked, asked
from tests.generators.kyverno_laws import Said, case, in_one_cluster, namespaces, policies, said_breaches
from tests.generators.laws import Breach
from tests.generators.test_golden import GOLDEN
from tests.generators.vap_laws import Case
from tests.oracles import kyverno_engine
from tests.oracles.kyverno_engine import apply
from tests.oracles.manifests import identity

TALLY = tally("kyverno", kyverno_engine)
pytestmark = TALLY.marks

FIRST = 50_000
POLICIES = 100
OBJECTS = 12
BATCH = 20


@pytest.mark.parametrize("first", range(FIRST, FIRST + POLICIES, BATCH))
def test_random_policies_obey_the_laws(first: int) -> None:
    broken = []
    for seed in range(first, first + BATCH):
        for breach in found(Random(seed)):
            TALLY.breach(breach.law)
            broken.append((seed, breach))

    assert broken == []


def found(rng: Random) -> Iterator[Breach]:
    """List the breaches of a random policy by random objects."""
    drawn = case(rng)
    if not drawn.stages:
        return
    requests = creations(rng, drawn)
    TALLY.case("L1", "L2", "L3", times=len(requests))
    objects = [one.object for one in requests]
    results = apply(policies(drawn.compilation), objects, namespaces=namespaces(requests))
    for one, said in zip(requests, results, strict=True):
        by_mode = {
            each.policy.rpartition("-")[2]: Said(
                each.outcome == "fail", each.message if each.outcome == "error" else ""
            )
            for each in said
        }
        yield from said_breaches(drawn.judge, drawn.compilation, one, by_mode)


def creations(rng: Random, drawn: Case) -> list[Asked]:
    """Draw creations of objects that the command can tell apart; it moves all into a namespace."""
    made = (asked(rng, drawn.policy) for _ in range(2 * OBJECTS))
    named = {
        identity(one.object): one
        for one in in_one_cluster(made)
        if one.operation == "CREATE" and {"name", "namespace"} <= one.object["metadata"].keys()
    }
    return list(named.values())[:OBJECTS]


@pytest.mark.parametrize("path", sorted((GOLDEN / "kyverno").glob("*.yaml")), ids=lambda path: path.stem)
def test_command_takes_what_packs_compile_to(path: Path) -> None:
    (policy,) = yaml.safe_load_all(path.read_text())
    bare = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "default"}}

    ((result,),) = apply([policy], [bare])

    assert result.policy == path.stem
    assert result.outcome == ("fail" if path.stem.endswith("deny") else "pass")
