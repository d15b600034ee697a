"""Languages of patterns: sets of values that can be compared, combined and enumerated."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tagward.patterns import search
from tagward.patterns.intervals import EVERYTHING
from tagward.patterns.nodes import Node
from tagward.patterns.refusals import PatternError
from tagward.patterns.syntax import parse

if TYPE_CHECKING:
    from random import Random

State = Hashable
Moves = tuple[tuple[int, int, Any], ...]
"""Sorted, disjoint (lowest character, highest character, next state)."""

STATE_LIMIT = 5_000


class Language:
    """A set of values as a deterministic automaton whose states are made when they are first needed."""

    def __init__(
        self,
        start: State,
        moves: Callable[[Any], Moves],
        accepting: Callable[[Any], bool],
        limit: int = STATE_LIMIT,
    ) -> None:
        self.start = start
        self.accepting = accepting
        self.limit = limit
        self._make = moves
        self._known: dict[State, Moves] = {}

    def moves(self, state: State) -> Moves:
        """Give the ways out of a state; raise PatternError when there are too many states."""
        found = self._known.get(state)
        if found is None:
            if len(self._known) >= self.limit:
                raise PatternError(
                    "the pattern is too complex to be compared: use fewer or smaller counts and groups", 0
                )
            found = self._known[state] = self._make(state)
        return found

    def accepts(self, text: str) -> bool:
        """Tell whether a value is a member."""
        state: Any = self.start
        for code in map(ord, text):
            state = next((target for low, high, target in self._make(state) if low <= code <= high), None)
            if state is None:
                return False
        return self.accepting(state)

    def is_empty(self) -> bool:
        """Tell whether there is no member."""
        return self.shortest() is None

    def shortest(self) -> str | None:
        """Give a shortest member, of letters and digits where it can be, None when there is none."""
        return search.shortest(self)

    def values(self, limit: int) -> tuple[str, ...] | None:
        """Give all members by length and code point, None when there are more than `limit`."""
        return search.values(self, limit)

    def sample(self, rng: Random, max_length: int) -> str | None:
        """Give a random member of at most `max_length` characters, None when there is none."""
        return search.sample(self, rng, max_length)

    def intersect(self, other: Language) -> Language:
        """Give the values in both."""
        return _combine(self, other, lambda left, right: left and right, (True, True))

    def union(self, other: Language) -> Language:
        """Give the values in either."""
        return _combine(self, other, lambda left, right: left or right, (False, False))

    def minus(self, other: Language) -> Language:
        """Give the values that are not in `other`."""
        return _combine(self, other, lambda left, right: left and not right, (True, False))

    def complement(self) -> Language:
        """Give every valid text that is not a member."""
        return anything().minus(self)

    def is_subset_of(self, other: Language) -> bool:
        """Tell whether every member is in `other`."""
        return self.minus(other).is_empty()


def of_node(node: Node) -> Language:
    """Give the language of a pattern tree."""
    from tagward.patterns.glushkov import PositionAutomaton

    automaton = PositionAutomaton(node)
    return Language(automaton.start, automaton.moves, automaton.accepting)


def of_pattern(pattern: str) -> Language:
    """Give the language of a pattern; raise PatternError when it is not portable."""
    return of_node(parse(pattern))


def of_glob(glob: str) -> Language:
    """Give the language of a shell glob: `*` any text, `?` one character, `[a-z]`, `[!a-z]` one of a set."""
    from tagward.patterns.shell_glob import parse_glob

    return of_node(parse_glob(glob))


def of_values(values: Iterable[str]) -> Language:
    """Give the language of listed values."""
    children: list[dict[str, int]] = [{}]
    ends: set[int] = set()
    for value in values:
        state = 0
        for character in value:
            if character not in children[state]:
                children[state][character] = len(children)
                children.append({})
            state = children[state][character]
        ends.add(state)

    def moves(state: int) -> Moves:
        return tuple((ord(char), ord(char), target) for char, target in sorted(children[state].items()))

    return Language(0, moves, ends.__contains__, limit=max(STATE_LIMIT, len(children)))


def anything() -> Language:
    """Give the language of every valid text, the empty one included."""
    everywhere = tuple((low, high, 0) for low, high in EVERYTHING)
    return Language(0, lambda _: everywhere, lambda _: True)


def _combine(
    left: Language, right: Language, accepts: Callable[[bool, bool], bool], needs: tuple[bool, bool]
) -> Language:
    """Run two automata side by side; a side that `needs` says must live ends the value when it is dead."""

    def moves(pair: tuple[State, State]) -> Moves:
        steps = _both(_steps(left, pair[0]), _steps(right, pair[1]))
        return tuple(
            (low, high, (a, b))
            for low, high, a, b in steps
            if (a is not None or not needs[0]) and (b is not None or not needs[1])
        )

    def accepting(pair: tuple[State, State]) -> bool:
        first, second = pair
        return accepts(
            first is not None and left.accepting(first), second is not None and right.accepting(second)
        )

    return Language((left.start, right.start), moves, accepting, max(left.limit, right.limit))


def _steps(language: Language, state: State) -> Moves:
    return () if state is None else language.moves(state)


def _both(left: Moves, right: Moves) -> Iterator[tuple[int, int, Any, Any]]:
    """Cut two lists of moves at each other's borders; the target of a side without a move is None."""
    borders = sorted({cut for low, high, _ in (*left, *right) for cut in (low, high + 1)})
    i = j = 0
    for low, after in pairwise(borders):
        while i < len(left) and left[i][1] < low:
            i += 1
        while j < len(right) and right[j][1] < low:
            j += 1
        a = left[i][2] if i < len(left) and left[i][0] <= low else None
        b = right[j][2] if j < len(right) and right[j][0] <= low else None
        if a is not None or b is not None:
            yield low, after - 1, a, b
