"""Patterns as what Azure Policy can say of a value: how it begins, character by character, and its length."""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_letters, digits

from msgspec import Struct

from tagward.patterns.intervals import Intervals, intersection, of_characters, size
from tagward.patterns.nodes import ANY_CHARACTER, Characters, Choice, Node, Repeat, Sequence
from tagward_generators.azure_policy.text import WILD

MOST = 32
"""So many shapes stand for a pattern; more are brought together."""

SPREAD = 8
"""So many counts of a repetition are told apart, or half as many characters of a class."""

LONGEST = 256
"""The longest value of a tag."""

DIGITS: Intervals = ((0x30, 0x39),)
LETTERS: Intervals = ((0x41, 0x5A), (0x61, 0x7A))
BASIC: Intervals = ((0, 0xFFFF),)
"""Other characters count as two where texts are UTF-16, as in Azure, and as one elsewhere."""

_NODES: dict[str, Node] = {"#": Characters(DIGITS), "?": Characters(LETTERS), ".": ANY_CHARACTER}


class Shape(Struct, frozen=True):
    """Values that begin as the `match` pattern `head` says, and go on for `least` to `most` characters."""

    head: str
    least: int = 0
    most: int | None = 0

    @property
    def is_whole(self) -> bool:
        """Say whether the head is the whole value."""
        return self.most == 0

    @property
    def shortest(self) -> int:
        """The length of the shortest value."""
        return len(self.head) + self.least

    @property
    def longest(self) -> int | None:
        """The length of the longest value; None when there is none."""
        return None if self.most is None else len(self.head) + self.most


def shapes_of(node: Node) -> tuple[Shape, ...]:
    """Return shapes of which every value of a pattern has one; none when that would say nothing."""
    found: list[Shape] = []
    for shape in sorted({_trimmed(shape) for shape in _lower(node)}, key=_order):
        if found and found[-1].head == shape.head and not _apart(found[-1], shape):
            found[-1] = _longer(found[-1], shape)
        else:
            found.append(shape)
    return () if any(map(_says_nothing, found)) else tuple(found)


def _longer(shape: Shape, longer: Shape) -> Shape:
    """Bring two shapes together that begin alike and whose lengths leave no gap."""
    most = None if None in (shape.most, longer.most) else max(shape.most or 0, longer.most or 0)
    return Shape(shape.head, shape.least, most)


def _apart(shape: Shape, longer: Shape) -> bool:
    return shape.longest is not None and shape.longest + 1 < longer.shortest


def node_of(shape: Shape) -> Node:
    """Return the pattern of all values of a shape."""
    head = (_NODES.get(char) or Characters(of_characters(char)) for char in shape.head)
    return Sequence((*head, Repeat(ANY_CHARACTER, shape.least, shape.most)))


def _order(shape: Shape) -> tuple[str, int, int]:
    return shape.head, shape.shortest, LONGEST if shape.longest is None else shape.longest


def _says_nothing(shape: Shape) -> bool:
    return not shape.head and shape.shortest <= 1 and (shape.longest is None or shape.longest >= LONGEST)


def _trimmed(shape: Shape) -> Shape:
    """Count what may be any character at the end of a head, in place of spelling it."""
    if shape.is_whole and not set(shape.head) <= {"."}:
        return shape
    head = shape.head.rstrip(".")
    more = len(shape.head) - len(head)
    return Shape(head, shape.least + more, None if shape.most is None else shape.most + more)


def _lower(node: Node) -> list[Shape]:
    match node:
        case Characters(allowed):
            return _characters(allowed)
        case Sequence(parts):
            return _sequence(parts)
        case Choice(options):
            return _few([shape for option in options for shape in _lower(option)])
        case Repeat(body, least, most):
            return _repeat(_lower(body), least, most)


def _characters(allowed: Intervals) -> list[Shape]:
    if intersection(allowed, BASIC) != allowed:
        return [Shape("", 1, 2)]
    if size(allowed) <= SPREAD // 2:
        return [Shape(_token(chr(code))) for low, high in allowed for code in range(low, high + 1)]
    return [Shape(_class(allowed))]


def _token(character: str) -> str:
    """Spell one character; a bracket may begin a template expression."""
    return "." if character in WILD or character == "[" else character


def _class(allowed: Intervals) -> str:
    if intersection(allowed, DIGITS) == allowed:
        return "#"
    return "?" if intersection(allowed, LETTERS) == allowed else "."


def _sequence(parts: Iterable[Node]) -> list[Shape]:
    whole = [Shape("")]
    for part in parts:
        whole = _then(whole, _lower(part))
    return whole


def _then(left: list[Shape], right: list[Shape]) -> list[Shape]:
    if len(left) * len(right) > MOST:
        right = [_merged(right)]
    if len(left) * len(right) > MOST:
        left = [_merged(left)]
    return list(dict.fromkeys(_joined(first, second) for first in left for second in right))


def _joined(left: Shape, right: Shape) -> Shape:
    if left.is_whole:
        return Shape(left.head + right.head, right.least, right.most)
    longest = right.longest
    most = None if left.most is None or longest is None else left.most + longest
    return Shape(left.head, left.least + right.shortest, most)


def _repeat(once: list[Shape], least: int, most: int | None) -> list[Shape]:
    required = [Shape("")]
    for _ in range(min(least, LONGEST)):
        required = _then(required, once)
    if most is not None and most - least <= SPREAD:
        return _counts(required, once, most - least)
    longest = _merged(once).longest
    more = None if most is None or longest is None else (most - least) * longest
    return _then(required, [Shape("", 0, more)])


def _counts(required: list[Shape], once: list[Shape], more: int) -> list[Shape]:
    found, last = list(required), required
    for _ in range(more):
        last = _then(last, once)
        found += last
    return _few(found)


def _few(shapes: list[Shape]) -> list[Shape]:
    distinct = list(dict.fromkeys(shapes))
    return distinct if len(distinct) <= MOST else [_merged(distinct)]


def _merged(shapes: list[Shape]) -> Shape:
    """Return one shape that every value of the others has."""
    head = "".join(map(_common, zip(*(shape.head for shape in shapes), strict=False)))
    shortest = min(shape.shortest for shape in shapes)
    longest = [shape.longest for shape in shapes]
    most = None if None in longest else max(each or 0 for each in longest) - len(head)
    return Shape(head, shortest - len(head), most)


def _common(characters: tuple[str, ...]) -> str:
    """Spell what several characters of heads have in common."""
    if len(set(characters)) == 1:
        return characters[0]
    if all(each == "#" or each in digits for each in characters):
        return "#"
    return "?" if all(each == "?" or each in ascii_letters for each in characters) else "."
