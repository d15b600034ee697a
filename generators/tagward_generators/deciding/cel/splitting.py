"""A CEL expression taken apart: what is enough to make it true, or what it needs to be true.

Of two sides of `||` one that is true is enough, and of two sides of `&&` one that is not true is too much,
whatever becomes of the other, an error too (CEL specification, "Logical operators"). So the parts, each asked
by itself, say together what the whole says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

MOST = 200
"""An expression that falls into more parts stays whole."""

_TEXT = r"""[rR]?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
_SKIPPED = re.compile(rf"{_TEXT}|[.\[]\?")
_LOOP = re.compile(
    rf"\[\s*(?P<values>{_TEXT}(?:\s*,\s*{_TEXT})*)\s*\]\.(?P<macro>exists|all)\(\s*(?P<name>\w+)\s*,"
)
_OPENING, _CLOSING = "([{", ")]}"


@cache
def disjuncts(expression: str) -> tuple[str, ...]:
    """Return expressions of which one at least is true if and only if the whole is."""
    return _few(expression, _disjuncts(expression))


@cache
def conjuncts(expression: str) -> tuple[str, ...]:
    """Return expressions which are all true if and only if the whole is."""
    return _few(expression, _conjuncts(expression))


def _few(expression: str, parts: Iterator[str]) -> tuple[str, ...]:
    found: list[str] = []
    for part in parts:
        found.append(part)
        if len(found) > MOST:
            return (expression,)
    return tuple(found)


def _disjuncts(expression: str) -> Iterator[str]:
    whole = _unwrapped(expression)
    parts = _split(whole, "||")
    if len(parts) == 1:
        parts = _unrolled(whole, "exists")
    if len(parts) > 1:
        for part in parts:
            yield from _disjuncts(part)
        return
    yield from _distributed(whole)


def _distributed(whole: str) -> Iterator[str]:
    """Take `a && (b || c)` for `a && b` or `a && c`."""
    joined = _split(whole, "&&")
    for at, part in enumerate(joined if len(joined) > 1 else ()):
        choices = disjuncts(part)
        if len(choices) > 1:
            for choice in choices:
                yield " && ".join(f"({each.strip()})" for each in (*joined[:at], choice, *joined[at + 1 :]))
            return
    yield whole


def _conjuncts(expression: str) -> Iterator[str]:
    whole = _unwrapped(expression)
    parts = _split(whole, "&&") if len(_split(whole, "||")) == 1 else [whole]
    if len(parts) == 1:
        parts = _unrolled(whole, "all")
    if len(parts) == 1:
        yield whole
        return
    for part in parts:
        yield from _conjuncts(part)


def _unwrapped(expression: str) -> str:
    """Take off brackets around the whole."""
    whole = expression.strip()
    while whole.startswith("(") and _end(whole, 0) == len(whole) - 1:
        whole = whole[1:-1].strip()
    return whole


def _split(expression: str, joint: str) -> list[str]:
    """Cut at a joint that stands in no brackets; where there is `?`, which binds less, nowhere."""
    cuts, start = [], 0
    for at, symbol in _outside(expression):
        if symbol == "?":
            return [expression]
        if expression.startswith(joint, at):
            cuts.append(expression[start:at])
            start = at + len(joint)
    return [*cuts, expression[start:]]


def _unrolled(whole: str, macro: str) -> list[str]:
    """Write a loop over texts once for each of them."""
    loop = _LOOP.match(whole)
    if loop is None or loop["macro"] != macro or _end(whole, loop.start("name") - 1) != len(whole) - 1:
        return [whole]
    body = whole[loop.end() : -1]
    return [_replaced(body, loop["name"], value) for value in re.findall(_TEXT, loop["values"])]


def _replaced(body: str, name: str, value: str) -> str:
    """Put a value in place of a variable, but not in texts, nor of a field of the same name."""
    pattern = re.compile(rf"(?P<text>{_TEXT})|(?<![.\w]){name}\b")
    return pattern.sub(lambda found: found["text"] or value, body)


def _end(expression: str, start: int) -> int:
    """Return where the bracket closes that opens at a place, else -1."""
    depth = 0
    for at, symbol in _symbols(expression, start):
        depth += (symbol in _OPENING) - (symbol in _CLOSING)
        if depth == 0 and at >= start:
            return at
    return -1


def _outside(expression: str) -> Iterator[tuple[int, str]]:
    """Yield the characters that stand in no brackets and no text."""
    depth = 0
    for at, symbol in _symbols(expression, 0):
        depth -= symbol in _CLOSING
        if depth == 0:
            yield at, symbol
        depth += symbol in _OPENING


def _symbols(expression: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield characters that are in no text, brackets of optional selections included."""
    at = start
    while at < len(expression):
        skipped = _SKIPPED.match(expression, at)
        if skipped is None:
            yield at, expression[at]
            at += 1
            continue
        if skipped[0] == "[?":
            yield at, "["
        at = skipped.end()
