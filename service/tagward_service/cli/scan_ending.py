"""How a scan ends before its time: Ctrl-C, and SIGTERM of whoever runs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tagward_service.cli.signals import ended_softly

if TYPE_CHECKING:
    from tagward_service.scan.engine import Scanning


@contextmanager
def ended_by_signals() -> Iterator[list[Scanning]]:
    """End the scans of a list at the first Ctrl-C or SIGTERM, keeping what is done.

    A second one kills, and so does the first while nothing is being read that could be kept.
    """
    watched: list[Scanning] = []

    def end(name: str) -> None:
        if not watched:
            raise KeyboardInterrupt
        for scanning in watched:
            scanning.end(f"{name} arrived")
        _say_at_once("scan: ending, what is done is kept; once more ends it at once\n")

    with ended_softly(end):
        yield watched


def _say_at_once(text: str) -> None:
    """Write past what Python may just be writing itself: a signal comes at any time."""
    with suppress(OSError, ValueError):
        os.write(sys.stderr.fileno(), text.encode())
