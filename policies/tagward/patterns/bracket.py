"""Reader of character classes such as `[a-z0-9_-]`."""

from __future__ import annotations

from tagward.patterns.intervals import Interval, Intervals, complement, normalise
from tagward.patterns.refusals import (
    POSIX_CLASSES,
    UNPORTABLE_ESCAPES,
    PatternError,
    escaped,
    is_control,
    refuse_control,
    refuse_escape,
)

SET_OPERATORS = ("&&", "--", "~~", "||")  # operators in Java, Rust or Python to come


def is_punctuation(character: str) -> bool:
    """Tell whether a backslash makes the character literal in every engine."""
    return "!" <= character <= "~" and not character.isalnum() and character not in UNPORTABLE_ESCAPES


def read_class(pattern: str, start: int) -> tuple[Intervals, int]:
    """Read the class that opens at `start`; give its characters and the offset after it."""
    return _Bracket(pattern, start).read()


class _Bracket:
    def __init__(self, pattern: str, start: int) -> None:
        self.pattern = pattern
        self.start = start
        self.negated = pattern.startswith("^", start + 1)
        self.first = start + 2 if self.negated else start + 1
        self.at = self.first

    def read(self) -> tuple[Intervals, int]:
        self._refuse_posix_without_brackets()
        if self.pattern.startswith("]", self.first):
            self._refuse_empty()
            raise PatternError(
                "`]` first in a class does not mean the same in every engine: write `\\]`", self.first, "\\]"
            )
        ranges: list[Interval] = []
        while not self.pattern.startswith("]", self.at):
            ranges.append(self._range())
        members = normalise(ranges)
        return (complement(members) if self.negated else members), self.at + 1

    def _refuse_empty(self) -> None:
        if "]" not in self.pattern[self.first + 1 :]:
            portable = "".join(map(escaped, self.pattern[self.start : self.first + 1]))
            text = f"the class is empty: list its characters, or write `{portable}` for itself"
            raise PatternError(text, self.start, portable)

    def _range(self) -> Interval:
        begin = self.at
        low = self._character(begin == self.first)
        if not self._dash_makes_range():
            return low, low
        if self.pattern.startswith("--", self.at):
            raise self._operator("--")
        self.at += 1
        high = self._character(first=False)
        if high < low:
            text = (
                f"the range `{self.pattern[begin : self.at]}` runs backwards: write `{chr(high)}-{chr(low)}`"
            )
            raise PatternError(text, begin, f"{self._spelt(high)}-{self._spelt(low)}")
        if self._dash_makes_range():
            raise self._bare_dash(self.at)
        return low, high

    def _spelt(self, code: int) -> str:
        return "\\-" if code == 0x2D else escaped(chr(code))

    def _dash_makes_range(self) -> bool:
        return self.pattern.startswith("-", self.at) and not self.pattern.startswith("-]", self.at)

    def _character(self, first: bool) -> int:
        if self.at >= len(self.pattern):
            raise PatternError(
                "the class is not closed: add `]`, or write `\\[` for the character itself", self.start, "\\["
            )
        character = self.pattern[self.at]
        if character == "\\":
            return self._escape()
        self._refuse(character, first)
        self.at += 1
        return ord(character)

    def _escape(self) -> int:
        character = self.pattern[self.at + 1 : self.at + 2]
        if not character or not is_punctuation(character):
            raise refuse_escape(self.pattern, self.at, in_class=True)
        self.at += 2
        return ord(character)

    def _refuse(self, character: str, first: bool) -> None:
        if is_control(character):
            raise refuse_control(character, self.at)
        if character == "[":
            raise self._inner_bracket()
        for operator in SET_OPERATORS:
            if self.pattern.startswith(operator, self.at):
                raise self._operator(operator)
        if character == "-" and not first and not self.pattern.startswith("-]", self.at):
            raise self._bare_dash(self.at)

    def _bare_dash(self, offset: int) -> PatternError:
        return PatternError("`-` between characters of a class is ambiguous: write `\\-`", offset, "\\-")

    def _operator(self, operator: str) -> PatternError:
        portable = "".join(f"\\{character}" for character in operator)
        text = f"`{operator}` in a class is a set operator in some engines: write `{portable}`"
        return PatternError(text, self.at, portable)

    def _inner_bracket(self) -> PatternError:
        name = self._posix_name(self.at)
        if name in POSIX_CLASSES:
            portable = POSIX_CLASSES[name]
            text = f"`[:{name}:]` (a POSIX class) does not mean the same in every engine: write `{portable}`"
            return PatternError(text, self.at, portable)
        text = "`[` inside a class opens another class in some engines: write `\\[` for the character itself"
        return PatternError(text, self.at, "\\[")

    def _posix_name(self, offset: int) -> str:
        end = self.pattern.find(":]", offset)
        return self.pattern[offset + 2 : end] if self.pattern.startswith("[:", offset) and end > 0 else ""

    def _refuse_posix_without_brackets(self) -> None:
        name = self._posix_name(self.start)
        if name in POSIX_CLASSES:
            portable = f"[{POSIX_CLASSES[name]}]"
            raise PatternError(
                f"`[:{name}:]` (a POSIX class) is not portable: write `{portable}`", self.start, portable
            )
