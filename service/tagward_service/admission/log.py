"""Structured log lines: one JSON object each, so that nothing in a request can forge another."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, BinaryIO

import msgspec

_encode = msgspec.json.Encoder().encode


class Log:
    """Writes lines to a stream. `decisions` says which reviews are worth a line: all, denied or none."""

    def __init__(self, stream: BinaryIO | None = None, decisions: str = "all") -> None:
        self._stream = stream or sys.stderr.buffer
        self.decisions = decisions

    def write(self, event: str, **fields: Any) -> None:
        """Write one line. What a terminal would act on, or not show, is escaped in it."""
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json_line({"time": time, "event": event, **fields})
        self._stream.write(line.encode() + b"\n")
        self._stream.flush()


def json_line(fields: dict[str, Any]) -> str:
    """Write an object of JSON on one line, of characters that can be printed only."""
    try:
        line = _encode(fields).decode()
    except UnicodeEncodeError:  # a lone surrogate, which is no character of anything
        line = json.dumps(fields, default=str)
    return line if line.isprintable() else "".join(map(_escaped, line))


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
