"""Parser of value patterns: the regular expressions that mean the same in RE2, Java and SQL engines."""

from __future__ import annotations

import re

from tagward.patterns.bracket import is_punctuation, read_class
from tagward.patterns.nodes import (
    Characters,
    Choice,
    Node,
    Repeat,
    Sequence,
    most_length,
    nested_count,
    positions,
)
from tagward.patterns.refusals import (
    DIFFERS,
    PatternError,
    is_control,
    refuse_control,
    refuse_escape,
    refuse_group,
)

__all__ = ["PatternError", "body", "parse"]

MAX_LENGTH = 1_000
MAX_COUNT = 1_000  # RE2 refuses more, also as the product of counts inside each other
MAX_POSITIONS = 2_000
MAX_DEPTH = 50

BRACES = re.compile(r"\{([0-9]*)(,?)([0-9]*)\}")
MARKS = {"?": (0, 1), "*": (0, None), "+": (1, None)}


def parse(pattern: str) -> Node:
    """Parse a pattern; raise PatternError for what is not portable, too large or can never be satisfied."""
    if len(pattern) > MAX_LENGTH:
        text = (
            f"the pattern has {len(pattern)} characters, more than {MAX_LENGTH}: use `values` or a registry"
        )
        raise PatternError(text, MAX_LENGTH)
    start, end = _bounds(pattern)
    node = _Parser(pattern, start, end).read()
    if most_length(node) == 0:
        raise PatternError("the pattern matches only the empty value, which counts as missing", 0)
    _refuse_large("counts inside each other multiply to", nested_count(node), MAX_COUNT)
    _refuse_large("the pattern is too complex: written out its length is", positions(node), MAX_POSITIONS)
    return node


def _refuse_large(what: str, size: int, limit: int) -> None:
    if size > limit:
        raise PatternError(f"{what} {size}, more than {limit}: use smaller counts", 0)


def body(pattern: str) -> str:
    """Give the pattern without the anchors at its ends; wrap it as the engine at hand spells a full match."""
    start, end = _bounds(pattern)
    return pattern[start:end]


def _bounds(pattern: str) -> tuple[int, int]:
    start = 1 if pattern.startswith("^") else 0
    end = len(pattern)
    if end > start and pattern.endswith("$"):
        before = pattern[start : end - 1]
        backslashes = len(before) - len(before.rstrip("\\"))
        end -= backslashes % 2 == 0
    return start, end


class _Parser:
    def __init__(self, pattern: str, start: int, end: int) -> None:
        self.pattern = pattern
        self.at = start
        self.end = end
        self.depth = 0

    def read(self) -> Node:
        if self.at == self.end:
            raise PatternError(
                "the pattern is empty, which matches only a missing value: leave it out", self.at
            )
        node = self._choice()
        if self.at < self.end:
            raise PatternError("`)` closes no group: write `\\)` for the character itself", self.at, "\\)")
        return node

    def _peek(self) -> str:
        return self.pattern[self.at] if self.at < self.end else ""

    def _choice(self) -> Node:
        options = [self._sequence()]
        while self._peek() == "|":
            self.at += 1
            options.append(self._sequence())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self) -> Node:
        begin = self.at
        parts: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated())
        if not parts and not (self._peek() == ")" and self.depth == 0):
            text = f"an empty alternative {DIFFERS}: write `( )?` around what may be absent"
            raise PatternError(text, begin)
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _repeated(self) -> Node:
        atom = self._atom()
        count = self._count()
        if count is None:
            return atom
        self._refuse_second_count()
        return Repeat(atom, *count)

    def _atom(self) -> Node:
        character = self._peek()
        match character:
            case "[":
                allowed, self.at = read_class(self.pattern, self.at)
                return Characters(allowed)
            case "(":
                return self._group()
            case "\\":
                return self._escape()
        self._refuse(character)
        self.at += 1
        return Characters(((ord(character), ord(character)),))

    def _group(self) -> Node:
        begin = self.at
        if self.pattern.startswith("(?", begin):
            raise refuse_group(self.pattern, begin)
        self.at += 1
        self.depth += 1
        unclosed = "the group is not closed: add `)`, or write `\\(` for the character itself"
        if self.at == self.end:
            raise PatternError(unclosed, begin, "\\(")
        if self.depth > MAX_DEPTH:
            raise PatternError(f"groups are nested deeper than {MAX_DEPTH}: write a flatter pattern", begin)
        node = self._choice()
        if self._peek() != ")":
            raise PatternError(unclosed, begin, "\\(")
        self.at += 1
        self.depth -= 1
        return node

    def _escape(self) -> Node:
        character = self.pattern[self.at + 1 : self.at + 2]
        if not character or not is_punctuation(character):
            raise refuse_escape(self.pattern, self.at, in_class=False)
        self.at += 2
        return Characters(((ord(character), ord(character)),))

    def _refuse(self, character: str) -> None:
        if is_control(character):
            raise refuse_control(character, self.at)
        if character == ".":
            text = (
                "`.` does not mean the same on line breaks in every engine: write `[ -~]` for printable ASCII"
            )
            raise PatternError(f"{text} or `\\.` for a dot", self.at, "[ -~]")
        if character in "^$":
            text = f"`{character}` inside a pattern: a pattern is always a full match, leave it out"
            raise PatternError(f"{text} or write `\\{character}` for the character itself", self.at, "")
        if character in "]}" or (character == "{" and not self._braces()):
            raise self._bare_brace(character)
        if character in "*+?{":
            text = f"`{character}` has nothing to repeat: write `\\{character}` for the character itself"
            raise PatternError(text, self.at, f"\\{character}")

    def _bare_brace(self, character: str) -> PatternError:
        text = f"`{character}` as a character {DIFFERS}: write `\\{character}`"
        return PatternError(text, self.at, f"\\{character}")

    def _braces(self) -> re.Match[str] | None:
        found = BRACES.match(self.pattern, self.at, self.end)
        return found if found and (found[1] or found[3]) else None

    def _count(self) -> tuple[int, int | None] | None:
        """Read a count after an atom, None when there is none."""
        mark = self._peek()
        if mark in MARKS:
            self.at += 1
            return MARKS[mark]
        found = self._braces() if mark == "{" else None
        if not found:
            return None
        count = self._braced(found)
        self.at = found.end()
        return count

    def _braced(self, found: re.Match[str]) -> tuple[int, int | None]:
        low, comma, high = found.groups()
        if not low:
            portable = f"{{0,{high}}}"
            raise PatternError(f"`{found[0]}` {DIFFERS}: write `{portable}`", self.at, portable)
        # Counts of more than four digits need not be read to be refused.
        least, most = int(low[:5]), int((high or low)[:5])
        if max(least, most) > MAX_COUNT:
            raise PatternError(f"`{found[0]}` counts to more than {MAX_COUNT}: use a smaller count", self.at)
        if most < least:
            portable = f"{{{high},{low}}}"
            raise PatternError(f"`{found[0]}` runs backwards: write `{portable}`", self.at, portable)
        return least, None if comma and not high else most

    def _refuse_second_count(self) -> None:
        mark = self._peek()
        if mark == "?":
            text = "a lazy count changes nothing in a full match: leave out the `?` after it"
            raise PatternError(text, self.at, "")
        if mark == "+":
            raise PatternError(f"a possessive count {DIFFERS}: leave out the `+` after it", self.at, "")
        if mark == "*" or (mark == "{" and self._braces()):
            raise PatternError(
                f"two counts in a row {DIFFERS}: put the first in a group, such as `(a+)*`", self.at
            )
