"""Texts with `*` for any run of characters and nothing else, as tag policies and Azure's `like` have them."""

import re
from collections.abc import Iterable
from functools import cache


def any_matches(globs: Iterable[str], text: str) -> bool:
    """Say whether a text matches one of several."""
    return any(_compiled(glob).fullmatch(text) is not None for glob in globs)


def example(glob: str) -> str:
    """Return a text that matches."""
    return glob.replace("*", "x1")


@cache
def _compiled(glob: str) -> re.Pattern[str]:
    first, *middle = map(re.escape, glob.split("*"))
    if not middle:
        return re.compile(first, re.DOTALL)
    # The first place where a part fits is as good as any later one: no way back keeps the time linear.
    found = "".join(f"(?>.*?{part})" for part in middle[:-1])
    return re.compile(f"{first}{found}.*{middle[-1]}", re.DOTALL)
