"""What `tagward diff` makes of definitions, against Microsoft's own implementation of Azure Policy."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import pytest

from tagward_generators.deciding.azure.conditions import at, condition, holds
from tagward_generators.deciding.azure.scene import Scene
from tests.conformance.tally import tally
from tests.generators.azure_policy_laws import Assigned, compiled, policy
from tests.generators.azure_policy_resources import Asked, asked_of, resource
from tests.generators.deciding.azure_comparisons import compared, objects, untrue
from tests.oracles import azure_engine
from tests.oracles.azure_engine import Engine

pytestmark = tally("azure-policy", azure_engine).marks

POLICIES = 400
RESOURCES = 8
BATCH = 50

LOOKED_AT_FIRST = (
    {"field": "type", "exists": "true"},
    {"value": "[subscription().subscriptionId]", "exists": "true"},
)
"""The engine loses the resource, or what it lives in, where that is first asked for in a branch it skips."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as running:
        yield running


def by_engine(engine: Engine, rule: Any, asked: Asked) -> bool:
    whole = {"if": {"allOf": [*LOOKED_AT_FIRST, rule]}, "then": {"effect": "deny"}}
    (answer,) = engine.ask(
        {"properties": {"mode": "All", "policyRule": whole}},
        [asked.resource],
        resource_group=asked.group,
        subscription=asked.subscription,
    )
    return answer.fires


def by_us(rule: Mapping[str, Any], asked: Asked) -> tuple[bool, bool]:
    """Decide at once, and after working out what does not depend on tags."""
    seen = Scene(asked.resource, asked.group, asked.subscription)
    untagged = {key: value for key, value in asked.resource.items() if key != "tags"}
    read = condition(rule, {})
    left = at(read, Scene(untagged, asked.group, asked.subscription))
    return holds(read, seen), holds(left, seen)


@pytest.mark.parametrize("first", range(0, POLICIES, BATCH))
def test_conditions_hold_when_the_engine_says_so(engine: Engine, first: int) -> None:
    asked_at_all, wrong = 0, []
    for seed in range(first, first + BATCH):
        rng = Random(seed)
        drawn = policy(rng)
        definitions = Assigned(compiled(drawn)).definitions
        for _ in range(RESOURCES):
            asked = asked_of(resource(rng, drawn))
            for name, definition in definitions.items():
                rule = definition["properties"]["policyRule"]["if"]
                fires = by_engine(engine, rule, asked)
                asked_at_all += 1
                if by_us(rule, asked) != (fires, fires):
                    wrong.append((seed, name, asked))

    assert wrong == []
    assert asked_at_all > BATCH


WRITTEN = [
    {"field": "tags['env']", "notEquals": "DEV"},
    {"field": "tags.env", "equals": "dev"},
    {"field": "tags[env]", "in": ["DEV", "qa"]},
    {"field": "tags['env']", "notIn": ["DEV", "qa"]},
    {"field": "tags['env']", "like": "D*V"},
    {"field": "tags['env']", "notLike": "x*"},
    {"field": "tags['env']", "match": "?e."},
    {"field": "tags['env']", "notMatch": "???"},
    {"field": "tags['env']", "matchInsensitively": "DE?"},
    {"field": "tags['env']", "contains": "E"},
    {"field": "tags['env']", "notContains": "E"},
    {"field": "tags['ENV']", "exists": "true"},
    {"field": "tags", "containsKey": "env"},
    {"field": "tags", "notContainsKey": "Env"},
    {"value": "[concat(field('name'), 'x')]", "equals": "AX"},
    {"value": "[length(field('name'))]", "less": 2},
    {"value": "[take(field('name'), 5)]", "equals": "a"},
    {"value": "[skip(field('name'), 1)]", "equals": ""},
    {"value": "[toUpper(field('location'))]", "match": "WESTEUROPE"},
    {"value": "[resourceGroup().tags['team']]", "equals": "fraud"},
    {"value": "[empty(field('tags'))]", "equals": True},
]
"""Conditions that people write and no compiler of ours does."""

TAGS: list[dict[str, str]] = [
    {},
    {"env": "dev"},
    {"env": "Dev"},
    {"env": "prod"},
    {"env": ""},
    {"other": "x"},
]


@pytest.mark.parametrize("rule", WRITTEN, ids=str)
def test_conditions_that_people_write_hold_when_the_engine_says_so(engine: Engine, rule: Any) -> None:
    for tags in TAGS:
        made: dict[str, Any] = {
            "type": "Microsoft.Compute/virtualMachines",
            "name": "a",
            "location": "westeurope",
        }
        whole = made | ({"tags": tags} if tags else {})
        asked = Asked(whole, {"tags": {"team": "fraud"}}, {"subscriptionId": "0", "tags": {}})

        assert by_us(rule, asked)[0] is by_engine(engine, rule, asked), tags


@pytest.mark.parametrize("seed", range(6))
def test_the_examples_of_two_random_policies_are_true(seed: int) -> None:
    was, now = (compiled(policy(Random(each))) for each in (seed, seed + 50))
    comparison = compared(objects(was), objects(now))

    assert comparison.undecided == ()
    assert list(untrue(comparison.differences, was, now)) == []
