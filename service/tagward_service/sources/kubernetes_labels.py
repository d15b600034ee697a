"""Labels as they are written in an object: text, or what stands for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from tagward.resource import NO_TAGS, Tags, TagValue, Unknown

# A label value holds no brace and no dollar sign, so these are left for a later tool to fill in.
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)", re.DOTALL)
_LONGEST_SHOWN = 60


class Labels(Struct, frozen=True):
    """Labels, and what is wrong with how they are written."""

    tags: Tags = NO_TAGS
    faults: tuple[str, ...] = ()


NO_LABELS = Labels()


def read_labels(value: Any, place: str) -> Labels:
    """Read a labels mapping; text that a template fills in is unknown, values that are no text are told."""
    if value is None:
        return NO_LABELS
    if not isinstance(value, Mapping):
        return Labels(faults=(f"`{place}` is no mapping: the API server refuses it",))
    tags = {str(key): _value(each) for key, each in value.items() if not isinstance(each, (Mapping, list))}
    return Labels(tags, tuple(_faults(value, place)))


def _value(value: Any) -> TagValue:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    placeholder = _PLACEHOLDER.search(text)
    return Unknown(placeholder[0][:_LONGEST_SHOWN]) if placeholder else text


def _faults(value: Mapping[str, Any], place: str) -> Iterator[str]:
    for key, each in value.items():
        if each is not None and not isinstance(each, str):
            yield f"label `{key}` in `{place}` is no text: the API server refuses it; put it in quotes"
