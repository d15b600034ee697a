"""Random create requests whose tags are near what a policy asks for."""

from random import Random

from msgspec import Struct

from tagward.policy import Policy
from tagward.resource import Resource
from tagward_generators.aws_scp.actions import Creation, creations
from tests.generators.random_tags import tags
from tests.generators.worlds import ACCOUNTS, REGIONS

ANY_TYPE = "*"


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
    return creations(policy.targets.aws_scp, "aws")
