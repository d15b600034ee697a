"""Globs as tuples of tokens: how they contain each other, and the tightest one over several."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise, product

ONE = "exactly one character"
ANY = "any run of characters"

Glob = tuple[str, ...]
"""Each token is ONE, ANY or a single literal character."""


def normal(tokens: Iterable[str]) -> Glob:
    """Put the wildcards of each run in one order: every ONE before a single ANY."""
    found: list[str] = []
    for token in tokens:
        if token == ANY and found and found[-1] == ANY:
            continue
        if token == ONE and found and found[-1] == ANY:
            found.insert(len(found) - 1, ONE)
        else:
            found.append(token)
    return tuple(found)


def least_length(glob: Glob) -> int:
    """Give the length of the shortest text."""
    return sum(token != ANY for token in glob)


def contains(outer: Glob, inner: Glob) -> bool:
    """Tell whether each text of `inner` surely is one of `outer`; False may also mean that it is not seen."""
    if outer[:1] != inner[:1] and outer[:1] not in ((ONE,), (ANY,)):
        return False
    reached = _skip(outer, {0})
    for token in inner:
        reached = _skip(outer, {after for place in reached for after in _after(outer, place, token)})
    return len(outer) in reached


def _after(outer: Glob, place: int, token: str) -> tuple[int, ...]:
    if place == len(outer):
        return ()
    if outer[place] == ANY:
        return (place,)
    return (place + 1,) if token == outer[place] or (token != ANY and outer[place] == ONE) else ()


def _skip(outer: Glob, places: set[int]) -> set[int]:
    for place in range(len(outer)):
        if place in places and outer[place] == ANY:
            places.add(place + 1)
    return places


def without_contained(globs: Iterable[Glob]) -> list[Glob]:
    """Leave out repeated globs and those that another one contains."""
    kept: list[Glob] = []
    for glob in dict.fromkeys(globs):
        if not any(contains(other, glob) for other in kept):
            kept = [other for other in kept if not contains(glob, other)]
            kept.append(glob)
    return kept


def joined(left: list[Glob], right: list[Glob]) -> list[Glob]:
    """Put every glob of `right` after every one of `left`."""
    return [
        normal(first + second) if first[-1:] == (ANY,) and second[:1] in ((ONE,), (ANY,)) else first + second
        for first, second in product(left, right)
    ]


def reduced(globs: list[Glob], limit: int) -> list[Glob]:
    """Give at most `limit` globs that contain all texts, merging first what stays most specific."""
    if len(globs) <= limit:
        return globs
    kept = sorted(without_contained(globs))
    merges = [merged(left, right) for left, right in pairwise(kept)]
    while len(kept) > limit:
        best = max(range(len(merges)), key=lambda at: _weight(merges[at]))
        kept[best : best + 2] = [merges[best]]
        around = kept[max(best - 1, 0) : best + 2]
        first = max(best - 1, 0)
        merges[first : best + 2] = [merged(left, right) for left, right in pairwise(around)]
    return without_contained(kept)


def _weight(glob: Glob) -> int:
    """Measure how few texts a glob has: literals count, lengths a little."""
    return sum(0 if token == ANY else 1 if token == ONE else 10 for token in glob)


def merged(left: Glob, right: Glob) -> Glob:
    """Give one glob that contains both, with their common start, end and least length."""
    if len(left) == len(right) and ANY not in (*left, *right):
        return tuple(a if a == b else ONE for a, b in zip(left, right, strict=True))
    least = min(least_length(left), least_length(right))
    start = _common(left, right, least)
    end = _common(left[::-1], right[::-1], least - len(start))[::-1]
    return normal((*start, *[ONE] * (least - len(start) - len(end)), ANY, *end))


def _common(left: Glob, right: Glob, most: int) -> Glob:
    """Give the positions before the first ANY of either, as far as they say something."""
    both: list[str] = []
    for a, b in list(zip(left, right, strict=False))[:most]:
        if ANY in (a, b):
            break
        both.append(a if a == b else ONE)
    while both and both[-1] == ONE:
        both.pop()
    return tuple(both)
