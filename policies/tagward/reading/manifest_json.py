"""JSON manifests: fast decoding, and the lines of their parts when somebody asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from tagward.reading.yaml_compose import Marks

_BLANK = re.compile(r"[ \t\r\n]*")
# Commas and colons say nothing about places: leaving them out halves the work.
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s"{}\[\]:,]+')
# An integer of thousands of digits cannot be printed; the YAML reader gives it as Kubernetes would.
_HUGE_NUMBER = re.compile(rb"[0-9]{1000}")
_UTF8_BOM = b"\xef\xbb\xbf"


class JsonDocument(msgspec.Struct, frozen=True):
    """One JSON value of a stream: its data, its first line and its text."""

    data: Any
    line: int
    text: bytes | str


def decode_json(data: bytes, depth: int) -> list[JsonDocument] | None:
    """Decode one JSON value, or several after each other.

    None when the data is not JSON, or nests deeper than the limit: the YAML reader then says what is wrong.
    """
    data = data.removeprefix(_UTF8_BOM)
    start = len(data) - len(data.lstrip(b" \t\r\n"))
    if data[start : start + 1] not in (b"{", b"[") or _HUGE_NUMBER.search(data):
        return None
    try:
        documents = _decode(data, data.count(b"\n", 0, start) + 1)
    except (ValueError, RecursionError):
        return None
    return None if any(_is_deeper(one.data, depth) for one in documents) else documents


def _decode(data: bytes, line: int) -> list[JsonDocument]:
    try:
        return [JsonDocument(msgspec.json.decode(data), line, data.lstrip(b" \t\r\n"))]
    except msgspec.DecodeError:
        return list(_decode_stream(data.decode()))


def _decode_stream(text: str) -> Iterator[JsonDocument]:
    from json import JSONDecoder

    decoder = JSONDecoder()
    line, end = 1, 0
    start = _next_text(text, end)
    while start < len(text):
        line += text.count("\n", end, start)
        _, end = decoder.raw_decode(text, start)
        yield JsonDocument(msgspec.json.decode(text[start:end]), line, text[start:end])
        line += text.count("\n", start, end)
        start = _next_text(text, end)


def _next_text(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


def _is_deeper(value: Any, depth: int) -> bool:
    level = [value] if type(value) in (dict, list) else []
    for _ in range(depth):
        level = [inner for outer in level for inner in _parts(outer) if type(inner) in (dict, list)]
        if not level:
            return False
    return True


def _parts(value: Any) -> Any:
    return value.values() if type(value) is dict else value


def locate_json(document: JsonDocument) -> tuple[Marks[int], tuple[tuple[int, str], ...]]:
    """Find the line of every part of a JSON value, and the keys that are written twice."""
    text = document.text.decode() if isinstance(document.text, bytes) else document.text
    places = _Places()
    line, seen = document.line, 0
    for match in _PART.finditer(text):
        start = match.start()
        line += text.count("\n", seen, start)
        seen = start
        places.take(match[0], line)
    return places.root, tuple(places.repeats)


class _Places:
    def __init__(self) -> None:
        self.root: Marks[int] = {}
        self.repeats: list[tuple[int, str]] = []
        self._open: list[tuple[Marks[int], bool]] = []
        self._keys: list[tuple[str, int] | None] = []

    def take(self, part: str, line: int) -> None:
        if part in ("}", "]"):
            self._open.pop()
            self._keys.pop()
        elif part in ("{", "["):
            inner: Marks[int] = {} if self._open else self.root
            self._add(line, inner)
            self._open.append((inner, part == "["))
            self._keys.append(None)
        elif self._open and not self._open[-1][1] and self._keys[-1] is None:
            self._keys[-1] = (_text(part), line)
        else:
            self._add(line, None)

    def _add(self, line: int, inner: Marks[int] | None) -> None:
        if not self._open:
            return
        marks, _ = self._open[-1]
        key = self._keys[-1]
        if key is None:
            marks[len(marks)] = (line, line, inner)
            return
        name, key_line = key
        if name in marks:
            self.repeats.append((key_line, name))
        marks[name] = (key_line, line, inner)
        self._keys[-1] = None


def _text(part: str) -> str:
    return msgspec.json.decode(part, type=str) if "\\" in part else part[1:-1]
