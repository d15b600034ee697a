"""The laws of compilation hold for random tag policies and requests, and a broken compiler is found out."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from tagward.policy import Policy
from tagward_generators import target
from tagward_generators.targets import Artifact, Compilation, Grade
from tests.generators.laws import Breach, laws, row_breaches
from tests.generators.random_policies import DAY
from tests.generators.scp_laws import evaluator
from tests.generators.tag_policy_laws import (
    breaches,
    in_effect,
    judge,
    limit_breaches,
    policy,
    request,
)

SEEDS = range(40_000, 40_150)
REQUESTS = 25

Entry = dict[str, Any]
Broken = Callable[[Policy], Compilation]


def compiled(drawn: Policy) -> Compilation:
    return target("aws-tag-policy").compile(drawn, as_of=DAY)


def found(seed: int, broken: Broken = compiled, requests: int = REQUESTS) -> Iterator[Breach]:
    """List the breaches of one random policy over random requests."""
    rng = Random(seed)
    drawn = policy(rng)
    compilation = broken(drawn)
    yield from limit_breaches(drawn, compilation)
    yield from row_breaches(drawn, compilation)
    judging, merged = evaluator(drawn), in_effect(compilation)
    for _ in range(requests):
        asked = request(rng, drawn)
        yield from breaches(drawn, compilation, merged, asked, judge(judging, asked))


def test_random_policies_obey_every_law() -> None:
    assert [(seed, breach) for seed in SEEDS for breach in found(seed)] == []


def each_entry(change: Callable[[str, Entry], Entry]) -> Broken:
    """Break a compiler: change what it writes of each tag."""

    def broken(drawn: Policy) -> Compilation:
        made = compiled(drawn)
        return replace(made, artifacts=tuple(changed(artifact, change) for artifact in made.artifacts))

    return broken


def changed(artifact: Artifact, change: Callable[[str, Entry], Entry]) -> Artifact:
    tags = json.loads(artifact.content)["tags"]
    content = json.dumps({"tags": {key: change(key, entry) for key, entry in tags.items()}})
    return replace(artifact, content=content)


def assigning(field: str, value: Any) -> Callable[[str, Entry], Entry]:
    return lambda _, entry: entry | {field: {"@@assign": value}}


def assigning_where(field: str, value: Any) -> Callable[[str, Entry], Entry]:
    return lambda _, entry: entry | {field: {"@@assign": value}} if field in entry else entry


def with_key_in_lower_case(key: str, entry: Entry) -> Entry:
    return entry | {"tag_key": {"@@assign": key.lower()}}


def with_fewer_values(_: str, entry: Entry) -> Entry:
    values = entry.get("tag_value", {}).get("@@assign", [])
    return entry | {"tag_value": {"@@assign": values[:1]}} if len(values) > 1 else entry


def with_one_value_more(_: str, entry: Entry) -> Entry:
    values = entry.get("tag_value", {}).get("@@assign", ["*"])
    return entry | {"tag_value": {"@@assign": [*values, "production", "wrong", ""]}}


def with_two_stars(_: str, entry: Entry) -> Entry:
    return entry | {"tag_value": {"@@assign": ["a*b*"]}}


def without(field: str) -> Callable[[str, Entry], Entry]:
    return lambda _, entry: {name: value for name, value in entry.items() if name != field}


def of(change: Callable[[Policy], Policy]) -> Broken:
    """Break a compiler: let it overlook a part of the policy, and account for all of it."""
    return lambda drawn: replace(compiled(change(drawn)), fidelity=compiled(drawn).fidelity)


def without_conditions(drawn: Policy) -> Policy:
    tags = (
        replace(tag, requirements=tuple(replace(each, when=None) for each in tag.requirements))
        for tag in drawn.tags
    )
    return replace(drawn, tags=tuple(tags))


def without_aliases(drawn: Policy) -> Policy:
    return replace(drawn, tags=tuple(replace(tag, aliases=()) for tag in drawn.tags))


def without_stages(drawn: Policy) -> Policy:
    return replace(drawn, tags=tuple(replace(tag, enforce=type(tag)("x", "x").enforce) for tag in drawn.tags))


def all_exact(drawn: Policy) -> Compilation:
    made = compiled(drawn)
    return replace(made, fidelity=tuple(replace(row, grade=Grade.EXACT) for row in made.fidelity))


def in_one_policy(drawn: Policy) -> Compilation:
    made = compiled(drawn)
    every = {key: each for a in made.artifacts for key, each in json.loads(a.content)["tags"].items()}
    return replace(
        made, artifacts=(Artifact("all.json", json.dumps({"tags": every}, indent=2), "TAG_POLICY"),)
    )


def with_a_row_lost(drawn: Policy) -> Compilation:
    made = compiled(drawn)
    return replace(made, fidelity=made.fidelity[:-1])


EVERY_TYPE = ["ec2:ALL_SUPPORTED", "rds:ALL_SUPPORTED", "sagemaker:model-package"]

MUTANTS: dict[str, tuple[Broken, str]] = {
    "enforced everywhere": (each_entry(assigning("enforced_for", EVERY_TYPE)), "L1"),
    "required everywhere": (each_entry(assigning("report_required_tag_for", ["ec2:ALL_SUPPORTED"])), "L1"),
    "whole services": (each_entry(assigning_where("enforced_for", EVERY_TYPE)), "L1"),
    "key in lower case": (each_entry(with_key_in_lower_case), "L1"),
    "one value only": (each_entry(with_fewer_values), "L1"),
    "conditions overlooked": (of(without_conditions), "L1"),
    "exemptions overlooked": (of(lambda drawn: replace(drawn, exemptions=())), "L1"),
    "aliases overlooked": (of(without_aliases), "L1"),
    "stages overlooked": (of(without_stages), "L1"),
    "too many values": (each_entry(with_one_value_more), "L2"),
    "nothing enforced": (each_entry(without("enforced_for")), "L2"),
    "everything called exact": (all_exact, "L2"),
    "two wildcards": (each_entry(with_two_stars), "L4"),
    "everything in one policy": (in_one_policy, "L4"),
    "an unknown type": (each_entry(assigning("enforced_for", ["sagemaker:endpoint"])), "L4"),
    "a row lost": (with_a_row_lost, "L5"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_compiler_is_found_out(name: str) -> None:
    broken, law = MUTANTS[name]

    assert any(law in laws(found(seed, broken)) for seed in SEEDS)
