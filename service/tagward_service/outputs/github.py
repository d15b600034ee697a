"""The GitHub output: workflow commands that become annotations on the changed files."""

from __future__ import annotations

from typing import TextIO

from tagward.diagnostics import printable
from tagward.findings import Finding
from tagward_service.outputs.places import line_of, relative_path
from tagward_service.outputs.text_summary import summary_line
from tagward_service.report import Report

COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report, stream: TextIO) -> None:
    """Write one workflow command for each finding, then the summary."""
    stream.writelines(map(_annotation, report.findings))
    for entry in report.not_evaluated:
        level = "warning" if entry.incomplete else "notice"
        stream.write(f"::{level} title=not evaluated::{_data(f'{entry.what}: {entry.why}')}\n")
    stream.write(f"{summary_line(report)}\n")


def _annotation(finding: Finding) -> str:
    resource = finding.resource
    command = "notice" if finding.status == "exempt" else COMMANDS[finding.severity]
    title = _property(f"{finding.code.value} {resource.address}")
    fix = f"%0Afix: {_data(finding.fix)}" if finding.fix else ""
    return f"::{command} {_place(finding)}title={title}::{_data(finding.message)}{fix}\n"


def _place(finding: Finding) -> str:
    """Say where to show an annotation; what was found in a cloud is in no file."""
    file = finding.resource.file
    return f"file={_property(relative_path(file))},line={line_of(finding)}," if file else ""


def _data(text: str) -> str:
    """Escape a message: `%` first, and no character that could end the command."""
    return printable(text.replace("%", "%25"))


def _property(text: str) -> str:
    """Escape a property, which also ends at a colon or a comma."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
