"""Statements that keep people from taking required tags away."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from tagward.catalog import aws_actions, native_types
from tagward.globs import is_literal
from tagward.policy import Requirement
from tagward_generators.aws_scp.actions import ANY, GLOBAL_SERVICES
from tagward_generators.aws_scp.blocks import Block, Unplaceable, block
from tagward_generators.aws_scp.denials import Denied, Denier
from tagward_generators.aws_scp.logic import (
    TAG_KEYS,
    Expression,
    Term,
    Test,
    TooManyTerms,
    every,
    negate,
    terms,
    unsayable,
)
from tagward_generators.aws_scp.selecting import Place, selected
from tagward_generators.aws_scp.statements import Statement
from tagward_generators.aws_scp.violations import TagViolations

DELETE_ALL = "ec2:DeleteTags"
"""Without keys in the request it deletes every tag, so that aws:TagKeys is absent (EC2 API reference)."""

REMOVAL, DELETION = "ProtectTagRemoval", "ProtectEC2DeleteAllTags"


class Where(Struct, frozen=True):
    """Resources that a tag must not be taken from, when `tests` hold."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    tests: Term


def protections(
    tags: Iterable[TagViolations], services: frozenset[str], denier: Denier, partition: str
) -> Denied:
    """Deny removing the keys of tags that must be there whatever the other tags say."""
    keys: dict[Where, list[str]] = {}
    reasons: list[str] = []
    for tag in tags:
        for where in _protected(tag, services, partition, reasons):
            keys.setdefault(where, []).append(tag.request.keys[0])
    found = tuple(
        statement
        for where, names in keys.items()
        for statement in _written(where, tuple(names), denier, reasons)
    )
    return Denied(found, tuple(dict.fromkeys(reasons)))


def _protected(
    tag: TagViolations, services: frozenset[str], partition: str, reasons: list[str]
) -> Iterator[Where]:
    key = tag.request.keys[0]
    if len(tag.request.keys) > 1:
        reasons.append(f"`{key}` may be removed: an older key may stand in for it")
        return
    for requirement in tag.tag.requirements:
        if requirement.level == "required" and requirement.when is not None:
            reasons.append(f"`{key}` may be removed: whether it is required depends on other tags")
        elif requirement.level == "required":
            yield from _of_requirement(tag, requirement, services, partition, reasons)


def _of_requirement(
    tag: TagViolations, requirement: Requirement, services: frozenset[str], partition: str, reasons: list[str]
) -> Iterator[Where]:
    for place, actions, resources in _targets(requirement, services, partition):
        bound = every(selected(requirement.on, place, tag.policy.scopes), negate(tag.exempt(place)))
        reasons += [f"`{tag.request.keys[0]}` may be removed: {why}" for why in unsayable(bound)]
        yield from (Where(actions, resources, term) for term in _terms(bound))


def _targets(
    requirement: Requirement, services: frozenset[str], partition: str
) -> Iterator[tuple[Place, tuple[str, ...], tuple[str, ...]]]:
    """List what a requirement covers: everything, or each type that it names."""
    data = aws_actions()
    if not requirement.on.types:
        every_action = tuple(name for service in sorted(services) for name in data.protect.get(service, ()))
        yield Place("", (), regional=not services & GLOBAL_SERVICES), every_action, (ANY,)
    for made in filter(is_literal, requirement.on.types):
        service = made.removeprefix("aws:").partition(":")[0]
        arns = data.types.get(made.removeprefix("aws:"), ())
        if made.startswith("aws:") and service in services and arns:
            resources = tuple(sorted(arn.replace("${Partition}", partition) for arn in arns))
            place = Place(made, native_types(made), service not in GLOBAL_SERVICES)
            yield place, data.protect.get(service, ()), resources


def _terms(bound: Expression) -> tuple[Term, ...]:
    try:
        return terms(bound)
    except TooManyTerms:
        return ()


def _written(where: Where, keys: tuple[str, ...], denier: Denier, reasons: list[str]) -> Iterator[Statement]:
    removed = _block((*where.tests, Test(TAG_KEYS, keys)), reasons)
    if removed is not None and where.actions:
        yield Statement(REMOVAL, "tag removal", where.actions, where.resources, denier.spared(removed))
    everything = _block((*where.tests, Test(TAG_KEYS, ("true",), "null")), reasons)
    if everything is not None and DELETE_ALL in where.actions:
        yield Statement(DELETION, "tag removal", (DELETE_ALL,), where.resources, denier.spared(everything))


def _block(term: Term, reasons: list[str]) -> Block | None:
    try:
        return block(term)
    except Unplaceable as key:
        reasons.append(f"its conditions test `{key}` more often than one statement can")
        return None
