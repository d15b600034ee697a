"""What a policy rule of Azure sees: a resource, and what it lives in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Failed(Exception):  # noqa: N818
    """A template function that fails: Azure denies the request then, whatever the effect is."""


class Scene(Struct, frozen=True):
    """One request. `current` are the elements that counts are at, by name."""

    resource: Mapping[str, Any]
    group: Mapping[str, Any]
    subscription: Mapping[str, Any]
    current: Mapping[str, Any] = {}


def fold(text: str) -> str:
    """Spell a text as Azure compares it: letter by letter, whatever the culture, without regard to case."""
    if text.isascii():
        return text.upper()
    return "".join(upper if len(upper := letter.upper()) == 1 else letter for letter in text)


def lower(text: str) -> str:
    """Write a text in lower case, letter by letter."""
    if text.isascii():
        return text.lower()
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def property_of(container: Any, name: str) -> Any:
    """Return a property, whatever its case; None when it is not there, or nothing is."""
    if not isinstance(container, Mapping):
        return None
    folded = fold(name)
    return next((value for key, value in container.items() if fold(key) == folded), None)
