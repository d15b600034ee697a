"""The characters of a pattern, where they are so few that Azure Policy can take them away one by one."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from tagward.patterns.intervals import Intervals, normalise, of_characters, size
from tagward.patterns.nodes import Characters, Choice, Node, Repeat, Sequence

MOST = 50
"""So many functions may stand in each other, with room for others: Azure Policy takes 64."""

KELVIN = "\u212a"
"""The one other character whose small letter is ASCII."""


class Alphabet(Struct, frozen=True):
    """The characters that values are made of.

    `case` is lower or upper where all letters are; else `letters` are compared without case.
    """

    letters: str
    case: str = ""

    @property
    def accepted(self) -> Intervals:
        """The characters that pass, all told."""
        if self.case == "lower":
            return of_characters(self.letters)
        if self.case == "upper":
            return of_characters(self.letters.upper())
        if not any(map(str.isalpha, self.letters)):
            return of_characters(self.letters)
        return of_characters({*self.letters, *self.letters.upper(), *(KELVIN if "k" in self.letters else "")})


def alphabet_of(node: Node) -> Alphabet | None:
    """Return the alphabet of a pattern; None when it is too large, or not ASCII."""
    allowed = normalise(interval for each in _sets(node) for interval in each)
    if size(allowed) > 2 * MOST or any(high > 0x7E for _, high in allowed):
        return None
    characters = [chr(code) for low, high in allowed for code in range(low, high + 1)]
    letters = "".join(sorted({character.lower() for character in characters}))
    return Alphabet(letters, _case("".join(characters))) if letters and len(letters) <= MOST else None


def _case(characters: str) -> str:
    """Say whether all letters are small or all capital; `#` and `?` could not be compared with themselves."""
    if {"#", "?"} & set(characters):
        return ""
    if characters.islower():
        return "lower"
    return "upper" if characters.isupper() else ""


def _sets(node: Node) -> Iterator[Intervals]:
    match node:
        case Characters(allowed):
            yield allowed
        case Sequence(parts) | Choice(parts):
            for part in parts:
                yield from _sets(part)
        case Repeat(_, _, 0):
            return
        case Repeat(body):
            yield from _sets(body)
