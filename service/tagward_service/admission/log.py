"""Structured log lines: one JSON object each, so that nothing in a request can forge another."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, BinaryIO

import msgspec

_encode = msgspec.json.Encoder().encode
_DELETE = b"\x7f"


class Log:
    """Writes lines to a stream. `decisions` says which reviews are worth a line: all, denied or none."""

    def __init__(self, stream: BinaryIO | None = None, decisions: str = "all") -> None:
        self._stream = stream or sys.stderr.buffer
        self.decisions = decisions
        self._waiting: list[bytes] = []
        self._turn = ""

    def write(self, event: str, **fields: Any) -> None:
        """Write one line, from any thread. What a terminal would act on, or not show, is escaped in it."""
        self._put(json_line({"time": _time(), "event": event, **fields}))

    def write_soon(self, event: str, **fields: Any) -> None:
        """Write one line with all others of this turn of the loop, and at the time of the first of them."""
        if not self._waiting:
            self._turn = _time()
            asyncio.get_running_loop().call_soon(self.flush)
        self._waiting.append(json_line({"time": self._turn, "event": event, **fields}))

    def flush(self) -> None:
        """Write the lines that wait for the end of the turn."""
        waiting, self._waiting = self._waiting, []
        self._put(b"".join(waiting))

    def _put(self, lines: bytes) -> None:
        self._stream.write(lines)
        self._stream.flush()


def _time() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def json_line(fields: dict[str, Any]) -> bytes:
    """Write an object of JSON on one line, of characters that can be printed only."""
    try:
        line = _encode(fields)
    except UnicodeEncodeError:  # a lone surrogate, which is no character of anything
        line = json.dumps(fields, default=str).encode()
    if line.isascii() and _DELETE not in line:  # JSON escapes the other control characters
        return line + b"\n"
    return "".join(map(_escaped, line.decode())).encode() + b"\n"


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    return json.dumps(character)[1:-1] if character > "\x7f" else f"\\u{ord(character):04x}"


class Libraries(logging.Handler):
    """Writes what libraries warn of as lines like any other, without tracebacks: they may hold anything."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one warning."""
        self._log.write("library", name=record.name, detail=record.getMessage())
