"""Near misses: keys that differ by case, separator or one edit, and values worth suggesting."""

from collections.abc import Iterable

SHORTEST_FOR_EDITS = 4
"""Below this length one edit makes another word (`env`, `end`)."""

SHORTEST_FOR_ABBREVIATION = 3

_SEPARATORS = str.maketrans("", "", "-_.:/ ")


def is_near(key: str, expected: str) -> bool:
    """Say whether a key is `expected` misspelt: by case, by separators, or by one edit."""
    if key == expected:
        return False
    plain, plain_expected = _plain(key), _plain(expected)
    if plain == plain_expected:
        return True
    return min(len(plain), len(plain_expected)) >= SHORTEST_FOR_EDITS and one_edit(plain, plain_expected)


def _plain(key: str) -> str:
    return key.casefold().translate(_SEPARATORS)


def one_edit(one: str, other: str) -> bool:
    """Say whether one insertion, deletion, replacement or swap of neighbours makes the other."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    return (
        one[1:] == other[1:]
        or one[1:] == other
        or one == other[1:]
        or (one[:2] == other[1::-1] and one[2:] == other[2:] and len(one) == len(other))
    )


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that a word most likely means, if any."""
    every = tuple(candidates)
    for candidate in every:
        if is_near(word, candidate) or _is_short_form(word, candidate):
            return candidate
    from difflib import get_close_matches

    close = get_close_matches(word[:80], every, n=1, cutoff=0.7)
    return close[0] if close else None


def _is_short_form(word: str, candidate: str) -> bool:
    """Say whether one is how people abbreviate the other (`production`, `prod`)."""
    one, other = sorted((word.strip().casefold(), candidate.casefold()), key=len)
    return len(one) >= SHORTEST_FOR_ABBREVIATION and other.startswith(one)


def shorten(text: str, limit: int = 60) -> str:
    """Cut a long text for a message."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
