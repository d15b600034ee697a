"""The laws of compilation for tag policies, over random policies and random requests that set tags."""

import json
from collections.abc import Iterator
from random import Random

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from tagward.catalog import TagPolicyMode, native_types, tag_policy_types
from tagward.evaluation import Evaluator
from tagward.language import AwsTagPolicy, Targets
from tagward.policy import Policy
from tagward.resource import Resource
from tagward_generators.aws_tag_policy.resource_types import View
from tagward_generators.aws_tag_policy.settings import settings_of
from tagward_generators.targets import Compilation
from tests.generators.laws import Breach, Row, broken_rows, exact_rows
from tests.generators.random_policies import policy as policy_of_scps
from tests.generators.random_tags import tags as random_tags
from tests.generators.tag_policy_engine import Effective, effective, faults, lacking, refused
from tests.generators.worlds import ACCOUNTS, REGIONS

KINDS = (
    "ec2:instance",
    "ec2:volume",
    "ec2:snapshot",
    "sagemaker:endpoint",
    "sagemaker:model-package",
    "sagemaker:training-job",
    "elasticache:cluster",
    "states:statemachine",
    "states:activity",
    "s3:bucket",
    "rds:cluster",
    "rds:cluster-pg",
    "kms:key",
)
"""Types of which AWS enforces some, reports some, and spells one in its own way."""

SERVICES = (("ec2:ALL_SUPPORTED",), ("ec2:*", "sagemaker:*"), ("e*:*",), ())
"""Other ways to name types in the settings."""

SAID = ("value", "blank", "replaces")
"""The rules on what tags say."""


class Request(Struct, frozen=True):
    """A resource as it would be after its tags are set; `kind` is what tag policies call its type."""

    kind: str
    resource: Resource


def policy(rng: Random) -> Policy:
    """Make a policy with settings of the target."""
    drawn = policy_of_scps(rng)
    settings = AwsTagPolicy(
        enforced_types=types(rng, "enforce"),
        report_types=types(rng, "report"),
        omit=[rng.choice(drawn.tags).id] if rng.random() < 0.05 else UNSET,
        lock=rng.choice((UNSET, True)),
        max_chars=rng.choice((UNSET, 8_000)),
    )
    return replace(drawn, targets=Targets(aws_tag_policy=settings))


def types(rng: Random, mode: TagPolicyMode) -> list[str] | UnsetType:
    """Choose types that AWS knows; that it refuses others is for those who name them to know."""
    known = [(kind,) for kind in KINDS if mode in tag_policy_types().types[kind].modes]
    return UNSET if rng.random() < 0.6 else list(rng.choice((*known, *SERVICES)))


def request(rng: Random, drawn: Policy) -> Request:
    """Make a request; never a key in another case beside the right one, which only a tag policy refuses."""
    kind = rng.choice(KINDS)
    meant = tag_policy_types().types[kind].type
    resource = Resource(
        cloud="aws",
        type=meant,
        native=rng.choice((*native_types(meant), meant)),
        address=rng.choice(("module.a.x", "x.y")),
        name=rng.choice(("web-1", "db-1")),
        account=rng.choice(ACCOUNTS),
        region=rng.choice(REGIONS),
        namespace="",
        tags=random_tags(rng, drawn),
    )
    return Request(kind, resource)


def judge(evaluator: Evaluator, asked: Request) -> frozenset[Row]:
    """Evaluate a resource as it would be."""
    return broken_rows(evaluator.assess(asked.resource))


def in_effect(compilation: Compilation) -> Effective:
    """Merge the compiled policies, attached to one root."""
    return effective([[artifact.content for artifact in compilation.artifacts]])


def breaches(
    drawn: Policy, compilation: Compilation, merged: Effective, asked: Request, broken: frozenset[Row]
) -> Iterator[Breach]:
    """Compare what AWS does to one request with what evaluation says of it, tag by tag."""
    ids = {tag.keys["aws"].lower(): tag.id for tag in drawn.tags if "aws" in tag.keys}
    tags = {key: str(value) for key, value in asked.resource.tags.items()}
    denied = {ids[key.lower()] for key in refused(merged, asked.kind, tags)}
    missed = {ids[key.lower()] for key in lacking(merged, asked.kind, tags)}
    for tag in sorted(denied - {tag for tag, _ in broken}):
        yield Breach("L1", f"refused `{tag}`, which evaluation accepts")
    for tag in sorted(missed - {tag for tag, rule in broken if rule.startswith("required")}):
        yield Breach("L1", f"missed `{tag}`, which evaluation does not")
    for tag, rule in sorted(broken & _exact(drawn, compilation, asked.kind)):
        if tag not in denied:
            yield Breach("L2", f"let through what breaks {tag} {rule}")


def _exact(drawn: Policy, compilation: Compilation, kind: str) -> frozenset[tuple[str, str]]:
    """List the rules on what tags say that are graded exact, where a type is in view."""
    view = View("enforce", settings_of(drawn).enforced_types)
    seen = {tag.id for tag in drawn.tags if kind in view.of(tag)}
    return frozenset(row for row in exact_rows(compilation) if row[0] in seen and row[1] in SAID)


def limit_breaches(drawn: Policy, compilation: Compilation) -> Iterator[Breach]:
    """Check sizes, counts and shape (L4)."""
    settings = settings_of(drawn)
    documents = [artifact.content for artifact in compilation.artifacts]
    if len(documents) > settings.max_policies:
        yield Breach("L4", "too many policies")
    keys = [key.lower() for document in documents for key in json.loads(document)["tags"]]
    if len(set(keys)) < len(keys):
        yield Breach("L4", "a key comes twice")
    for document in documents:
        if len(document) > settings.max_chars:
            yield Breach("L4", f"{len(document)} characters")
        yield from (Breach("L4", fault) for fault in faults(document))
