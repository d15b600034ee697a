"""The results of tests for people: a line for each case, and for a failed one what differs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from tagward.diagnostics import printable
from tagward.diagnostics import render as render_diagnostic
from tagward.errors import PolicyError, TagwardError
from tagward_service.outputs import Style
from tagward_service.testing.running import CaseResult, FileResult, Results

_MARKS = {"passed": "ok   ", "failed": "FAIL ", "error": "ERROR"}
_COLORS = {
    "passed": "\x1b[32m",
    "failed": "\x1b[1;31m",
    "error": "\x1b[1;31m",
    "-": "\x1b[31m",
    "+": "\x1b[32m",
}
_END = "\x1b[0m"
_INDENT = " " * 8


def render(results: Results, stream: TextIO, style: Style) -> None:
    """Write the results; a quiet style leaves out what passed."""
    for file in results.files:
        stream.writelines(_file(file, style))
    stream.write(summary(results) + "\n")


def summary(results: Results) -> str:
    """Say in a line what came of all cases."""
    counts = [f"{results.count('passed')} passed", f"{results.count('failed')} failed"]
    if errors := results.count("error"):
        counts.append(counted(errors, "error"))
    whole = f"{counted(len(results.files), 'file')}, {counted(len(results.cases), 'case')}"
    return f"{whole}: {', '.join(counts)}"


def counted(number: int, what: str) -> str:
    """Say how many there are: `1 case`, `2 cases`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def error_text(error: TagwardError, *, color: bool = False) -> str:
    """Say why a file cannot be run, with the places where there are any."""
    if isinstance(error, PolicyError):
        return "\n".join(render_diagnostic(each, color=color) for each in error.diagnostics)
    return "\n".join(map(printable, str(error).split("\n")))


def _file(file: FileResult, style: Style) -> Iterator[str]:
    shown = [case for case in file.cases if not (style.quiet and case.outcome == "passed")]
    if file.error is None and not shown:
        return
    yield f"{printable(file.file)}\n"
    if file.error is not None:
        body = error_text(file.error, color=style.color).replace("\n", "\n  ")
        yield f"  {_painted(_MARKS['error'], 'error', style)} {body}\n"
    for case in shown:
        yield from _case(case, style)
    yield "\n"


def _case(case: CaseResult, style: Style) -> Iterator[str]:
    yield f"  {_painted(_MARKS[case.outcome], case.outcome, style)} {printable(case.name)}\n"
    for line in case.why.split("\n") if case.why else ():
        yield f"{_INDENT}{printable(line)}\n"
    for each in case.differences:
        label = "expected, not found" if each.kind == "missing" else "found, not expected"
        yield f"{_INDENT}{_painted(each.sign, each.sign, style)} {label}: {printable(each.what)}\n"
    if case.outcome != "passed":
        yield f"{_INDENT}at {printable(case.file)}:{case.line}\n"


def _painted(text: str, name: str, style: Style) -> str:
    return f"{_COLORS[name]}{text}{_END}" if style.color else text
