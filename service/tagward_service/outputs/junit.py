"""The JUnit XML output: a suite per input file, a test case per finding and one for what is fine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from tagward.diagnostics import printable
from tagward.findings import Finding
from tagward_service.report import Report

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


def render(report: Report, stream: TextIO) -> None:
    """Write the report as JUnit XML: deny is a failure, exempt and unknown are skipped, the rest passes."""
    suites = [_suite(file, findings) for file, findings in _by_file(report)]
    suites.append(_summary_suite(report))
    failures = sum(_fails(finding) for finding in report.findings)
    total = len(report.findings) + 1
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    stream.write(f'<testsuites name="tagward" tests="{total}" failures="{failures}" errors="0">\n')
    stream.writelines(suites)
    stream.write("</testsuites>\n")


def _by_file(report: Report) -> Iterator[tuple[str, list[Finding]]]:
    files: dict[str, list[Finding]] = {}
    for finding in report.findings:
        files.setdefault(finding.resource.file, []).append(finding)
    yield from files.items()


def _suite(file: str, findings: Sequence[Finding]) -> str:
    cases = "".join(map(_case, findings))
    failures = sum(map(_fails, findings))
    skipped = sum(map(_is_skipped, findings))
    counts = f'tests="{len(findings)}" failures="{failures}" errors="0" skipped="{skipped}"'
    return f"  <testsuite name={attribute(file)} {counts}>\n{cases}  </testsuite>\n"


def _summary_suite(report: Report) -> str:
    summary = report.summary
    name = f"{summary.compliant} of {summary.taggable} taggable resources are compliant"
    notes = "".join(f"not evaluated: {entry.what}: {entry.why}\n" for entry in report.not_evaluated)
    output = f"\n      <system-out>{content(notes)}</system-out>\n    " if notes else ""
    return (
        '  <testsuite name="tagward" tests="1" failures="0" errors="0" skipped="0">\n'
        f'    <testcase classname="tagward.summary" name={attribute(name)}>{output}</testcase>\n'
        "  </testsuite>\n"
    )


def _case(finding: Finding) -> str:
    resource = finding.resource
    place = resource.file if resource.line is None else f"{resource.file}:{resource.line}"
    name = f"{finding.code.value} {resource.address} {finding.key}".rstrip()
    said = attribute(finding.message)
    detail = content(f"{finding.message}\nfix: {finding.fix}\n{place}")
    kind = attribute(finding.severity)
    if _is_skipped(finding):
        body = f"<skipped message={said}/>"
    elif _fails(finding):
        body = f"<failure type={kind} message={said}>{detail}</failure>"
    else:
        body = f"<system-out>{detail}</system-out>"
    opening = f"<testcase classname={attribute(resource.type)} name={attribute(name)}>"
    return f"    {opening}{body}</testcase>\n"


def _fails(finding: Finding) -> bool:
    return finding.severity == "error" and not _is_skipped(finding)


def _is_skipped(finding: Finding) -> bool:
    return finding.status == "exempt" or (finding.status == "unknown" and finding.severity != "error")


def attribute(text: str) -> str:
    """Write a text as an attribute, in quotes; nothing in it can end it."""
    return quoteattr(_NOT_XML.sub("\ufffd", printable(text)))


def content(text: str) -> str:
    """Write a text as content of an element; what XML cannot hold is replaced."""
    lines = "\n".join(map(printable, text.split("\n")))
    return escape(_NOT_XML.sub("\ufffd", lines))
