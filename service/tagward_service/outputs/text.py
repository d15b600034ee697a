"""The text output: for people, grouped by resource, each finding with its fix, a summary at the end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TextIO

from msgspec import Struct

from tagward.diagnostics import printable
from tagward.findings import Finding
from tagward.resource import Resource
from tagward_service.outputs import Render, Style
from tagward_service.outputs.text_summary import no_command, summary_line, summary_lines
from tagward_service.report import Report

_CHUNK = 1 << 16
_INDENT = " " * 17
_LONG = 30
"""A place of so many characters is not said twice in a row."""
_JOINTS = frozenset(("", ", ", " and ", " too"))
"""What stands between the parts of a place."""


class _Paint(Struct, frozen=True):
    """Start and end of every style, empty without colour."""

    bold: str = ""
    dim: str = ""
    fix: str = ""
    end: str = ""


_PLAIN = _Paint()
_COLORED = _Paint(bold="\x1b[1m", dim="\x1b[2m", fix="\x1b[32m", end="\x1b[0m")

_LABELS = {"error": "error  ", "warning": "warning", "info": "info   ", "exempt": "exempt "}
_COLORS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "info": "\x1b[36m", "exempt": "\x1b[2m"}
_COLORED_LABELS = {name: f"{_COLORS[name]}{label}\x1b[0m" for name, label in _LABELS.items()}


def renderer_for(style: Style) -> Render:
    """Return the function that writes reports in a style."""

    def render(report: Report, stream: TextIO) -> None:
        if style.quiet:
            stream.write(summary_line(report) + "\n")
            return
        _write_findings(report, stream, style)
        stream.write("\n".join(summary_lines(report, style)) + "\n")

    return render


def _write_findings(report: Report, stream: TextIO, style: Style) -> None:
    chunk: list[str] = []
    size = 0
    for block in _blocks(report, style):
        chunk.append(block)
        size += len(block)
        if size > _CHUNK:
            stream.write("".join(chunk))
            chunk.clear()
            size = 0
    stream.write("".join(chunk))


def _blocks(report: Report, style: Style) -> Iterator[str]:
    """Yield one block of text for each resource that has findings."""
    paint = _COLORED if style.color else _PLAIN
    labels = _COLORED_LABELS if style.color else _LABELS
    file = None
    for _, group in groupby(report.findings, key=lambda finding: id(finding.resource)):
        findings = list(group)
        resource = findings[0].resource
        lines = [_heading(resource, file, paint)]
        file = resource.file
        place = ""
        for finding in findings:
            fix, place = _with_place_once(finding.fix, place)
            lines.append(_line(finding, fix, paint, labels))
        lines.append("\n")
        yield "".join(lines)


def _heading(resource: Resource, said: str | None, paint: _Paint) -> str:
    """Name the resource; a file without a line is said only where it changes."""
    if resource.line is not None:
        place = f"  {printable(resource.file)}:{resource.line}"
    else:
        place = "" if resource.file == said else f"  {printable(resource.file)}"
    name = no_command(printable(resource.address))
    return f"{paint.bold}{name}{paint.end}  {paint.dim}{printable(resource.type)}{place}{paint.end}\n"


def _with_place_once(fix: str, said: str) -> tuple[str, str]:
    """Say `there` for a long place that the fix before has named; return also the place now named."""
    at = max(fix.find(" to `"), fix.find(" in `"))
    place = fix[at + 4 :]
    if at < 0 or len(place) < _LONG or not _JOINTS.issuperset(place.split("`")[::2]):
        return fix, said
    also = " too" if place.endswith(" too") else ""
    return (f"{fix[:at]} there{also}", said) if place == said else (fix, place)


def _line(finding: Finding, fix: str, paint: _Paint, labels: dict[str, str]) -> str:
    label = labels["exempt" if finding.status == "exempt" else finding.severity]
    line = f"  {label} {finding.code.value}  {printable(finding.message)}\n"
    if fix:
        line += f"{_INDENT}{paint.fix}fix:{paint.end} {printable(fix)}\n"
    return line
