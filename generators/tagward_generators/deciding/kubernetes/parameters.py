"""Parameters of admission policies, as values that labels may have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_BETWEEN = re.compile(r"[\s,]+")


def with_parameters(params: Any, vocabulary: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Add the words of a ConfigMap to the values of the label that they are for, else to those of all."""
    words = {key: _BETWEEN.split(str(text)) for key, text in ((params or {}).get("data") or {}).items()}
    if not words:
        return vocabulary
    others = [word for key, found in words.items() if key not in vocabulary for word in found]
    return {key: (*values, *words.get(key, others)) for key, values in vocabulary.items()}
