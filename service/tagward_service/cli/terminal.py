"""What the terminal can show: colour, Unicode, and text that it must not act on."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from typing import TextIO

COLORS = ("auto", "always", "never")


def wants_color(stream: TextIO, choice: str = "auto", environ: Mapping[str, str] = os.environ) -> bool:
    """Decide on colour: as chosen, else only on a terminal and when NO_COLOR is not set."""
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def chosen_color(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> str:
    """Find the colour that was asked for before the arguments are known to be right."""
    choice = environ.get("TAGWARD_COLOR", "auto")
    for index, argument in enumerate(arguments):
        if argument.startswith("--color="):
            choice = argument.partition("=")[2]
        elif argument == "--color" and index + 1 < len(arguments):
            choice = arguments[index + 1]
    return choice if choice in COLORS else "auto"


def speaks_unicode(stream: TextIO) -> bool:
    """Say whether box-drawing characters arrive as such on a stream."""
    encoding = getattr(stream, "encoding", None)
    return encoding is None or encoding.lower().replace("-", "") in ("utf8", "utf16", "utf32")


def never_fail_to_encode(*streams: TextIO) -> None:
    """Make streams write an escape where their encoding lacks a character."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
