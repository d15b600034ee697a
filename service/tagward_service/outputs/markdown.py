"""The Markdown output: a comment for a pull request, bounded in size."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import TextIO

from tagward.diagnostics import printable
from tagward.findings import Finding
from tagward.resource import Resource
from tagward_service.outputs.text_summary import missing_to, progress_bar, severity_counts
from tagward_service.report import Report

LIMIT = 60_000
"""Characters in all; the services refuse comments over 65,536."""
OPEN = 20
"""So many resources are shown before the rest is folded away."""
_MARKS = {"error": "🔴", "warning": "🟡", "info": "🔵", "exempt": "⚪"}
_CELL = 500
_HEADER = "| | resource | finding | fix |\n|---|---|---|---|\n"
_UNFOLD = "\n</details>\n"
_LEFT_OUT = "\n_{} more resources with findings are left out here; the JSON output has them all._\n"
_SPECIAL = re.compile(r"[\\`*_{}\[\]|~<>&$]|(?<=https):(?=//)|(?<=http):(?=//)|(?<=www)\.", re.IGNORECASE)
_MENTION = re.compile(r"([@#])")
_NO_MENTION = "\\1\u200b"
"""An invisible space keeps a comment from calling somebody or linking an issue."""


def render(report: Report, stream: TextIO) -> None:
    """Write a heading, the coverage, and a table row for each resource with findings."""
    stream.write(_heading(report))
    tail = _tail(report)
    room = LIMIT - len(_heading(report)) - len(tail)
    stream.write(_tables(report, room))
    stream.write(tail)


def _heading(report: Report) -> str:
    summary, threshold = report.summary, report.readiness.threshold
    counts = severity_counts(report)
    percent = summary.coverage_percent
    if percent is None:
        return f"### tagward: nothing to judge\n\nresources: {summary.resources}, taggable: 0\n\n"
    missing = missing_to(threshold, summary)
    goal = f"{missing} more resources reach it" if missing else "reached"
    bar = progress_bar(percent, threshold, unicode=True)
    return (
        f"### tagward: {counts}\n\n"
        f"`{bar}` **{percent:g} %** of {summary.taggable} taggable resources are compliant "
        f"(threshold {threshold:g} %: {goal})\n\n"
    )


def _tables(report: Report, room: int) -> str:
    """Build the table, folded after the first resources, as far as there is room."""
    groups = [list(group) for _, group in groupby(report.findings, key=lambda each: id(each.resource))]
    if not groups:
        return ""
    fold = f"\n<details><summary>{len(groups) - OPEN} more resources</summary>\n\n{_HEADER}"
    left = room - len(_HEADER) - len(fold) - len(_UNFOLD) - len(_LEFT_OUT) - 10
    parts, shown = [_HEADER], 0
    for group in groups:
        rows = _rows(group)
        left -= len(rows)
        if left < 0:
            break
        parts += [fold, rows] if shown == OPEN else [rows]
        shown += 1
    parts.append(_UNFOLD if shown > OPEN else "")
    parts.append(_LEFT_OUT.format(len(groups) - shown) if shown < len(groups) else "")
    return "".join(parts)


def _rows(findings: Sequence[Finding]) -> str:
    """Make the rows of one resource, which is named in the first."""
    first, *others = findings
    return _row(first.resource, first) + "".join(_row(None, finding) for finding in others)


def _row(resource: Resource | None, finding: Finding) -> str:
    mark = _MARKS["exempt" if finding.status == "exempt" else finding.severity]
    name = "" if resource is None else _resource(resource)
    return f"| {mark} {finding.code.value} | {name} | {cell(finding.message)} | {cell(finding.fix)} |\n"


def _resource(resource: Resource) -> str:
    place = resource.file if resource.line is None else f"{resource.file}:{resource.line}"
    return f"**{cell(resource.address)}**<br>{cell(resource.type)}<br>{cell(place)}"


def _tail(report: Report) -> str:
    lines = [f"- {cell(entry.what)}: {cell(entry.why)}" for entry in report.not_evaluated[:OPEN]]
    if len(report.not_evaluated) > OPEN:
        lines.append(f"- and {len(report.not_evaluated) - OPEN} more")
    skipped = "\n**Not evaluated**\n\n" + "\n".join(lines) + "\n" if lines else ""
    policy = f"{cell(report.policy_name)} {cell(report.policy_version)}"
    return f"{skipped}\n<sub>policy {policy}, as of {report.as_of}</sub>\n"


def cell(text: str) -> str:
    """Show a text as it is: on one line, nothing in it is Markdown, HTML, a mention or a link."""
    shown = printable(text if len(text) <= _CELL else text[:_CELL] + "…")
    return "".join(
        f"<code>{_escaped(part)}</code>" if index % 2 and part else _escaped(_MENTION.sub(_NO_MENTION, part))
        for index, part in enumerate(shown.split("`"))
    )


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", text)
