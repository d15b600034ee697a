"""Compiled definitions against Microsoft's own implementation of Azure Policy and its published schemas."""

import json
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import pytest

from tests.conformance.tally import tally
from tests.generators.azure_policy_laws import Ask, Assigned, by_subset, compiled, found, policy
from tests.generators.azure_policy_resources import Asked, asked_of, resource
from tests.oracles import azure_engine
from tests.oracles.arm_schema import complaints
from tests.oracles.azure_engine import Engine

TALLY = tally("azure-policy", azure_engine)
pytestmark = TALLY.marks

POLICIES = 2_000
RESOURCES = 15
BATCH = 100

LOOKED_AT_FIRST = (
    {"field": "type", "exists": "true"},
    {"value": "[subscription().subscriptionId]", "exists": "true"},
)
"""The engine loses the resource, or what it lives in, where that is first asked for in a branch it skips."""


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    with Engine() as engine:

        def by_engine(definition: Mapping[str, Any], asked: Asked, passed: str) -> str:
            (answer,) = engine.ask(
                looking_first(definition),
                [asked.resource],
                parameters={"effect": passed},
                resource_group=asked.group,
                subscription=asked.subscription,
            )
            return answer.effect if answer.fires else ""

        yield by_engine


def looking_first(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    """Ask for everything at the start of a rule, which changes nothing."""
    properties = definition["properties"]
    rule = properties["policyRule"]
    whole = {"allOf": [*LOOKED_AT_FIRST, rule["if"]]}
    return {"properties": properties | {"policyRule": rule | {"if": whole}}}


@pytest.mark.parametrize("first", range(0, POLICIES, BATCH))
def test_random_policies_obey_the_laws(ask: Ask, first: int) -> None:
    broken = []
    for seed in range(first, first + BATCH):
        TALLY.case("L1", "L2", "L3", times=RESOURCES)
        TALLY.case("L4", "L5")
        for breach in found(seed, resources=RESOURCES, ask=ask):
            TALLY.breach(breach.law)
            broken.append((seed, breach))

    assert broken == []


def test_small_interpreter_of_the_ordinary_suite_agrees_with_the_engine(ask: Ask) -> None:
    for seed in range(POLICIES, POLICIES + 200):
        rng = Random(seed)
        drawn = policy(rng)
        definitions = Assigned(compiled(drawn)).definitions.values()
        for _ in range(5):
            asked = asked_of(resource(rng, drawn))
            for definition in definitions:
                told = f"policy {seed}, {definition['name']}: {asked}"

                assert by_subset(definition, asked, "Deny") == ask(definition, asked, "Deny"), told


def test_bodies_are_what_resource_manager_publishes() -> None:
    for seed in range(200):
        for artifact in compiled(policy(Random(seed))).artifacts:
            assert list(complaints(json.loads(artifact.content))) == [], (seed, artifact.path)
