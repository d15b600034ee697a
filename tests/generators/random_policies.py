"""Random policies over the whole language, small enough that random requests meet their rules."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, TypeVar

from msgspec import UNSET

from tagward.language import AwsScp, Targets
from tagward.policy import Alias as OlderKey
from tagward.policy import (
    AllOf,
    Allowed,
    AnyOf,
    Condition,
    Exemption,
    Matches,
    Not,
    Policy,
    Requirement,
    Selector,
    Stage,
    Tag,
    TagIn,
)
from tests.generators.worlds import AWS, World

DAY = date(2026, 11, 21)
BREAK_GLASS = "arn:aws:iam::*:role/break-glass"

ACTIONS = (
    "ec2:RunInstances",
    "ec2:CreateVolume",
    "ec2:CreateFleet",
    "ec2:CreateSnapshot",
    "sagemaker:CreateEndpoint",
    "sagemaker:CreateEndpointConfig",
    "sagemaker:CreateModel",
    "bedrock:CreateModelCustomizationJob",
    "elasticache:CreateReplicationGroup",
    "elasticache:CreateCacheCluster",
    "kinesis:CreateStream",
    "s3:CreateBucket",
    "dynamodb:CreateTable",
)

_T = TypeVar("_T")


def maybe(rng: Random, chance: float, make: Callable[[], _T], otherwise: _T) -> _T:
    """Return what `make` makes, by chance."""
    return make() if rng.random() < chance else otherwise


def some_of(rng: Random, options: Sequence[_T], most: int = 3) -> tuple[_T, ...]:
    """Return one to `most` of the options."""
    return tuple(rng.sample(options, rng.randint(1, min(most, len(options)))))


def near(rng: Random) -> date:
    """Return a day around the day on which everything is judged."""
    return DAY + timedelta(days=rng.choice((-40, -1, 0, 1, 40)))


def policy(rng: Random, world: World = AWS) -> Policy:
    """Make a policy."""
    ids = rng.sample(world.ids, rng.randint(1, 4))
    scopes = {"prod": selector(rng, world), "sandbox": selector(rng, world)}
    return Policy(
        "random",
        "1",
        "0" * 64,
        tags=tuple(tag(rng, world, each, ids, tuple(scopes)) for each in ids),
        scopes=scopes,
        exemptions=maybe(rng, 0.4, lambda: (exemption(rng, world, ids, tuple(scopes)),), ()),
        forbidden_keys=maybe(rng, 0.25, lambda: forbidden(rng), ()),
        forbidden_values=maybe(rng, 0.1, lambda: ("AKIA[0-9A-Z]{16}",), ()),
        closed=rng.random() < 0.25,
        max_tags=maybe(rng, 0.1, lambda: 2, None),
        placeholders=maybe(rng, 0.8, lambda: ("tbd", "none", "n/a"), ()),
        targets=Targets(aws_scp=settings(rng)),
    )


def settings(rng: Random) -> AwsScp:
    """Make settings of the target."""
    return AwsScp(
        presence=rng.choice((UNSET, "tag-keys", "tag-keys", "request-tag")),
        actions=UNSET if rng.random() < 0.05 else list(some_of(rng, ACTIONS, 5)),
        protect=rng.choice((UNSET, False)),
        exempt_principals=[BREAK_GLASS] if rng.random() < 0.3 else UNSET,
        max_chars=rng.choice((UNSET, 5_120, 4_000)),
        max_policies=50,
    )


def forbidden(rng: Random) -> tuple[str, ...]:
    """Make a list of globs of forbidden keys."""
    return rng.choice(
        (("*password*",), ("tmp-?", "*secret*"), ("tmp-*", "!tmp-1"), ("tmp-[0-9]",), ("!*-*",))
    )


def tag(rng: Random, world: World, name: str, ids: Sequence[str], scopes: Sequence[str]) -> Tag:
    """Make a tag; `ids` are those that its conditions may ask for."""
    key = world.keys.get(name, name)
    constraint: Allowed | Matches | None = rng.choice(
        (None, allowed(rng, world), Matches(rng.choice(world.patterns)))
    )
    other = "azure" if world.cloud == "aws" else "aws"
    return Tag(
        name,
        name.title().replace("-", " "),
        requirements=tuple(
            requirement(rng, world, name, ids, scopes) for _ in range(rng.choice((0, 1, 1, 1, 1, 2)))
        ),
        constraint=constraint,
        keys=maybe(rng, 0.95, lambda: {world.cloud: key, other: name}, {other: name}),
        aliases=tuple(
            OlderKey(each, maybe(rng, 0.7, lambda: near(rng), None))
            for each in world.aliases.get(name, ())
            if rng.random() < 0.4
        ),
        replaces=maybe(rng, 0.25, lambda: {"production": "prod", "dev": "development"}, {}),
        inherit=rng.choice(world.inherit),
        enforce=stages(rng, world.stage_surface),
    )


def allowed(rng: Random, world: World) -> Allowed:
    """Make a list of values, some of them retired."""
    values = some_of(rng, world.values, 4)
    until = {value: near(rng) for value in values if rng.random() < 0.15}
    return Allowed(values, registry="teams" if until else None, until=until)


def stages(rng: Random, surface: str) -> tuple[Stage, ...]:
    """Make the stages of a tag."""
    return rng.choice(
        (
            (Stage("deny"),),
            (Stage("deny"),),
            (Stage("deny"),),
            (Stage("warn"), Stage("deny", near(rng), ("ci" if surface != "ci" else "scan", surface))),
            (Stage("deny", near(rng)),),
            (Stage("deny", None, ("scan",)),),
        )
    )


def requirement(
    rng: Random, world: World, name: str, ids: Sequence[str], scopes: Sequence[str]
) -> Requirement:
    """Make a requirement."""
    others = [each for each in ids if each != name] or ["absent"]
    return Requirement(
        on=maybe(rng, 0.5, lambda: selector(rng, world, scopes), Selector()),
        when=maybe(rng, 0.35, lambda: condition(rng, world, others), None),
        level=rng.choice(("required",) * 6 + ("recommended",)),
    )


def condition(rng: Random, world: World, ids: Sequence[str], depth: int = 2) -> Condition:
    """Make a condition on other tags."""
    kind = rng.choice(("in", "in", "all", "any", "not")) if depth else "in"
    if kind == "in":
        return TagIn(rng.choice(ids), frozenset(some_of(rng, world.values)))
    if kind == "not":
        return Not(condition(rng, world, ids, depth - 1))
    inner = (condition(rng, world, ids, depth - 1), condition(rng, world, ids, depth - 1))
    return AllOf(inner) if kind == "all" else AnyOf(inner)


def selector(rng: Random, world: World, scopes: Sequence[str] = ()) -> Selector:
    """Make a selector of few fields; one without `scopes` can be a scope."""
    named = {field: choices for field, (_, choices) in world.selectors.items()}
    choices: dict[str, tuple[tuple[str, ...], ...]] = {
        **named,
        "types": (*((each,) for each in world.types), some_of(rng, world.types)),
        "scopes": (tuple(scopes[:1]), tuple(scopes), tuple(f"!{each}" for each in scopes[:1])),
    }
    weights = (*(weight for weight, _ in world.selectors.values()), 6, 3 if scopes else 0)
    fields = set(rng.choices(tuple(choices), weights, k=rng.choice((1, 1, 2, 3))))
    picked: dict[str, Any] = {field: rng.choice(choices[field]) for field in sorted(fields)}
    return Selector(**picked)


def exemption(rng: Random, world: World, ids: Sequence[str], scopes: Sequence[str]) -> Exemption:
    """Make an exemption."""
    return Exemption("EX-1", "ops", "vendor", near(rng), some_of(rng, ids), selector(rng, world, scopes))
