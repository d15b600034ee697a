"""Names as Kubernetes takes them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NO_LETTER = re.compile(r"[^a-z0-9]+")


def prefixed(prefix: str, texts: Iterable[str]) -> dict[str, str]:
    """Make identifiers under a prefix, by the text they are made of; no other identifier is like them."""
    listed = tuple(texts)
    return {text: f"{prefix}__{name}" for text, name in zip(listed, identifiers(listed), strict=True)}


def identifiers(texts: Iterable[str]) -> tuple[str, ...]:
    """Make identifiers of CEL out of texts, each another: letters, digits and underscores."""
    made: dict[str, None] = {}
    for text in texts:
        plain = _NO_LETTER.sub("_", text.lower()).strip("_") or "x"
        plain = plain if plain[0].isalpha() else f"x{plain}"
        found, number = plain, 1
        while found in made:
            number += 1
            found = f"{plain}_{number}"
        made[found] = None
    return tuple(made)
