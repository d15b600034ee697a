"""Matchers of patterns: full match in linear time."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from tagward.patterns.nodes import least_length, most_length
from tagward.patterns.syntax import body, parse


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Compile a pattern to a test of whole values; raise PatternError when it is not portable."""
    node = parse(pattern)
    least, most = least_length(node), most_length(node)
    fullmatch: Callable[[bytes], object] | None = None

    def matches(text: str) -> bool:
        nonlocal fullmatch
        if len(text) < least or (most is not None and len(text) > most):
            return False
        try:
            encoded = text.encode()
        except UnicodeEncodeError:  # half of a surrogate pair is no character of any pattern
            return False
        if fullmatch is None:
            fullmatch = _fullmatch(body(pattern))
        return fullmatch(encoded) is not None

    return matches


def _fullmatch(portable: str) -> Callable[[bytes], object]:
    import re2

    options = re2.Options()
    options.never_capture = True
    options.log_errors = False
    # Bytes spare RE2 the translation of offsets, which nobody asks for.
    matcher: Callable[[bytes], object] = re2.compile(portable.encode(), options).fullmatch
    return matcher
