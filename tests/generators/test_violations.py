"""The expressions behind every compiler say what evaluation says, rule by rule."""

from collections.abc import Iterator
from random import Random

import pytest

from tagward.evaluation import Evaluator
from tagward.policy import MODES, Policy
from tagward.resource import Layer, Resource
from tagward_generators.facts import Has, Slot
from tagward_generators.logic import FALSE, TRUE, Unsayable, every, lowered, negate, some, sound, unsayable
from tagward_generators.rules import rules
from tagward_generators.selecting import Kind, Platform
from tagward_generators.violations import Violation, Violations
from tests.generators.laws import Row, broken_rows
from tests.generators.random_policies import DAY, policy
from tests.generators.random_tags import tags
from tests.generators.truth import holds
from tests.generators.worlds import KUBERNETES

SEEDS = range(400)
RESOURCES = 15
CLUSTER = Platform("kubernetes", "admission", layers=("namespace",), lacks=frozenset({"account", "region"}))
TYPES = (
    "kubernetes:Pod",
    "kubernetes:batch/Job",
    "kubernetes:apps/ReplicaSet",
    "kubernetes:ray.io/RayCluster",
)


NOT_ALONE = ("limits.closed", "legal")
"""Rules that are weaker than evaluation (see `Violations.unknown_key`), or no rule of the policy."""

ASKED_ONCE = ("required", "required[0]", "required[1]")
"""Of several requirements evaluation names the strongest only."""


def pod(rng: Random, drawn: Policy) -> Resource:
    """Make something that carries its labels itself, in a namespace with labels."""
    name = rng.choice(("web-1", "web-x", "db-1"))
    type_ = rng.choice(TYPES)
    above = tags(rng, drawn, KUBERNETES) if rng.random() < 0.5 else {}
    return Resource(
        cloud="kubernetes",
        type=type_,
        native=type_,
        address=f"{type_.rpartition('/')[2].rpartition(':')[2]}/{name}",
        name=name,
        account="",
        region="",
        namespace=rng.choice(("prod-a", "prod-x", "dev", "team-a")),
        tags=tags(rng, drawn, KUBERNETES),
        inherited=(Layer("namespace", "n", above),),
    )


def cases() -> Iterator[tuple[int, Policy, Resource]]:
    for seed in SEEDS:
        rng = Random(seed)
        drawn = policy(rng, KUBERNETES)
        for _ in range(RESOURCES):
            yield seed, drawn, pod(rng, drawn)


def found(drawn: Policy, resource: Resource, platform: Platform, kind: Kind | None) -> list[Violation]:
    violations = Violations(drawn, platform, DAY)
    every_one = (each for rule in rules(drawn) for each in violations.of(rule, kind))
    return [each for each in every_one if holds(sound(each.broken), resource)]


def rows(found: list[Violation], mode: str) -> set[Row]:
    return {(each.rule.tag, each.rule.name) for each in found if each.mode == mode}


@pytest.mark.parametrize("typed", [True, False])
def test_what_breaks_a_rule_is_what_evaluation_finds_broken(typed: bool) -> None:
    for seed, drawn, resource in cases():
        judged = Evaluator(drawn, as_of=DAY, surface="admission").assess(resource)
        kind = Kind(resource.type, (resource.native,)) if typed else None
        said = found(drawn, resource, CLUSTER, kind)
        for mode in MODES:
            wanted, got = broken_rows(judged, mode), rows(said, mode)
            surely = {row for row in wanted if row[1] not in NOT_ALONE}
            assert not got or wanted, (seed, mode, resource, said)
            assert not surely or got, (seed, mode, resource, surely)
            assert {row for row in surely - got if row[1] not in ASKED_ONCE} == set(), (seed, mode, resource)


def test_what_cannot_be_seen_never_breaks_a_rule() -> None:
    blind = Platform(
        "kubernetes",
        "admission",
        unseen=("namespace",),
        lacks=frozenset({"account", "region"}),
        blind={"name": "names cannot be seen", "namespace": "namespaces cannot be seen"},
    )
    some_found = False
    for seed, drawn, resource in cases():
        judged = Evaluator(drawn, as_of=DAY, surface="admission").assess(resource)
        said = found(drawn, resource, blind, Kind(resource.type))
        some_found |= bool(said)
        for mode in MODES:
            assert not rows(said, mode) or broken_rows(judged, mode), (seed, resource, said)
    assert some_found


A, B = Has(Slot("a")), Has(Slot("b"))
DARK = Unsayable("dark")


def test_what_cannot_be_said_leaves_only_what_is_sure() -> None:
    assert sound(some(A, DARK)) == A
    assert sound(every(A, DARK)) == FALSE
    assert sound(negate(every(A, DARK))) == negate(A)
    assert unsayable(every(A, some(B, DARK), DARK)) == ("dark",)


def test_expressions_are_flat_and_without_what_changes_nothing() -> None:
    assert every(A, every(A, B), TRUE) == every(A, B)
    assert some(A, TRUE) == TRUE
    assert every(A, FALSE) == FALSE
    assert negate(negate(every(A, some(B)))) == every(A, B)


def test_leaves_are_replaced_with_the_not_they_stand_under() -> None:
    assert lowered(every(A, negate(B)), lambda fact: A if fact == negate(B) else B) == every(B, A)
