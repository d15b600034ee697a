"""Random tags of a resource, near what a policy asks for."""

from random import Random

from tagward.policy import Allowed, Policy, Tag
from tests.generators.worlds import AWS, MATCHING, World


def tags(rng: Random, policy: Policy, world: World = AWS) -> dict[str, str]:
    """Make tags: each tag of the policy in some state, and a few more keys."""
    found: dict[str, str] = {}
    for tag in policy.tags:
        for key in _keys(rng, tag, world):
            _add(found, key, _value(rng, tag, world))
    while rng.random() < 0.2:
        _add(found, rng.choice(world.extras), rng.choice(("x", "AKIA0123456789ABCDEF", "")))
    return found


def _add(found: dict[str, str], key: str, value: str) -> None:
    """Add a tag, never a second key that differs by case only: which of them counts is not documented."""
    if key.casefold() not in {each.casefold() for each in found}:
        found[key] = value


def _keys(rng: Random, tag: Tag, world: World) -> list[str]:
    key = tag.keys.get(world.cloud, tag.id)
    aliases = [alias.key for alias in tag.aliases]
    near = [key.upper(), key.replace("-", "_"), key[:-1], f"{key}s"]
    state = rng.random()
    if state < 0.6:
        return [key, *(rng.sample(aliases, 1) if aliases and rng.random() < 0.3 else [])]
    if state < 0.75 and aliases:
        return rng.sample(aliases, rng.randint(1, len(aliases)))
    return [rng.choice(near)] if state < 0.85 else []


def _value(rng: Random, tag: Tag, world: World) -> str:
    state = rng.random()
    if state < 0.35:
        return rng.choice(world.odd)
    match tag.constraint:
        case Allowed(values):
            return rng.choice(values)
        case None:
            return rng.choice(("x", "dev", "training", "prod"))
        case constraint:
            return MATCHING[constraint.pattern]
