"""Parameters of admission policies, as values that labels may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_BETWEEN = re.compile(r"[\s,]+")


def with_parameters(params: Any, vocabulary: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Add the words of parameters to the values of the label that they are for, else to those of all."""
    words = dict(_words(params or {}))
    if not words:
        return vocabulary
    others = [word for key, found in words.items() if key not in vocabulary for word in found]
    return {key: (*values, *words.get(key, others)) for key, values in vocabulary.items()}


def _words(params: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """List the words of the data of a ConfigMap, else those in lists, at each key."""
    for key, value in (params.get("data") or {}).items():
        yield key, _BETWEEN.split(str(value))
    for key, value in params.items():
        if isinstance(value, dict) and key != "data":
            yield from _words(value)
        elif isinstance(value, list):
            yield key, [each for each in value if isinstance(each, str)]
