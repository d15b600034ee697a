"""The text of a file: decoding it, refusing what is not text, and finding lines and columns in it."""

from __future__ import annotations

import re
from functools import cached_property

from tagward.diagnostics import Diagnostic, masked

# The line breaks of YAML 1.1, which libyaml counts lines by.
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16 = "the file is UTF-16, not UTF-8"
_SAVE_AS = "save the file as UTF-8"


class NotTextError(Exception):
    """Bytes that are not UTF-8 text, with where and why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class SourceText:
    """A decoded file that can say what stands on a line."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their breaks."""
        return _BREAK.split(self.text)

    def line(self, number: int) -> str | None:
        """Give a line by its number from 1, or nothing when there is no such line."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else None

    def position(self, index: int) -> tuple[int, int]:
        """Turn a character index into line and column, both from 1."""
        ends = [found.end() for found in _BREAK.finditer(self.text, 0, index)]
        return len(ends) + 1, index - (ends[-1] if ends else 0) + 1

    def diagnostic(
        self,
        line: int,
        column: int,
        message: str,
        *,
        length: int = 1,
        hint: str | None = None,
        accepted: tuple[str, ...] = (),
    ) -> Diagnostic:
        """Build a diagnostic for a place in this text."""
        source = self.line(line)
        shown = None if source is None else masked(source)
        return Diagnostic(self.file, line, column, message, length, hint, accepted, shown)


def read_text(data: bytes, file: str) -> SourceText:
    """Decode UTF-8, with or without a byte order mark; raise NotTextError for anything but text."""
    if is_wide(data):
        raise NotTextError(Diagnostic(file, 1, 1, _UTF16, hint=_SAVE_AS))
    data = data.removeprefix(_UTF8_BOM)
    try:
        source = SourceText(file, data.decode())
    except UnicodeDecodeError as error:
        raise NotTextError(_undecodable(data, error.start, file)) from None
    strange = _NOT_TEXT.search(source.text)
    if strange:
        raise NotTextError(_strange(source, strange))
    return source


def is_wide(data: bytes) -> bool:
    """Tell whether the bytes are UTF-16 or UTF-32, by the mark or by zero bytes beside the first letters."""
    start = data[:4]
    halves = (start[::2], start[1::2])
    return start[:2] in (b"\xff\xfe", b"\xfe\xff") or (b"\0\0" in halves and any(start))


def _undecodable(data: bytes, offset: int, file: str) -> Diagnostic:
    source = SourceText(file, data.decode(errors="replace"))
    line, column = source.position(len(data[:offset].decode()))
    message = f"the byte 0x{data[offset]:02x} is not UTF-8 text"
    return source.diagnostic(line, column, message, hint=_SAVE_AS)


def _strange(source: SourceText, found: re.Match[str]) -> Diagnostic:
    line, column = source.position(found.start())
    if found[0] == "\0":
        message = "the file holds a NUL byte, so it is not text"
        return source.diagnostic(line, column, message, hint="is this the right file?")
    message = f"the control character U+{ord(found[0]):04X} is not allowed"
    return source.diagnostic(
        line, column, message, hint="delete it, or write it as an escape in double quotes"
    )
