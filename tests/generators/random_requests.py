"""Random create requests whose tags are near what a policy asks for."""

from random import Random

from msgspec import Struct

from tagward.policy import Allowed, Policy, Tag
from tagward.resource import Resource
from tagward_generators.aws_scp.actions import Creation, creations
from tests.generators.random_policies import ACCOUNTS, REGIONS

ANY_TYPE = "*"

MATCHING = {
    "[a-z][a-z0-9-]{1,8}": "ab-1",
    "cc-[0-9]{3}": "cc-123",
    "(dev|prod)-[a-z]+": "dev-x",
    "[ -~]*": "x y",
    "[A-Z]{2}|x": "AB",
    "team [ -~]+": "team 1",
    "[ -~]+": "x",
}
ODD = (
    *("", " ", "  ", "    ", "\u00a0", "\u2003\u2003"),
    *("tbd", "TBD", "None", "N/A", " tbd ", "none\u00a0"),
    *("wrong", "Dev", " dev", "prod ", "production", "dev", "cc-12", "cc-abc", "zz", "équipes", "a  b", "+"),
)
EXTRAS = ("tmp-1", "tmp-x", "tmp-12", "db-password", "my-secret", "Name", "plain", "other-key")


class Request(Struct, frozen=True):
    """A request to create: `tags` by the IAM resource type that carries them, `*` where the action does."""

    action: str
    account: str
    region: str
    principal: str
    tags: dict[str, dict[str, str]]


class Made(Struct, frozen=True):
    """A resource that a request would make."""

    kind: str
    resource: Resource


def request(rng: Random, policy: Policy, every: tuple[Creation, ...]) -> Request:
    """Make a request to one of the actions that the guardrail names."""
    action = rng.choice(sorted({creation.action for creation in every}))
    account = rng.choice(ACCOUNTS)
    shared = tags(rng, policy)
    by_kind = {
        kind: shared if rng.random() < 0.7 else tags(rng, policy)
        for creation in every
        if creation.action == action
        for kind in sorted(creation.kinds) or [ANY_TYPE]
    }
    role = rng.choice(("dev", "dev", "dev", "break-glass"))
    return Request(action, account, rng.choice(REGIONS), f"arn:aws:iam::{account}:role/{role}", by_kind)


def tags(rng: Random, policy: Policy) -> dict[str, str]:
    """Make the tags of a request: each tag of the policy in some state, and a few more keys."""
    found: dict[str, str] = {}
    for tag in policy.tags:
        for key in _keys(rng, tag):
            _add(found, key, _value(rng, tag))
    while rng.random() < 0.2:
        _add(found, rng.choice(EXTRAS), rng.choice(("x", "AKIA0123456789ABCDEF", "")))
    return found


def _add(found: dict[str, str], key: str, value: str) -> None:
    """Add a tag, never a second key that differs by case only: whose value AWS compares is not documented."""
    if key.casefold() not in {each.casefold() for each in found}:
        found[key] = value


def _keys(rng: Random, tag: Tag) -> list[str]:
    key = tag.keys.get("aws", tag.id)
    aliases = [alias.key for alias in tag.aliases]
    near = [key.upper(), key.replace("-", "_"), key[:-1], f"{key}s"]
    state = rng.random()
    if state < 0.6:
        return [key, *(rng.sample(aliases, 1) if aliases and rng.random() < 0.3 else [])]
    if state < 0.75 and aliases:
        return rng.sample(aliases, rng.randint(1, len(aliases)))
    return [rng.choice(near)] if state < 0.85 else []


def _value(rng: Random, tag: Tag) -> str:
    state = rng.random()
    if state < 0.35:
        return rng.choice(ODD)
    match tag.constraint:
        case Allowed(values):
            return rng.choice(values)
        case None:
            return rng.choice(("x", "dev", "training", "prod"))
        case constraint:
            return MATCHING[constraint.pattern]


def made(rng: Random, request: Request, every: tuple[Creation, ...]) -> list[Made]:
    """List the resources that a request would make; nobody but the caller knows their names."""
    return [
        Made(
            kind,
            Resource(
                cloud="aws",
                type=place.type,
                native=next((each for each in place.natives if each.startswith("aws_")), ""),
                address=rng.choice(("module.a.x", "x.y")),
                name=rng.choice(("web-1", "db-1")),
                account=request.account,
                region=request.region if place.regional else rng.choice(REGIONS),
                namespace="",
                tags=request.tags[kind],
            ),
        )
        for creation in every
        if creation.action == request.action
        for kind in sorted(creation.kinds) or [ANY_TYPE]
        for place in creation.places
    ]


def every_creation(policy: Policy) -> tuple[Creation, ...]:
    """List what the actions in force for a policy make."""
    return creations(policy.aws_scp, "aws")
