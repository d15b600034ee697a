"""Lowering of a pattern tree to few globs that contain all its values."""

from __future__ import annotations

from itertools import repeat

from tagward.patterns.globs import ANY, ONE, Glob, joined, normal, reduced, without_contained
from tagward.patterns.intervals import Intervals, size
from tagward.patterns.nodes import Characters, Choice, Node, Repeat, Sequence

SPREAD = 4
"""As many characters of a class, or counts of a repetition, are told apart."""
MAX_TOKENS = 256
"""The longest value of a tag: longer globs end in ANY instead."""


def lower(node: Node, limit: int) -> list[Glob]:
    """Give at most `limit` (one or more) globs whose texts include every value of the pattern."""
    return without_contained(_lower(node, limit))


def _lower(node: Node, limit: int) -> list[Glob]:
    match node:
        case Characters(allowed):
            return _characters(allowed, limit)
        case Sequence(parts):
            return _sequence(parts, limit)
        case Choice(options):
            return reduced([glob for option in options for glob in _lower(option, limit)], limit)
        case Repeat(body, least, most):
            return _repeat(body, least, most, limit)


def _characters(allowed: Intervals, limit: int) -> list[Glob]:
    if size(allowed) > min(SPREAD, limit):
        return [(ONE,)]
    return [(chr(code),) for low, high in allowed for code in range(low, high + 1)]


def _sequence(parts: tuple[Node, ...], limit: int) -> list[Glob]:
    whole: list[Glob] = [()]
    for part in parts:
        whole = _then(whole, _lower(part, limit), limit)
    return whole


def _then(left: list[Glob], right: list[Glob], limit: int) -> list[Glob]:
    if len(left) * len(right) > limit:
        right = reduced(right, max(1, limit // len(left)))
    if len(left) * len(right) > limit:
        left = reduced(left, max(1, limit // len(right)))
    return [_cut(glob) for glob in joined(left, right)]


def _cut(glob: Glob) -> Glob:
    return glob if len(glob) <= MAX_TOKENS else normal((*glob[:MAX_TOKENS], ANY))


def _repeat(body: Node, least: int, most: int | None, limit: int) -> list[Glob]:
    once = _lower(body, limit if least <= SPREAD else 1)
    required: list[Glob] = [()]
    for again in repeat(once, min(least, MAX_TOKENS)):
        required = _then(required, again, limit)
    if most is None or most - least >= min(SPREAD, limit) or least > MAX_TOKENS:
        return joined(required, [(ANY,)])
    return _counts(required, once, most - least, limit)


def _counts(required: list[Glob], once: list[Glob], more: int, limit: int) -> list[Glob]:
    found, last = list(required), required
    for _ in range(more):
        last = _then(last, once, limit)
        found += last
    return reduced(without_contained(found), limit)
