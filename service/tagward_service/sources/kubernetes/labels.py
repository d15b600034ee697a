"""Labels as they are written in an object: text, or what stands for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from tagward.resource import NO_TAGS, Tags, TagValue, Unknown
from tagward_service.sources.kubernetes.unseen import Unseen

# A label value holds no brace and no dollar sign, so these are left for a later tool to fill in.
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)", re.DOTALL)
_LONGEST_SHOWN = 60


class Labels(Struct, frozen=True):
    """Labels, what is wrong with how they are written, and why there may be more."""

    tags: Tags = NO_TAGS
    faults: tuple[str, ...] = ()
    open: Unknown | None = None


NO_LABELS = Labels()


def read_labels(value: Any, place: str) -> Labels:
    """Read a labels mapping; text that a template fills in is unknown.

    A value that is no text is told and left out: the API server refuses it, so it is no label.
    """
    if value is None:
        return NO_LABELS
    if not isinstance(value, dict) and isinstance(value, Unseen):
        return Labels(open=value.unknown)
    if not isinstance(value, (dict, Mapping)):
        return Labels(faults=(f"`{place}` is no mapping: the API server refuses it",))
    tags = {
        str(key): _value(each or "") for key, each in value.items() if each is None or isinstance(each, str)
    }
    if len(tags) == len(value):
        return Labels(tags)
    unseen = {str(key): each.unknown for key, each in value.items() if isinstance(each, Unseen)}
    return Labels(tags | unseen, tuple(_faults(value, place)))


def _value(text: str) -> TagValue:
    if "{" not in text and "$" not in text:
        return text
    placeholder = _PLACEHOLDER.search(text)
    return Unknown(placeholder[0][:_LONGEST_SHOWN]) if placeholder else text


def _faults(value: Mapping[str, Any], place: str) -> Iterator[str]:
    for key, each in value.items():
        if each is not None and not isinstance(each, str | Unseen):
            yield f"label `{key}` in `{place}` is no text: the API server refuses it; put it in quotes"
