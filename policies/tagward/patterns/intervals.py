"""Sets of Unicode scalar values as sorted, disjoint, inclusive intervals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

Interval = tuple[int, int]
Intervals = tuple[Interval, ...]

EVERYTHING: Intervals = ((0, 0xD7FF), (0xE000, 0x10FFFF))
"""All that RE2 can see: surrogates are not characters of valid text."""

NICE_FIRST: Intervals = ((0x61, 0x7A), (0x30, 0x39), (0x41, 0x5A), (0x21, 0x7E), (0xE0, 0xF6), (0x20, 0x20))
"""Where an example character is looked for first: `a`-`z`, digits, `A`-`Z`, punctuation, `à`-`ö`, space."""


def normalise(intervals: Iterable[Interval]) -> Intervals:
    """Sort, merge and cut to valid characters."""
    merged: list[Interval] = []
    for low, high in sorted(intervals):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return intersection(tuple(merged), EVERYTHING)


def intersection(left: Intervals, right: Intervals) -> Intervals:
    """Give the characters in both."""
    return tuple(_overlaps(left, right))


def _overlaps(left: Intervals, right: Intervals) -> Iterator[Interval]:
    i = j = 0
    while i < len(left) and j < len(right):
        low, high = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if low <= high:
            yield low, high
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1


def complement(intervals: Intervals) -> Intervals:
    """Give every valid character that is not in `intervals`."""
    gaps: list[Interval] = []
    start = 0
    for low, high in intervals:
        if start < low:
            gaps.append((start, low - 1))
        start = high + 1
    if start <= EVERYTHING[-1][1]:
        gaps.append((start, EVERYTHING[-1][1]))
    return intersection(tuple(gaps), EVERYTHING)


def of_characters(text: Iterable[str]) -> Intervals:
    """Give the set of these characters."""
    return normalise((ord(character), ord(character)) for character in text)


def size(intervals: Intervals) -> int:
    """Count the characters."""
    return sum(high - low + 1 for low, high in intervals)


def atoms(sets: Iterable[Intervals]) -> Intervals:
    """Cut the alphabet at every border of `sets`, so that each atom is inside or outside of each set."""
    cuts = {low for low, _ in EVERYTHING} | {high + 1 for _, high in EVERYTHING}
    for intervals in sets:
        for low, high in intervals:
            cuts.update((low, high + 1))
    borders = sorted(cuts)
    return tuple((low, after - 1) for low, after in pairwise(borders) if low != EVERYTHING[0][1] + 1)


def nicest(interval: Interval) -> tuple[int, int]:
    """Give (rank, code point) of the character of the interval that reads best in an example."""
    for rank, (low, high) in enumerate(NICE_FIRST):
        if max(low, interval[0]) <= min(high, interval[1]):
            return rank, max(low, interval[0])
    return len(NICE_FIRST), interval[0]
