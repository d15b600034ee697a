"""Texts that a regular expression matches, for the common part of RE2; none for what is stranger."""

import re
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

_PARSER: Any = import_module("re._parser")
_ANY = "x"


@cache
def examples(pattern: str) -> tuple[str, ...]:
    """Return up to two texts that a pattern matches as a whole: its least, and a longer one."""
    try:
        parsed = _PARSER.parse(pattern)
        texts = tuple(dict.fromkeys(_texts(parsed, more) for more in (0, 1)))
        return tuple(text for text in texts if re.search(pattern, text))
    except (re.error, NotImplementedError, RecursionError, OverflowError):
        return ()


@cache
def branches(pattern: str) -> tuple[str, ...]:
    """Return a text for each branch of a pattern, so that each of its alternatives is met."""
    try:
        parsed = _PARSER.parse(pattern)
        texts = dict.fromkeys(_texts(parsed, 1, branch) for branch in range(pattern.count("|") + 1))
        return tuple(text for text in texts if re.search(pattern, text))
    except (re.error, NotImplementedError, RecursionError, OverflowError):
        return ()


def _texts(parsed: Any, more: int, branch: int | None = None) -> str:
    return "".join(_text(str(kind), about, more, branch) for kind, about in parsed)


def _text(kind: str, about: Any, more: int, branch: int | None) -> str:
    match kind:
        case "LITERAL":
            return chr(about)
        case "ANY" | "NOT_LITERAL":
            return _ANY
        case "AT":
            return ""
        case "IN":
            return _one_of(about)
        case "BRANCH":
            return _branch(about[1], more, branch)
        case "SUBPATTERN":
            return _texts(about[3], more, branch)
        case "MAX_REPEAT" | "MIN_REPEAT":
            least, most, repeated = about
            return _texts(repeated, more, branch) * min(int(most), int(least) + more)
    raise NotImplementedError(kind)


def _branch(branches: Sequence[Any], more: int, branch: int | None) -> str:
    """Take a branch by number, else the first for a short text, and the last for a longer one."""
    if branch is None:
        return _texts(branches[-1 if more else 0], more)
    return _texts(branches[branch % len(branches)], more, branch)


def _one_of(members: Any) -> str:
    """Return a character of a class; of one that excludes, a plain one that it leaves."""
    (kind, about), *_ = members
    match str(kind):
        case "LITERAL":
            return chr(about)
        case "RANGE":
            return chr(about[0])
        case "CATEGORY":
            return {"CATEGORY_DIGIT": "0", "CATEGORY_SPACE": " "}.get(str(about), _ANY)
    return _ANY
