"""The HTML output: one file that needs nothing else, to be read, printed and kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import TextIO

from tagward.diagnostics import printable
from tagward.findings import Finding
from tagward_service.outputs.text_summary import missing_to, severity_counts, summary_line
from tagward_service.report import Report

_STYLE = """\
:root { color-scheme: light dark; --line: #8886; --error: #b3261e; --warning: #8a5a00; --info: #1f5f99; }
@media (prefers-color-scheme: dark) { :root { --error: #ff8a80; --warning: #ffc766; --info: #8cc4ff; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
code { font: 0.92em ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1.5rem; }
caption { text-align: left; padding: 0.6rem 0 0.2rem; } caption small { display: block; opacity: 0.8; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.6rem; border-top: 1px solid var(--line); }
.found { table-layout: fixed; } .found th:first-child { width: 9.5rem; } .found th:last-child { width: 40%; }
.found td:first-child { font-weight: 600; } caption code { font-weight: 600; }
.error td:first-child { color: var(--error); } .warning td:first-child { color: var(--warning); }
.info td:first-child { color: var(--info); } .exempt { opacity: 0.75; } meter { width: 100%; height: 1.2rem; }
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } }
"""
_HEAD = f"""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>tagward</title>
<style>
{_STYLE}</style>
<main>
"""


def render(report: Report, stream: TextIO) -> None:
    """Write the verdict, the coverage, a table for each resource with findings, and what nobody judged."""
    stream.write(_HEAD)
    stream.write(f"<h1>{_shown(summary_line(report))}</h1>\n")
    stream.writelines(_coverage(report))
    if report.findings:
        stream.write(f"<h2>Findings: {_shown(severity_counts(report))}</h2>\n")
    for _, group in groupby(report.findings, key=lambda each: id(each.resource)):
        stream.writelines(_resource(list(group)))
    stream.writelines(_not_evaluated(report))
    policy = _shown(f"{report.policy_name} {report.policy_version}")
    stream.write(f"<p>Policy {policy}, as of {report.as_of}.</p>\n</main>\n</html>\n")


def _coverage(report: Report) -> Iterator[str]:
    summary, threshold = report.summary, report.readiness.threshold
    percent = summary.coverage_percent
    if percent is not None:
        missing = missing_to(threshold, summary)
        goal = f"{missing} more of {summary.taggable} taggable resources reach it" if missing else "reached"
        yield f'<meter min="0" max="100" high="{threshold:g}" optimum="100" value="{percent:g}">{percent:g} %'
        yield f"</meter>\n<p>{percent:g} %; the threshold is {threshold:g} %: {goal}.</p>\n"
    names = ("resources", "taggable", "compliant", "violating", "unknown", "exempt", "untaggable")
    cells = "".join(f"<td>{getattr(summary, name)}</td>" for name in names)
    heads = "".join(f'<th scope="col">{name}</th>' for name in names)
    yield f"<table>\n<caption>Resources</caption>\n<tr>{heads}</tr>\n<tr>{cells}</tr>\n</table>\n"


def _resource(findings: Sequence[Finding]) -> Iterator[str]:
    """Make the table of one resource."""
    resource = findings[0].resource
    place = resource.file if resource.line is None else f"{resource.file}:{resource.line}"
    about = f"<small>{_shown(resource.type)}, {_shown(place)}</small>"
    yield f'<table class="found">\n<caption><code>{_shown(resource.address)}</code> {about}</caption>\n'
    yield '<tr><th scope="col">severity</th><th scope="col">finding</th><th scope="col">fix</th></tr>\n'
    yield from map(_row, findings)
    yield "</table>\n"


def _row(finding: Finding) -> str:
    kind = "exempt" if finding.status == "exempt" else finding.severity
    said = f"{_coded(finding.message)}</td><td>{_coded(finding.fix)}"
    return f'<tr class="{kind}"><td>{kind} {finding.code.value}</td><td>{said}</td></tr>\n'


def _not_evaluated(report: Report) -> Iterator[str]:
    if report.not_evaluated:
        yield "<h2>Not evaluated</h2>\n<ul>\n"
        yield from (f"<li>{_coded(each.what)}: {_coded(each.why)}</li>\n" for each in report.not_evaluated)
        yield "</ul>\n"


def _coded(text: str) -> str:
    """Show what is in backticks as code."""
    parts = _shown(text).split("`")
    return "".join(f"<code>{part}</code>" if at % 2 and part else part for at, part in enumerate(parts))


def _shown(text: str) -> str:
    return escape(printable(text))
