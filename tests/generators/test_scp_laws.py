"""The laws of compilation hold for random policies and requests, and a broken compiler is found out."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from tagward.catalog import aws_actions
from tagward.language import Targets
from tagward.policy import Policy
from tagward_generators import target
from tagward_generators.aws_scp.actions import Creation
from tagward_generators.targets import Artifact, Compilation
from tests.generators.laws import Breach, laws
from tests.generators.random_policies import DAY, policy
from tests.generators.random_requests import ANY_TYPE, Request, every_creation, made, request
from tests.generators.scp_laws import (
    breaches,
    evaluator,
    is_exempt,
    judge,
    limit_breaches,
    row_breaches,
)
from tests.oracles.iam_subset import any_denied, context_of

SEEDS = range(20_000, 20_100)
REQUESTS = 12

Statement = dict[str, Any]
Broken = Callable[[Compilation], Compilation]


def compiled(drawn: Policy) -> Compilation:
    return target("aws-scp").compile(drawn, as_of=DAY)


def refused(documents: list[str], asked: Request, every: tuple[Creation, ...]) -> bool:
    """Decide a request on what it makes, and on the image that it only uses."""
    tagged = [
        (arn.replace("*", "x1"), asked.tags[kind])
        for creation in every
        if creation.action == asked.action
        for kind in sorted(creation.kinds) or [ANY_TYPE]
        for arn in creation.resources
    ]
    image: tuple[str, dict[str, str]] = ("arn:aws:ec2:eu-west-1::image/x1", {})
    used = [image] if asked.action == "ec2:RunInstances" else []
    return any(
        any_denied(
            documents, asked.action, arn, context_of(asked.account, asked.region, asked.principal, tags)
        )
        for arn, tags in [*tagged, *used]
    )


def found(seed: int, broken: Broken = lambda compilation: compilation) -> Iterator[Breach]:
    """List the breaches of one random policy over random requests."""
    rng = Random(seed)
    drawn = policy(rng)
    compilation = broken(compiled(drawn))
    documents = [artifact.content for artifact in compilation.artifacts]
    every = every_creation(drawn)
    judging = evaluator(drawn)
    yield from limit_breaches(drawn, compilation)
    yield from row_breaches(drawn, compilation)
    for number in range(REQUESTS):
        asked = request(rng, drawn, every)
        exempt = is_exempt(drawn, asked)
        denied = refused(documents, asked, every)
        yield from breaches(compilation, judge(judging, asked, every, number), denied=denied, exempt=exempt)


def test_random_policies_obey_every_law() -> None:
    assert [(seed, breach) for seed in SEEDS for breach in found(seed)] == []


def removals(seed: int) -> Iterator[tuple[bool, bool]]:
    """Take tags from random resources: say whether that is denied, and whether what is left is accepted."""
    rng = Random(seed)
    drawn = policy(rng)
    settings = replace(drawn.targets.aws_scp, protect=True, exempt_principals=[])
    drawn = replace(drawn, targets=Targets(aws_scp=settings))
    documents = [artifact.content for artifact in compiled(drawn).artifacts]
    every = every_creation(drawn)
    judging = evaluator(drawn)
    for _ in range(REQUESTS):
        asked = request(rng, drawn, every)
        thing = rng.choice(made(rng, asked, every)).resource
        service = asked.action.partition(":")[0]
        arns = aws_actions().types.get(thing.type.removeprefix("aws:"), ("arn:aws:x:::x",))
        gone = {key: "" for key in thing.tags if rng.random() < 0.5}
        rest = {key: value for key, value in thing.tags.items() if key not in gone}
        for action in aws_actions().protect.get(service, ()):
            context = context_of(asked.account, asked.region, asked.principal, gone)
            denied = any_denied(documents, action, arns[0].replace("${Partition}", "aws"), context)
            left = judging.assess(replace(thing, tags=rest if gone else {})).findings
            broken = any(each.status == "violation" and each.mode == "deny" for each in left)
            yield denied, not broken


def test_removing_tags_is_denied_only_where_what_is_left_breaks_a_rule() -> None:
    found = [answer for seed in SEEDS for answer in removals(seed)]

    assert (True, True) not in found
    assert (True, False) in found


def each_statement(change: Callable[[Statement], list[Statement]]) -> Broken:
    """Break a compiler: change each statement that it writes."""

    def broken(compilation: Compilation) -> Compilation:
        return replace(
            compilation, artifacts=tuple(changed(artifact, change) for artifact in compilation.artifacts)
        )

    return broken


def changed(artifact: Artifact, change: Callable[[Statement], list[Statement]]) -> Artifact:
    document = json.loads(artifact.content)
    document["Statement"] = [new for old in document["Statement"] for new in change(old)]
    return replace(artifact, content=json.dumps(document))


def on_every_resource(statement: Statement) -> list[Statement]:
    return [statement | {"Resource": "*"}]


def without_operator(name: str) -> Callable[[Statement], list[Statement]]:
    def change(statement: Statement) -> list[Statement]:
        kept = {operator: keys for operator, keys in statement["Condition"].items() if operator != name}
        return [statement | {"Condition": kept}]

    return change


def without(prefix: str) -> Callable[[Statement], list[Statement]]:
    return lambda statement: [] if statement["Sid"].startswith(prefix) else [statement]


def with_any_key_enough(statement: Statement) -> list[Statement]:
    """Ask for one of all keys in place of each, as two keys under one Null do."""
    condition = dict(statement["Condition"])
    if "ForAllValues:StringNotEquals" in condition:
        keys = condition["ForAllValues:StringNotEquals"]["aws:TagKeys"]
        listed = [keys] if isinstance(keys, str) else keys
        condition["ForAllValues:StringNotEquals"] = {"aws:TagKeys": [*listed, "Environment", "CostCenter"]}
    return [statement | {"Condition": condition}]


def with_keys_in_any_case(statement: Statement) -> list[Statement]:
    """Guard with the plain Null test in place of the exact key."""
    condition = dict(statement["Condition"])
    keys = condition.pop("ForAnyValue:StringEquals", None)
    if keys is not None and statement["Sid"].startswith("Check"):
        for key in [keys["aws:TagKeys"]] if isinstance(keys["aws:TagKeys"], str) else keys["aws:TagKeys"]:
            condition.setdefault("Null", {})[f"aws:RequestTag/{key}"] = "false"
    return [statement | {"Condition": condition}]


def with_first_value_only(statement: Statement) -> list[Statement]:
    condition = {
        operator: {key: values[0] if isinstance(values, list) else values for key, values in keys.items()}
        for operator, keys in statement["Condition"].items()
    }
    return [statement | {"Condition": condition}]


def packed_into_one(compilation: Compilation) -> Compilation:
    statements = [each for a in compilation.artifacts for each in json.loads(a.content)["Statement"]]
    content = json.dumps({"Version": "2012-10-17", "Statement": statements * 3})
    return replace(compilation, artifacts=(Artifact("all.json", content, "SERVICE_CONTROL_POLICY"),))


def with_a_row_lost(compilation: Compilation) -> Compilation:
    return replace(compilation, fidelity=compilation.fidelity[:-1])


MUTANTS: dict[str, tuple[Broken, str]] = {
    "every resource": (each_statement(on_every_resource), "L1"),
    "no guard on values": (each_statement(without_operator("ForAnyValue:StringEquals")), "L1"),
    "keys in any case": (each_statement(with_keys_in_any_case), "L1"),
    "accounts forgotten": (each_statement(without_operator("StringLike")), "L1"),
    "first value only": (each_statement(with_first_value_only), "L1"),
    "one key is enough": (each_statement(with_any_key_enough), "L2"),
    "no presence": (each_statement(without("Enforce")), "L2"),
    "no values": (each_statement(without("Check")), "L2"),
    "no forbidden keys": (each_statement(without("RefuseForbidden")), "L2"),
    "principals forgotten": (each_statement(without_operator("ArnNotLike")), "L1"),
    "everything in one policy": (packed_into_one, "L4"),
    "a row lost": (with_a_row_lost, "L5"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_compiler_is_found_out(name: str) -> None:
    broken, law = MUTANTS[name]

    assert any(law in laws(found(seed, broken)) for seed in SEEDS)
