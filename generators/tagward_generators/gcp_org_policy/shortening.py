"""Long lists of values as one short pattern."""

from collections.abc import Iterable
from functools import cache

ANYTHING = "[^ ]*"
"""What may follow a beginning; labels hold no blanks."""


@cache
def shortened(values: tuple[str, ...], room: int) -> tuple[str, int | None]:
    """Return a pattern of at most `room` characters that all the values, legal on GCP, match.

    With it comes how many characters of a value it looks at: None when it matches nothing but the values.
    """
    longest = max(map(len, values))
    if len(whole := _pattern(values)) <= room:
        return whole, None
    low, high = 0, longest
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if len(_beginnings(values, middle)) <= room else (low, middle)
    return _beginnings(values, low), low


def _beginnings(values: tuple[str, ...], length: int) -> str:
    """Match what begins as one of the values does."""
    return _pattern(value[:length] for value in values) + ANYTHING


def _pattern(texts: Iterable[str]) -> str:
    """Match the texts, writing what they begin with in common once."""
    rests: dict[str, list[str]] = {}
    for text in sorted(set(texts)):
        rests.setdefault(text[:1], []).append(text[1:])
    optional = rests.pop("", None) is not None
    ends = "".join(first for first, rest in rests.items() if rest == [""])
    options = [
        *([_one_of(ends)] if ends else []),
        *(first + _pattern(rest) for first, rest in rests.items() if first not in ends),
    ]
    if not options:
        return ""
    single = len(options) == 1 and (not optional or options == [_one_of(ends)])
    joined = options[0] if single else f"({'|'.join(options)})"
    return f"{joined}?" if optional else joined


def _one_of(characters: str) -> str:
    """Match one of some characters; a `-` that stands last is only itself."""
    listed = "".join(sorted(characters, key=lambda each: (each == "-", each)))
    return f"[{listed}]" if len(listed) > 1 else listed
