"""The end of the text output: counts, the coverage bar and the way to the threshold."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from tagward.diagnostics import printable
from tagward_service.outputs import Style
from tagward_service.report import Report, Summary

BAR = 30
"""Cells of the coverage bar."""
MOST = 20
"""So many things that were not evaluated are listed."""


def summary_line(report: Report) -> str:
    """Say how the run came out, in one line."""
    summary = report.summary
    percent = summary.coverage_percent
    if percent is None:
        return f"nothing to judge: {_nothing(summary)}"
    covered = f"{summary.compliant} of {summary.taggable} taggable {_resources(summary.taggable)} compliant"
    return f"{covered} ({percent:g} %), {severity_counts(report)}"


def summary_lines(report: Report, style: Style) -> Iterator[str]:
    """Yield the lines of the summary."""
    yield from _not_evaluated(report)
    yield from _verdict(report)
    if report.summary.taggable:
        yield _coverage(report, style)
    policy = printable(f"{report.policy_name} {report.policy_version}")
    yield f"policy    {policy}, as of {report.as_of}"


def progress_bar(percent: float, threshold: float, *, unicode: bool) -> str:
    """Draw a bar with a mark at the threshold; it is full only when everything is covered."""
    full, empty, mark = ("█", "░", "│") if unicode else ("#", ".", "|")
    filled = int(percent * BAR / 100)
    cells = [full] * filled + [empty] * (BAR - filled)
    cells.insert(round(threshold * BAR / 100), mark)
    return "".join(cells)


def missing_to(threshold: float, summary: Summary) -> int:
    """Count the resources that must still become compliant to reach a threshold in percent."""
    needed = math.ceil(round(threshold * summary.taggable / 100, 6))
    return max(0, needed - summary.compliant)


def no_command(text: str) -> str:
    """Keep a text that begins a line from being a workflow command of the CI system that shows it."""
    return f"\\{text}" if text.lstrip().startswith(("::", "##[")) else text


def _not_evaluated(report: Report) -> Iterator[str]:
    if not report.not_evaluated:
        return
    yield "not evaluated"
    for entry in report.not_evaluated[:MOST]:
        yield f"  {no_command(printable(entry.what))}: {printable(entry.why)}"
    if len(report.not_evaluated) > MOST:
        yield f"  ... and {len(report.not_evaluated) - MOST} more"
    yield ""


def _verdict(report: Report) -> Iterator[str]:
    summary = report.summary
    if not summary.taggable:
        yield f"nothing to judge: {_nothing(summary)}"
        return
    yield f"findings  {severity_counts(report)}"
    yield f"resources {', '.join(_counts(summary))}"


def _counts(summary: Summary) -> Iterator[str]:
    yield f"{summary.compliant} compliant"
    yield f"{summary.violating} violating"
    if summary.unknown:
        yield f"{summary.unknown} unknown until the apply"
    if summary.exempt:
        yield f"{summary.exempt} exempt"
    if summary.untaggable:
        yield f"{summary.untaggable} that take no tags"


def _coverage(report: Report, style: Style) -> str:
    summary, threshold = report.summary, report.readiness.threshold
    percent = summary.coverage_percent or 0.0
    bar = progress_bar(percent, threshold, unicode=style.unicode)
    missing = missing_to(threshold, summary)
    goal = "reached" if not missing else f"{missing} more of {summary.taggable} taggable resources to go"
    if style.color:
        bar = f"\x1b[{'33' if missing else '32'}m{bar}\x1b[0m"
    return f"coverage  [{bar}] {percent:g} %   threshold {threshold:g} %: {goal}"


def severity_counts(report: Report) -> str:
    """Count the findings by severity, in words."""
    counts = Counter(
        "exempt" if finding.status == "exempt" else finding.severity for finding in report.findings
    )
    words = (("error", "error"), ("warning", "warning"), ("info", "note"), ("exempt", "exempt"))
    parts = [_counted(counts[name], word) for name, word in words if counts[name]]
    return ", ".join(parts) or "none"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 or word == 'exempt' else 's'}"


def _nothing(summary: Summary) -> str:
    if not summary.resources:
        return "no resource in any input"
    return (
        f"none of {summary.resources} {_resources(summary.resources)} can carry tags, as far as anybody knows"
    )


def _resources(count: int) -> str:
    return "resource" if count == 1 else "resources"
