"""Selectors of types as tests of Terraform's own types, decided for every type of the catalogue."""

from functools import cache

from tagward.catalog import tagward_type
from tagward.catalog.terraform import terraform_names
from tagward.globs import is_literal, matcher, split
from tagward_generators.facts import Placed
from tagward_generators.logic import FALSE, TRUE, Expression, every, negate, some
from tagward_generators.selecting import Kind

TYPE = "type"
"""The field that holds the Terraform type."""

PREFIXES = {"aws": "aws_", "azure": "azurerm_", "gcp": "google_"}


def of_types(globs: tuple[str, ...], cloud: str) -> Expression:
    """Say that the Terraform type of a resource, or its tagward type, is in a list of shell globs."""
    including, excluding = split(globs)
    wanted = _among(including, cloud) if including else TRUE
    return every(wanted, negate(_among(excluding, cloud)))


def _among(globs: tuple[str, ...], cloud: str) -> Expression:
    """Name the types of the catalogue; globs stay where they may match a type that is not in it."""
    if "*" in globs:
        return TRUE
    patterns = tuple(glob for glob in globs if _fits_unlisted(glob) and not is_literal(glob))
    if cloud == "azure":
        patterns = tuple(map(str.lower, patterns))
    covered = matcher(patterns)
    names = {name for glob in globs for name in _listed(glob) if not covered(name)}
    names |= {glob for glob in globs if is_literal(glob) and _fits_unlisted(glob)}
    return some(_in(tuple(sorted(names))), _in(patterns))


def _in(globs: tuple[str, ...]) -> Expression:
    return Placed(TYPE, globs) if globs else FALSE


def _fits_unlisted(glob: str) -> bool:
    """Say whether a type that only Terraform has a name for may match: such names have no colon."""
    return ":" not in glob or "[" in glob


@cache
def _listed(glob: str) -> tuple[str, ...]:
    """List the types of the catalogue that a glob matches; Azure compares types without case."""
    exactly, folded = matcher((glob,)), matcher((glob.lower(),))

    def matches(name: str, type_: str) -> bool:
        if name.startswith(PREFIXES["azure"]):
            return folded(name) or folded(type_.lower())
        return exactly(name) or exactly(type_)

    return tuple(name for name in terraform_names() if matches(name, tagward_type(name) or name))


MAKERS = (
    "aws_autoscaling_group",
    "aws_batch_job_definition",
    "aws_dynamodb_table",
    "aws_ecs_service",
    "aws_instance",
    "aws_launch_template",
    "aws_pipes_pipe",
    "aws_spot_instance_request",
)
"""Types that make billed things with tags of their own, which the linter follows."""

_MADE = ("aws:ec2:instance", "aws:ec2:volume", "aws:ecs:task")


@cache
def making() -> tuple[Kind, ...]:
    """List the kinds that make billed things, and those of what they make."""
    made = (Kind(type_) for type_ in _MADE)
    return (*(Kind(tagward_type(name) or name, (name,)) for name in MAKERS), *made)
