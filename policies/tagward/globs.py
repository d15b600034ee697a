"""Shell globs over names: `*`, `?` and `[...]`, where a leading `!` excludes."""

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from functools import cache

Matcher = Callable[[str], bool]


def is_literal(glob: str) -> bool:
    """Say whether a glob matches one text only."""
    return not any(char in glob for char in "*?[")


def split(globs: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part the globs that include from those that exclude, these without their `!`."""
    every = tuple(globs)
    return (
        tuple(glob for glob in every if not glob.startswith("!")),
        tuple(glob[1:] for glob in every if glob.startswith("!")),
    )


@cache
def matcher(globs: tuple[str, ...]) -> Matcher:
    """Compile a list: one of the including globs (any text when there is none), and no excluding one."""
    including, excluding = split(globs)
    wanted, unwanted = _any(including), _any(excluding)
    if not excluding:
        return wanted
    return lambda text: (not including or wanted(text)) and not unwanted(text)


def _any(globs: tuple[str, ...]) -> Matcher:
    literals = frozenset(globs)  # a glob matches itself: `aws_instance.web[0]` is also an address
    patterns = [translate(glob) for glob in globs if not is_literal(glob)]
    if not patterns:
        return literals.__contains__
    match = re.compile("|".join(patterns)).match
    return lambda text: text in literals or match(text) is not None
