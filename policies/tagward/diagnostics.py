"""Diagnostics: what is wrong, where it is written, and what to write instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

Severity = Literal["error", "warning"]

Steps = tuple[str | int, ...]
"""Leads to a part of a document: keys of mappings, and numbers in lists."""

WINDOW = 100
"""Columns of a source line that are shown; a longer line is cut around the caret."""
_CONTEXT = 40
_MESSAGE = 600
_WORD = 80
_LONGEST_GUESS = 100
_STYLES = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "help": "\x1b[1;36m"}
_RESET = "\x1b[0m"
_SECRETS = r"""(?<=://)[^/?#\s"']*(?=@)|(?<=[?&;])([^=&;#?\s"']*)=([^&;#\s"']+)"""
"""Who asks, and the names and values of a query, in an address."""
_SECRET_NAMES = ("token", "sig", "secret", "pass", "pwd", "cred", "auth", "key")


class Diagnostic(msgspec.Struct, frozen=True):
    """One finding about a file, at a place in it; lines and columns count from 1, columns in characters."""

    file: str
    line: int
    column: int
    message: str
    length: int = 1
    hint: str | None = None
    accepted: tuple[str, ...] = ()
    source: str | None = None
    severity: Severity = "error"

    @property
    def headline(self) -> str:
        """The one-line form: place, severity and message."""
        place = f"{self.file}:{self.line}:{self.column}"
        return printable(f"{place}: {self.severity}: {_shortened(self.message, _MESSAGE)}")


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort diagnostics by place, then by message."""
    return tuple(sorted(diagnostics, key=lambda one: (one.file, one.line, one.column, one.message)))


def render(diagnostic: Diagnostic, *, color: bool = False) -> str:
    """Show a diagnostic with its source line and a caret under the place; no control character is emitted."""
    headline = diagnostic.headline
    if color:
        severity = diagnostic.severity
        headline = headline.replace(f": {severity}: ", f": {_painted(severity, severity)}: ", 1)
    gutter = " " * max(6, len(str(diagnostic.line)) + 2)
    lines = [headline]
    if diagnostic.source is not None:
        lines += _excerpt(diagnostic, diagnostic.source, gutter, color)
    label = _painted("help", "help") if color else "help"
    if diagnostic.hint is not None:
        lines.append(f"{gutter}= {label}: {printable(_shortened(diagnostic.hint, _MESSAGE))}")
    if diagnostic.accepted:
        lines.append(f"{gutter}= accepted: {_listed(diagnostic.accepted)}")
    return "\n".join(lines)


def printable(text: str) -> str:
    r"""Escape what a terminal would act on or not show: controls, direction marks, odd spaces (``\x1b``)."""
    return text if text.isprintable() else "".join(map(_glyph, text))


def quoted(text: str) -> str:
    """Put user input in backticks, shortened so that a message stays a message."""
    return f"`{_shortened(text, _WORD)}`"


def masked(text: str) -> str:
    """Put `*` in the place of every character of the credentials that addresses in a text hold."""
    return re.sub(_SECRETS, _stars, text) if "://" in text else text


def _stars(found: re.Match[str]) -> str:
    name, value = found.groups()
    if value is None:
        return "*" * len(found[0])
    is_secret = any(word in name.lower() for word in _SECRET_NAMES)
    return f"{name}={'*' * len(value)}" if is_secret else found[0]


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """Find the candidate that the word was most likely meant to be, if one is close."""
    if not word or len(word) > _LONGEST_GUESS:
        return None
    by_letters = {_letters(candidate): candidate for candidate in sorted(candidates, reverse=True)}
    by_letters.pop("", None)
    letters = _letters(word)
    if letters in by_letters:
        return by_letters[letters]
    from difflib import get_close_matches

    close = get_close_matches(letters, by_letters, n=1, cutoff=0.7)
    return by_letters[close[0]] if close else None


def _letters(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum())


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"


def _painted(text: str, style: str) -> str:
    return f"{_STYLES[style]}{text}{_RESET}"


def _excerpt(diagnostic: Diagnostic, source: str, gutter: str, color: bool) -> list[str]:
    at = min(max(diagnostic.column - 1, 0), len(source))
    start, end = _window(at, len(source))
    before = _cells(source[start:at])
    marked = _cells(source[at : min(at + max(diagnostic.length, 1), end)])
    after = _cells(source[at + max(diagnostic.length, 1) : end])
    lead = "…" if start else ""
    tail = "…" if end < len(source) else ""
    caret = "^" * max(_width(marked), 1)
    number = str(diagnostic.line).rjust(len(gutter) - 1)
    padding = " " * (len(lead) + _width(before))
    return [
        f"{number} | {lead}{before}{marked}{after}{tail}",
        f"{gutter}| {padding}{_painted(caret, diagnostic.severity) if color else caret}",
    ]


def _window(at: int, length: int) -> tuple[int, int]:
    if length <= WINDOW:
        return 0, length
    start = max(0, min(at - _CONTEXT, length - WINDOW))
    return start, min(length, start + WINDOW)


def _cells(text: str) -> str:
    return printable(text.replace("\t", "    "))


def _glyph(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _listed(names: Sequence[str]) -> str:
    shown: list[str] = []
    room = WINDOW
    for name in names:
        room -= len(name) + 2
        if room < 0:
            rest = len(names) - len(shown)
            return printable(", ".join([*shown, f"... ({rest} more)"]))
        shown.append(name)
    return printable(", ".join(shown))
