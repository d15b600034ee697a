"""Policies for tests of the aws-tag-policy target, written briefly."""

import json
from collections.abc import Mapping
from typing import Any

from tagward.language import AwsTagPolicy, Targets
from tagward.policy import Policy, Tag
from tagward_generators import target
from tagward_generators.targets import Compilation
from tests.generators.scp_policies import DAY
from tests.generators.tag_policy_engine import effective, lacking, refused

FEW = {"enforced_types": ["ec2:instance", "ec2:volume"], "report_types": ["ec2:instance", "ec2:volume"]}


def policy(*tags: Tag, settings: Mapping[str, Any] = FEW, **fields: Any) -> Policy:
    """Make a policy that looks at instances and volumes."""
    targets = Targets(aws_tag_policy=AwsTagPolicy(**settings))
    return Policy("acme", "1", "0", tags=tags, targets=targets, **fields)


def compiled(policy: Policy, day: Any = DAY) -> Compilation:
    """Compile to tag policies."""
    return target("aws-tag-policy").compile(policy, as_of=day)


def entries(compilation: Compilation) -> dict[str, dict[str, Any]]:
    """Return what the policies say of each key, without the operators."""
    return {
        key: {name: setting["@@assign"] for name, setting in fields.items()}
        for artifact in compilation.artifacts
        for key, fields in json.loads(artifact.content)["tags"].items()
    }


def refuses(compilation: Compilation, tags: Mapping[str, str], kind: str = "ec2:instance") -> bool:
    """Say whether AWS refuses to tag a resource so."""
    return bool(refused(effective([[each.content for each in compilation.artifacts]]), kind, tags))


def misses(compilation: Compilation, tags: Mapping[str, str], kind: str = "ec2:instance") -> list[str]:
    """List the keys that tools miss."""
    return lacking(effective([[each.content for each in compilation.artifacts]]), kind, tags)
