"""The tree of a pattern, and how long its values can be."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from tagward.patterns.intervals import EVERYTHING, Intervals


class Characters(msgspec.Struct, frozen=True):
    """One character out of a set; a literal is a set of one."""

    allowed: Intervals


class Sequence(msgspec.Struct, frozen=True):
    """One part after the other; no part at all is the empty value."""

    parts: tuple[Node, ...]


class Choice(msgspec.Struct, frozen=True):
    """Any one of the options; no option at all is no value."""

    options: tuple[Node, ...]


class Repeat(msgspec.Struct, frozen=True):
    """The body between `least` and `most` times; `most` None is without end."""

    body: Node
    least: int
    most: int | None


Node: TypeAlias = Characters | Sequence | Choice | Repeat

ANY_CHARACTER = Characters(EVERYTHING)
ANY_TEXT = Repeat(ANY_CHARACTER, 0, None)


def literal(text: str) -> Sequence:
    """Give the tree that accepts exactly `text`."""
    return Sequence(tuple(Characters(((ord(character), ord(character)),)) for character in text))


def least_length(node: Node) -> int:
    """Give the length of the shortest value."""
    match node:
        case Characters():
            return 1
        case Sequence(parts):
            return sum(map(least_length, parts))
        case Choice(options):
            return min(map(least_length, options), default=0)
        case Repeat(body, least, _):
            return least * least_length(body)


def most_length(node: Node) -> int | None:
    """Give the length of the longest value, None when there is none."""
    match node:
        case Characters():
            return 1
        case Sequence(parts):
            lengths = [most_length(part) for part in parts]
            return None if None in lengths else sum(length or 0 for length in lengths)
        case Choice(options):
            lengths = [most_length(option) for option in options]
            return None if None in lengths else max((length or 0 for length in lengths), default=0)
        case Repeat(body, _, most):
            length = most_length(body)
            if length == 0 or most == 0:
                return 0
            return None if length is None or most is None else most * length


def positions(node: Node) -> int:
    """Count the characters of the pattern written out without counts, the measure of its automaton."""
    match node:
        case Characters():
            return 1
        case Sequence(parts):
            return sum(map(positions, parts))
        case Choice(options):
            return sum(map(positions, options))
        case Repeat(body, least, most):
            return positions(body) * (max(least, 1) if most is None else most)


def nested_count(node: Node) -> int:
    """Give the largest product of counts inside each other, the way RE2 limits it to 1,000."""
    match node:
        case Characters():
            return 1
        case Sequence(parts):
            return max(map(nested_count, parts), default=1)
        case Choice(options):
            return max(map(nested_count, options), default=1)
        case Repeat(body, least, most):
            return nested_count(body) * max(least if most is None else most, 1)
