"""Position automaton of a pattern tree: which characters can follow which."""

from __future__ import annotations

from typing import NamedTuple

from tagward.patterns.intervals import Interval, Intervals, atoms
from tagward.patterns.nodes import Characters, Choice, Node, Repeat, Sequence

Move = tuple[int, int, int]
"""Lowest character, highest character, next state."""


class _Fragment(NamedTuple):
    """Part of a pattern: may it be empty, where it starts and where it ends (bit sets of positions)."""

    empty: bool
    first: int
    last: int


NOTHING = _Fragment(empty=False, first=0, last=0)
EMPTY = _Fragment(empty=True, first=0, last=0)


class PositionAutomaton:
    """States of a pattern as bit sets: bit 0 is acceptance, bit p + 1 says that position p may be read."""

    def __init__(self, node: Node) -> None:
        self._sets: list[Intervals] = []
        self._follow: list[int] = []
        whole = self._build(node)
        self.start = whole.first << 1 | whole.empty
        self._next = [
            follow << 1 | (whole.last >> position & 1) for position, follow in enumerate(self._follow)
        ]
        self._atoms = self._readers()

    def accepting(self, state: int) -> bool:
        """Tell whether a value may end in this state."""
        return bool(state & 1)

    def moves(self, state: int) -> tuple[Move, ...]:
        """Give the ways out of a state, sorted and disjoint."""
        targets: dict[int, int] = {}
        moves: list[Move] = []
        for (low, high), readers in self._atoms:
            read = state >> 1 & readers
            if not read:
                continue
            if read not in targets:
                targets[read] = self._after(read)
            if moves and moves[-1][1] + 1 == low and moves[-1][2] == targets[read]:
                moves[-1] = (moves[-1][0], high, targets[read])
            else:
                moves.append((low, high, targets[read]))
        return tuple(moves)

    def _after(self, read: int) -> int:
        state = 0
        while read:
            lowest = read & -read
            state |= self._next[lowest.bit_length() - 1]
            read ^= lowest
        return state

    def _readers(self) -> tuple[tuple[Interval, int], ...]:
        masks: dict[Intervals, int] = {}
        for position, allowed in enumerate(self._sets):
            masks[allowed] = masks.get(allowed, 0) | 1 << position
        readers = dict.fromkeys(atoms(masks), 0)
        for allowed, mask in masks.items():
            for atom in readers:
                if any(low <= atom[0] <= high for low, high in allowed):
                    readers[atom] |= mask
        return tuple((atom, mask) for atom, mask in readers.items() if mask)

    def _build(self, node: Node) -> _Fragment:
        match node:
            case Characters(allowed):
                return self._position(allowed)
            case Sequence(parts):
                return self._sequence(parts)
            case Choice(options):
                return self._choice(options)
            case Repeat(body, least, most):
                return self._repeat(body, least, most)

    def _position(self, allowed: Intervals) -> _Fragment:
        bit = 1 << len(self._sets)
        self._sets.append(allowed)
        self._follow.append(0)
        return _Fragment(False, bit, bit)

    def _sequence(self, parts: tuple[Node, ...]) -> _Fragment:
        whole = EMPTY
        for part in parts:
            whole = self._join(whole, self._build(part))
        return whole

    def _choice(self, options: tuple[Node, ...]) -> _Fragment:
        whole = NOTHING
        for option in options:
            fragment = self._build(option)
            whole = _Fragment(
                whole.empty or fragment.empty, whole.first | fragment.first, whole.last | fragment.last
            )
        return whole

    def _repeat(self, body: Node, least: int, most: int | None) -> _Fragment:
        whole = self._loop(body, least) if most is None else self._optionals(body, most - least)
        for _ in range(least - (most is None and least > 0)):
            whole = self._join(self._build(body), whole)
        return whole

    def _loop(self, body: Node, least: int) -> _Fragment:
        once = self._build(body)
        self._connect(once.last, once.first)
        return once._replace(empty=once.empty or least == 0)

    def _optionals(self, body: Node, count: int) -> _Fragment:
        """Build `(x(x(x)?)?)?`, where each position has few followers, in place of `x?x?x?`."""
        whole = EMPTY
        for _ in range(count):
            whole = self._join(self._build(body), whole)._replace(empty=True)
        return whole

    def _join(self, left: _Fragment, right: _Fragment) -> _Fragment:
        self._connect(left.last, right.first)
        return _Fragment(
            left.empty and right.empty,
            left.first | (right.first if left.empty else 0),
            right.last | (left.last if right.empty else 0),
        )

    def _connect(self, lasts: int, firsts: int) -> None:
        while lasts:
            lowest = lasts & -lasts
            self._follow[lowest.bit_length() - 1] |= firsts
            lasts ^= lowest
