"""Small changes to a set of tags."""

from collections.abc import Mapping

from tagward_generators.deciding.rulings import Tags

MISSING = None
"""The value of a tag that is not there."""


def changed(tags: Tags, values: Mapping[str, str | None]) -> dict[str, str]:
    """Return tags with some values put in place, and MISSING ones taken away.

    A key comes in one spelling only: platforms do not say which of two that differ by case they look at.
    """
    replaced = {key.casefold() for key, value in values.items() if value is not MISSING}
    kept = {key: value for key, value in tags.items() if key not in values and key.casefold() not in replaced}
    return kept | {key: value for key, value in values.items() if value is not MISSING}


def differing(tags: Tags, other: Tags) -> tuple[str, ...]:
    """List the keys at which two sets of tags differ, sorted."""
    return tuple(key for key in sorted({*tags, *other}) if tags.get(key) != other.get(key))


def frozen(tags: Tags) -> tuple[tuple[str, str], ...]:
    """Return tags as something to remember by."""
    return tuple(sorted(tags.items()))
