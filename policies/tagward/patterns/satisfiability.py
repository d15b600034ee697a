"""Whether any value that a cloud takes can satisfy a pattern or a list of values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from tagward.patterns.automaton import Language, Moves, State, of_node
from tagward.patterns.charsets import (
    AWS_ASCII,
    GCP_ASCII,
    KUBERNETES_ENDS,
    KUBERNETES_INSIDE,
    VALUE_LIMITS,
    is_aws_character,
    is_gcp_character,
    legal_value,
)
from tagward.patterns.intervals import Interval, Intervals, intersection, of_characters
from tagward.patterns.nodes import Characters, Repeat, Sequence, least_length
from tagward.patterns.syntax import parse

_LETTERED = {
    "aws": (of_characters(AWS_ASCII), is_aws_character),
    "gcp": (of_characters(GCP_ASCII), is_gcp_character),
}
"""Clouds that take letters of every script: the ASCII part of their characters, and the test of any."""


def satisfiable(pattern: str) -> bool:
    """Tell whether a pattern accepts a value that is not blank; raise PatternError when it is refused."""
    return not _present(of_node(parse(pattern))).is_empty()


def satisfiable_on(pattern: str, cloud: str) -> bool:
    """Tell whether a pattern accepts a value that is not blank and that the cloud takes.

    Raises PatternError when the pattern is refused or too complex.
    """
    node = parse(pattern)
    if least_length(node) > VALUE_LIMITS[cloud].most:
        return False
    return legal_example(_present(of_node(node)), cloud) is not None


def satisfiable_on_values(values: Iterable[str], cloud: str) -> tuple[str, ...]:
    """Give the values that the cloud refuses, in their order."""
    return tuple(value for value in values if legal_value(cloud, value) is not None)


def legal_example(language: Language, cloud: str) -> str | None:
    """Give a shortest member that the cloud takes as a value, None when there is none.

    A member within the greatest length exists if and only if a shortest one is within it, so that the length
    needs no automaton.
    """
    found = _legal_part(language, cloud).shortest()
    return found if found is not None and len(found) <= VALUE_LIMITS[cloud].most else None


def _legal_part(language: Language, cloud: str) -> Language:
    """Leave out characters that the cloud refuses; of those beyond ASCII one per move stands for all."""
    if cloud == "azure":
        return language
    if cloud == "kubernetes":
        return language.intersect(_kubernetes())

    def moves(state: State) -> Moves:
        return tuple(
            (low, high, target)
            for start, end, target in language.moves(state)
            for low, high in _representatives(cloud, (start, end))
        )

    return Language(language.start, moves, language.accepting, language.limit)


@lru_cache(maxsize=4096)
def _representatives(cloud: str, interval: Interval) -> Intervals:
    ascii_part, test = _LETTERED[cloud]
    # From `à` on first: what is printed as an example had better be visible.
    codes = (code for start in (0xE0, 0x80) for code in range(max(interval[0], start), interval[1] + 1))
    return (*intersection((interval,), ascii_part), *_first(code for code in codes if test(chr(code))))


def _first(codes: Iterator[int]) -> Intervals:
    return tuple((code, code) for code in (next(codes, None),) if code is not None)


@cache
def _kubernetes() -> Language:
    end = Characters(of_characters(KUBERNETES_ENDS))
    inside = Repeat(Characters(of_characters(KUBERNETES_INSIDE)), 0, None)
    return of_node(Repeat(Sequence((Repeat(Sequence((end, inside)), 0, 1), end)), 0, 1))


@cache
def _blank() -> Language:
    spaces = of_characters(character for character in map(chr, range(0x3001)) if character.isspace())
    return of_node(Repeat(Characters(spaces), 0, None))


def _present(language: Language) -> Language:
    return language.minus(_blank())
