"""Globs of types as conditions on the type that Azure Policy sees."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from tagward.catalog import native_types, tagward_types
from tagward.clouds import NATIVE_PREFIXES, cloud_of_type
from tagward.globs import is_literal, matcher, split
from tagward_generators.azure_policy.reach import CONTAINERS
from tagward_generators.facts import OfType
from tagward_generators.logic import FALSE, TRUE, Expression, Unsayable, every, negate, some

ARM = "azure:"
"""How a type begins that is spelled as Azure Resource Manager does."""

Bounds = tuple[Expression, Expression]
"""What implies that a glob matches, and what it implies; one and the same where it can be said."""


def of_type(globs: tuple[str, ...], *, negated: bool) -> Expression:
    """Say that the type is in a list of globs, or that it is not, as far as the type alone can tell."""
    including, excluding = split(globs)
    inside = _any(including, negated=negated) if including else (FALSE if negated else TRUE)
    outside = _any(excluding, negated=not negated) if excluding else (TRUE if not negated else FALSE)
    return some(inside, outside) if negated else every(inside, outside)


def _any(globs: Iterable[str], *, negated: bool) -> Expression:
    said = (_one(glob, negated=negated) for glob in globs)
    return every(*said) if negated else some(*said)


def _one(glob: str, *, negated: bool) -> Expression:
    surely, perhaps = _bounds(glob)
    said = negate(perhaps) if negated else surely
    return said if surely == perhaps else some(said, Unsayable(f"Azure Policy cannot tell `{glob}` by type"))


@cache
def _bounds(glob: str) -> Bounds:
    if cloud_of_type(glob) not in (None, "azure"):
        return FALSE, FALSE
    low = glob.lower()
    if low in ("*", f"{ARM}*"):
        return TRUE, TRUE
    if low.startswith(ARM):
        return _spelled_as_in_azure(glob)
    return _by_catalogue(low) if low.startswith(NATIVE_PREFIXES["azure"]) else (FALSE, TRUE)


def _spelled_as_in_azure(glob: str) -> Bounds:
    if glob.lower() in map(str.lower, CONTAINERS):
        return FALSE, FALSE
    said = is_literal(glob) or (glob.count("*") == 1 and not set("?[") & set(glob))
    fact = OfType((glob,))
    return (fact, fact) if said else (FALSE, TRUE)


def _by_catalogue(glob: str) -> Bounds:
    """Look up a spelling of Terraform; several of them may be one type of Azure."""
    matches = matcher((glob,))
    named = {name: list(map(matches, native_types(name))) for name in _types()}
    surely = tuple(name for name, matched in named.items() if all(matched))
    perhaps = tuple(name for name, matched in named.items() if any(matched))
    if perhaps and is_literal(glob):
        return _listed(surely), _listed(perhaps)
    if glob in _container_natives():
        return FALSE, FALSE
    others = tuple(name for name, matched in named.items() if not any(matched))
    return _listed(surely), negate(_listed(others))


def _listed(names: tuple[str, ...]) -> Expression:
    return OfType(names) if names else FALSE


@cache
def _types() -> tuple[str, ...]:
    """List the types of Azure that are resources."""
    return tuple(name for name in tagward_types() if name.startswith(ARM) and name not in CONTAINERS)


@cache
def _container_natives() -> frozenset[str]:
    return frozenset(native for name in CONTAINERS for native in native_types(name))
