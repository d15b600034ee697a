"""Walks over the automaton of a language: examples, enumeration, samples."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import TYPE_CHECKING

from tagward.patterns.intervals import nicest

if TYPE_CHECKING:
    from random import Random

    from tagward.patterns.automaton import Language

State = Hashable


def shortest(language: Language) -> str | None:
    """Give a shortest member, the one that reads best."""
    if language.accepting(language.start):
        return ""
    queue: deque[tuple[State, str]] = deque([(language.start, "")])
    seen = {language.start}
    while queue:
        state, text = queue.popleft()
        for (_, code), target in sorted(
            ((nicest((low, high)), target) for low, high, target in language.moves(state)),
            key=lambda step: step[0],
        ):
            if target in seen:
                continue
            if language.accepting(target):
                return text + chr(code)
            seen.add(target)
            queue.append((target, text + chr(code)))
    return None


def distances(language: Language) -> dict[State, int]:
    """Give, for every state that leads to a member, how many characters are missing."""
    before: dict[State, set[State]] = {language.start: set()}
    pending = [language.start]
    while pending:
        state = pending.pop()
        for _, _, target in language.moves(state):
            if target not in before:
                before[target] = set()
                pending.append(target)
            before[target].add(state)
    found = {state: 0 for state in before if language.accepting(state)}
    queue = deque(found)
    while queue:
        state = queue.popleft()
        for source in before[state]:
            if source not in found:
                found[source] = found[state] + 1
                queue.append(source)
    return found


def values(language: Language, limit: int) -> tuple[str, ...] | None:
    """Give all members by length and code point, None when there are more than `limit`."""
    useful = distances(language)
    if language.start not in useful:
        return ()
    if _has_cycle(language, useful):
        return None
    found: list[str] = []
    level = [("", language.start)]
    while level:
        found += [text for text, state in level if language.accepting(state)]
        following = _extend(language, level, useful, limit)
        if following is None or len(found) > limit:
            return None
        level = following
    return tuple(found)


def _extend(
    language: Language, level: list[tuple[str, State]], useful: dict[State, int], limit: int
) -> list[tuple[str, State]] | None:
    """Add one character in every way; every text found leads to a member of its own."""
    found: list[tuple[str, State]] = []
    for text, state in level:
        for low, high, target in language.moves(state):
            if target in useful:
                if high - low >= limit or len(found) > limit:
                    return None
                found += [(text + chr(code), target) for code in range(low, high + 1)]
    return found if len(found) <= limit else None


def _has_cycle(language: Language, useful: dict[State, int]) -> bool:
    entries = dict.fromkeys(useful, 0)
    exits = {state: {step[2] for step in language.moves(state)} & useful.keys() for state in useful}
    for targets in exits.values():
        for target in targets:
            entries[target] += 1
    free = [state for state, count in entries.items() if count == 0]
    visited = 0
    while free:
        visited += 1
        for target in exits[free.pop()]:
            entries[target] -= 1
            if entries[target] == 0:
                free.append(target)
    return visited < len(useful)


def sample(language: Language, rng: Random, max_length: int) -> str | None:
    """Give a random member of at most `max_length` characters, None when there is none."""
    missing = distances(language)
    state = language.start
    if missing.get(state, max_length + 1) > max_length:
        return None
    text = ""
    while True:
        room = max_length - len(text) - 1
        steps = [step for step in language.moves(state) if missing.get(step[2], room + 1) <= room]
        if not steps or (language.accepting(state) and rng.random() < 0.2):
            return text
        low, high, state = rng.choice(steps)
        text += chr(rng.choice((low, high, nicest((low, high))[1], rng.randint(low, high))))
