"""Policies and requests for tests of the aws-scp target, written briefly."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from tagward.language import AwsScp, Targets
from tagward.policy import Policy, Requirement, Selector, Tag
from tagward_generators import target
from tagward_generators.targets import Compilation, Fidelity
from tests.oracles.iam_subset import any_denied, context_of

DAY = date(2026, 11, 21)
ACCOUNT = "111122223333"
INSTANCE = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1"
VOLUME = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:volume/vol-1"
IMAGE = "arn:aws:ec2:eu-west-1::image/ami-1"

ALWAYS = (Requirement(),)
INSTANCES = (Requirement(Selector(types=("aws:ec2:instance",))),)


def tag(name: str = "ml-team", **fields: Any) -> Tag:
    """Make a tag that AWS resources carry, required unless said otherwise."""
    return Tag(name, **({"title": name, "requirements": ALWAYS, "keys": {"aws": name}} | fields))


def policy(*tags: Tag, settings: Mapping[str, Any] | None = None, **fields: Any) -> Policy:
    """Make a policy for ec2:RunInstances, whose tags nobody may be kept from removing."""
    chosen: dict[str, Any] = {"actions": ["ec2:RunInstances"], "protect": False} | dict(settings or {})
    return Policy("acme", "1", "0", tags=tags, targets=Targets(aws_scp=AwsScp(**chosen)), **fields)


def compiled(policy: Policy, day: date = DAY) -> Compilation:
    """Compile to SCPs."""
    return target("aws-scp").compile(policy, as_of=day)


def statements(compilation: Compilation) -> list[dict[str, Any]]:
    """Return the statements of all policies."""
    return [each for a in compilation.artifacts for each in json.loads(a.content)["Statement"]]


def row(compilation: Compilation, rule: str, tag_id: str = "ml-team") -> Fidelity:
    """Return the one row of a rule."""
    (found,) = [each for each in compilation.fidelity if (each.tag, each.rule) == (tag_id, rule)]
    return found


def denies(
    compilation: Compilation,
    tags: Mapping[str, str],
    *,
    action: str = "ec2:RunInstances",
    resource: str = INSTANCE,
    account: str = ACCOUNT,
    region: str = "eu-west-1",
    role: str = "dev",
) -> bool:
    """Say whether the policies deny an action on one resource."""
    context = context_of(account, region, f"arn:aws:iam::{account}:role/{role}", tags)
    return any_denied([each.content for each in compilation.artifacts], action, resource, context)
