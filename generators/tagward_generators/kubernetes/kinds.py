"""Which kinds a rule is about, where that is known before any object is seen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tagward.catalog import KubernetesKind
from tagward.globs import matcher, split
from tagward_generators.facts import OfType, Placed
from tagward_generators.kubernetes.shapes import type_of
from tagward_generators.logic import (
    FALSE,
    TRUE,
    Every,
    Expression,
    Not,
    Some,
    Unsayable,
    every,
    lowered,
    negate,
    some,
)

FIELD = "kind"
"""What `Placed` asks for when a rule is about some kinds (group/Kind)."""

_VERSION = re.compile(r"v\d+(?:(?:alpha|beta)\d+)?")
_VERSIONS = ("v1", "v1alpha1", "v1beta1", "v2")


def of_kinds(expression: Expression, kinds: Sequence[KubernetesKind]) -> Expression:
    """Say which kinds are meant by types; all of them and none of them need not be asked."""
    return lowered(expression, lambda fact: _lowered(fact, kinds))


def _lowered(fact: Expression, kinds: Sequence[KubernetesKind]) -> Expression:
    match fact:
        case OfType(globs):
            return _among(globs, kinds)
        case Not(OfType(globs)):
            return negate(_among(globs, kinds))
        case _:
            return fact


def _among(globs: tuple[str, ...], kinds: Sequence[KubernetesKind]) -> Expression:
    said = {kind.name: frozenset(_answers(globs, kind)) for kind in kinds}
    if any(len(answers) > 1 for answers in said.values()):
        return Unsayable(f"{', '.join(globs)} may mean some versions of a kind only")
    meant = tuple(name for name in said if True in said[name])
    return TRUE if len(meant) == len(said) else among(meant)


def among(names: tuple[str, ...]) -> Expression:
    """Say that the object is of one of some kinds."""
    return Placed(FIELD, names) if names else FALSE


def _answers(globs: tuple[str, ...], kind: KubernetesKind) -> Iterator[bool]:
    """Decide the types for one version of a kind after the other; the native type holds the version."""
    including, excluding = split(globs)
    for version in {*_VERSIONS, *_VERSION.findall(" ".join(globs))}:
        group = f"{kind.group}/" if kind.group else ""
        names = (type_of(kind), f"{group}{version} {kind.kind}")
        wanted = not including or any(map(matcher(including), names))
        yield wanted and not (excluding and any(map(matcher(excluding), names)))


def decided(expression: Expression, kind: str) -> Expression:
    """Decide what is asked about the kind, for an object of one."""
    match expression:
        case Every(parts):
            return every(*(decided(part, kind) for part in parts))
        case Some(parts):
            return some(*(decided(part, kind) for part in parts))
        case Placed("kind", names):
            return TRUE if kind in names else FALSE
        case Not(Placed("kind", names)):
            return FALSE if kind in names else TRUE
        case _:
            return expression
