"""Which outputs a run writes, and where to: `-f text -f sarif=out.sarif`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO, TypeVar

from tagward.diagnostics import did_you_mean, quoted
from tagward.errors import UsageError
from tagward_service.cli.settings import Settings
from tagward_service.cli.terminal import speaks_unicode, wants_color
from tagward_service.cli.writing import check_file, write_atomically
from tagward_service.outputs import FORMATS, Format, Render, Style, renderer
from tagward_service.report import Report

Name = TypeVar("Name", bound=str)

Outputs = list[tuple[Format, str | None]]
"""A format and its file, None for standard output."""


def chosen(texts: tuple[str, ...]) -> Outputs:
    """Read `FORMAT[=FILE]` of the formats of a report; raises UsageError."""
    return chosen_of(FORMATS, texts)


def chosen_of(formats: Sequence[Name], texts: tuple[str, ...]) -> list[tuple[Name, str | None]]:
    """Read `FORMAT[=FILE]`, before the work whose result goes there.

    Raises UsageError for an unknown format, for two that go to one place, and for a file that cannot be
    written.
    """
    outputs: list[tuple[Name, str | None]] = []
    for text in texts:
        name, equals, file = text.partition("=")
        if equals and not file:
            raise UsageError(f"`-f {text}` names no file; write it like `-f {name}=FILE`")
        outputs.append((_format(formats, name), file or None))
    if sum(file is None for _, file in outputs) > 1:
        raise UsageError("only one format can go to standard output; give the others a file: `-f json=FILE`")
    _check([file for _, file in outputs if file is not None])
    return outputs


def style_of(file: str | None, settings: Settings) -> Style:
    """Say how text looks where it goes: on a terminal as that can, in a file plain."""
    color, quiet = settings.text("color") or "auto", settings.flag("quiet")
    if file is None:
        return Style(wants_color(sys.stdout, color), speaks_unicode(sys.stdout), quiet)
    return Style(color == "always", True, quiet)


def write_report(report: Report, name: Format, file: str | None, settings: Settings) -> None:
    """Write a report in a format."""
    render: Render = renderer(name, style_of(file, settings))
    write_to(file, lambda stream: render(report, stream))


def write_text(text: str, file: str | None) -> None:
    """Write a text to standard output, or to a file."""
    write_to(file, lambda stream: stream.write(text))


def write_to(file: str | None, render: Callable[[TextIO], object]) -> None:
    """Write to standard output, or a file whole or not at all."""
    if file is None:
        render(sys.stdout)
    else:
        write_atomically(Path(file), render)


def _check(files: Sequence[str]) -> None:
    for number, file in enumerate(files):
        if file in files[:number]:
            raise UsageError(f"two formats cannot go to one file: {quoted(file)}")
        check_file(Path(file))


def _format(formats: Sequence[Name], name: str) -> Name:
    for known in formats:
        if name == known:
            return known
    guess = did_you_mean(name, formats)
    hint = f"did you mean `{guess}`?" if guess else f"choose from {', '.join(formats)}"
    raise UsageError(f"unknown format {quoted(name)}; {hint}")
