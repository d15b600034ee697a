"""Which objects a constraint is about, and which of these its template leaves alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tagward.catalog import KubernetesKind

_GLOB = re.compile(r"\*?[-:a-z0-9]*\*?")
"""What Gatekeeper takes for the name of a namespace: a star at either end (match_schema.go)."""


def match(kinds: Sequence[KubernetesKind], excluded: Sequence[str]) -> dict[str, Any]:
    """Match objects of some kinds, except in the namespaces whose names Gatekeeper can compare."""
    left_out = [each for each in excluded if is_plain(each)]
    return {"kinds": _kinds(kinds)} | ({"excludedNamespaces": left_out} if left_out else {})


def is_plain(glob: str) -> bool:
    """Say whether a constraint can leave out the namespaces of a shell glob by itself."""
    return _GLOB.fullmatch(glob) is not None


def _kinds(kinds: Sequence[KubernetesKind]) -> list[dict[str, list[str]]]:
    return [
        {"apiGroups": [group], "kinds": [kind.kind for kind in kinds if kind.group == group]}
        for group in dict.fromkeys(kind.group for kind in kinds)
    ]
