"""Structured log lines: one JSON object each, so that nothing in a request can forge another."""

from __future__ import annotations

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
        """Write one line."""
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._stream.write(_encode({"time": time, "event": event, **fields}) + b"\n")
        self._stream.flush()
