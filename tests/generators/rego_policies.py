"""Small policies for the rego target, written by the tests that need them."""

from typing import Any

from msgspec.structs import replace

from tagward.policy import Matches, Policy, Requirement, Tag
from tagward_generators import target
from tagward_generators.targets import Compilation
from tests.generators.random_policies import DAY

TEAM = Tag(
    "team",
    "Team",
    requirements=(Requirement(),),
    constraint=Matches("[a-z]{2,9}"),
    keys={"aws": "Team", "azure": "Team", "gcp": "team"},
)
KIND = Tag("kind", "Kind", keys={"aws": "kind"})


def policy(*more: Tag, **changed: Any) -> Policy:
    """Make a policy of the tag `team`, changed, and more."""
    return Policy("p", "1", "0" * 64, tags=(replace(TEAM, **changed), *more), placeholders=("tbd",))


def compiled(drawn: Policy) -> Compilation:
    """Compile a policy as it stands on the day of the tests."""
    return target("rego").compile(drawn, as_of=DAY)
