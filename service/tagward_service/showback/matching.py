"""Whether a text of a line is one of some names, or matches one of some shell globs."""

from __future__ import annotations

from typing import Any

from tagward_generators.sql.classing import like

_WILD = frozenset("*?[")


def is_glob(name: str) -> bool:
    """Say whether a name stands for others, too."""
    return not _WILD.isdisjoint(name)


def exactly(name: str) -> str:
    """Write a name as a glob that no other name matches."""
    return "".join(f"[{sign}]" if sign in _WILD else sign for sign in name)


def matches(column: Any, names: tuple[str, ...]) -> Any:
    """Say whether a text matches one of some names; no names leave it open.

    Thousands of exact names are looked up at once, and cost no pattern each.
    """
    import ibis

    if not names:
        return ibis.literal(True)
    globs = tuple(name for name in names if is_glob(name))
    exact = [name for name in names if not is_glob(name)]
    found = ibis.literal(False)
    if exact:
        found = column.fill_null("").isin(exact)
    if globs:
        found = found | like(column, globs) if exact else like(column, globs)
    return found
