"""What the API answers beside reports: shapes that are published, and how they are filled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Literal

from msgspec import Meta, Struct

from tagward.policy import SURFACES, Allowed, Matches, Policy, Tag
from tagward_generators import TARGETS
from tagward_generators.targets import Artifact, Compilation, Fidelity
from tagward_service.admission.live import Condition
from tagward_service.outputs.json_report import Count, JsonPolicy

Level = Literal["required", "sometimes", "recommended", "optional"]


class ServedTag(Struct, frozen=True):
    """A tag of the policy; of pattern, registry and number of values, what does not apply is null."""

    id: str
    title: str
    description: str
    level: Annotated[Level, Meta(description="`sometimes`: on some resources, or under a condition.")]
    modes: Annotated[dict[str, str], Meta(description="What a violation does on that day, by surface.")]
    keys: Annotated[dict[str, str], Meta(description="How it is spelt, by cloud.")]
    pattern: str | None
    registry: str | None
    values: Annotated[Count | None, Meta(description="How many values are allowed on that day.")]
    example: str


class ServedRegistry(Struct, frozen=True):
    """A list of values that is kept outside the policy."""

    name: str
    values: Annotated[Count, Meta(description="How many are valid on that day.")]
    retired: Annotated[Count, Meta(description="How many are not valid any more.")]


class ServedPolicy(Struct, frozen=True):
    """The policy in force."""

    version: Literal[1]
    policy: JsonPolicy
    owner: str
    description: str
    as_of: date
    loaded: Annotated[datetime, Meta(description="When this policy was loaded.")]
    fault: Annotated[str | None, Meta(description="Why a newer one is not in force; null: there is none.")]
    tags: list[ServedTag]
    registries: list[ServedRegistry]
    targets: Annotated[list[str], Meta(description="What it can be compiled for.")]


class ServedArtifact(Struct, frozen=True):
    """One file to deploy; its size is in characters, which is what platforms limit."""

    path: str
    kind: str
    sha256: str
    size: Count
    content: str


class ServedFidelity(Struct, frozen=True):
    """How one rule of one tag came through: `why` says what slips through, `covered_by` what catches it."""

    tag: str
    rule: str
    grade: Literal["exact", "weaker", "absent"]
    why: str
    covered_by: str


class ServedCompilation(Struct, frozen=True):
    """What a policy becomes on one target."""

    version: Literal[1]
    policy: JsonPolicy
    as_of: date
    target: str
    artifacts: list[ServedArtifact]
    fidelity: list[ServedFidelity]
    notes: list[str]
    changes_on: Annotated[list[date], Meta(description="Compile again on these days.")]


def served(policy: Policy, condition: Condition, loaded: datetime, as_of: date) -> ServedPolicy:
    """Describe the policy in force as it stands on a day."""
    return ServedPolicy(
        version=1,
        policy=_named(policy),
        owner=policy.owner,
        description=policy.description,
        as_of=as_of,
        loaded=loaded,
        fault=condition.fault or None,
        tags=[_tag(each, as_of) for each in policy.tags],
        registries=list(_registries(policy, as_of)),
        targets=list(TARGETS),
    )


def compiled(policy: Policy, compilation: Compilation, as_of: date) -> ServedCompilation:
    """Put a compilation into the shape of the contract."""
    return ServedCompilation(
        version=1,
        policy=_named(policy),
        as_of=as_of,
        target=compilation.target,
        artifacts=[_artifact(each) for each in compilation.artifacts],
        fidelity=[_fidelity(each) for each in compilation.fidelity],
        notes=list(compilation.notes),
        changes_on=list(compilation.changes_on),
    )


def _named(policy: Policy) -> JsonPolicy:
    return JsonPolicy(policy.name, policy.version, policy.sha256)


def _tag(tag: Tag, day: date) -> ServedTag:
    allowed = tag.constraint if isinstance(tag.constraint, Allowed) else None
    return ServedTag(
        id=tag.id,
        title=tag.title,
        description=tag.description,
        level=_level(tag),
        modes={surface: tag.mode(day, surface) for surface in SURFACES},
        keys=dict(tag.keys),
        pattern=tag.constraint.pattern if isinstance(tag.constraint, Matches) else None,
        registry=allowed.registry if allowed else None,
        values=len(allowed.on(day)) if allowed else None,
        example=tag.example,
    )


def _level(tag: Tag) -> Level:
    if not tag.requirements:
        return "optional"
    if tag.is_recommended:
        return "recommended"
    plain = (each for each in tag.requirements if each.level == "required" and each.when is None)
    return "required" if any(each.on.is_empty() for each in plain) else "sometimes"


def _registries(policy: Policy, day: date) -> Iterator[ServedRegistry]:
    """List the registries that tags use, each once."""
    used = {
        each.constraint.registry: each.constraint
        for each in policy.tags
        if isinstance(each.constraint, Allowed) and each.constraint.registry is not None
    }
    for name, allowed in sorted(used.items()):
        valid = len(allowed.on(day))
        yield ServedRegistry(name, valid, len(allowed.values) - valid)


def _artifact(artifact: Artifact) -> ServedArtifact:
    digest = sha256(artifact.content.encode()).hexdigest()
    return ServedArtifact(artifact.path, artifact.kind, digest, len(artifact.content), artifact.content)


def _fidelity(row: Fidelity) -> ServedFidelity:
    return ServedFidelity(row.tag, row.rule, row.grade.value, row.why, row.covered_by)
