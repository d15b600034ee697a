"""Patterns as Azure Policy can say them, and what that lets through."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from tagward.patterns import PatternError, legal_example, parse
from tagward.patterns.automaton import Language, of_node
from tagward.patterns.nodes import Characters, Choice, Node, Repeat
from tagward_generators.azure_policy.alphabets import Alphabet, alphabet_of
from tagward_generators.azure_policy.shapes import Shape, node_of, shapes_of

TOO_COMPLEX = "accepts more than the pattern, which is too complex to be compared"


class Form(Struct, frozen=True):
    """Values that have one of the shapes, if there are any, and are made of the alphabet, if there is one.

    `loosens` says what else than the pattern they accept; None when nothing.
    """

    shapes: tuple[Shape, ...]
    alphabet: Alphabet | None
    loosens: str | None

    @property
    def says_nothing(self) -> bool:
        """Say whether every value has the form."""
        return not self.shapes and self.alphabet is None


@cache
def form_of(pattern: str) -> Form:
    """Return the form that every value of a pattern has."""
    node = parse(pattern)
    shapes = shapes_of(node)
    plain = Form(shapes, None, _loosens(shapes, None, node))
    if plain.loosens is None:
        return plain
    alphabet = alphabet_of(node)
    return plain if alphabet is None else Form(shapes, alphabet, _loosens(shapes, alphabet, node))


def _loosens(shapes: tuple[Shape, ...], alphabet: Alphabet | None, node: Node) -> str | None:
    if not shapes and alphabet is None:
        return ""
    try:
        example = legal_example(_accepted(shapes, alphabet).minus(of_node(node)), "azure")
    except PatternError:
        return TOO_COMPLEX
    return None if example is None else f"also accepts `{example}`"


def _accepted(shapes: tuple[Shape, ...], alphabet: Alphabet | None) -> Language:
    every = [of_node(Choice(tuple(map(node_of, shapes))))] if shapes else []
    every += [of_node(Repeat(Characters(alphabet.accepted), 0, None))] if alphabet else []
    return every[0].intersect(every[1]) if len(every) == 2 else every[0]
