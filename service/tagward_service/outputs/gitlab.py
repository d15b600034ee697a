"""The GitLab output: a Code Quality report, shown in the merge request."""

from __future__ import annotations

from typing import Any, TextIO

from tagward.diagnostics import printable
from tagward.findings import Finding
from tagward_service.outputs.fingerprints import fingerprints
from tagward_service.outputs.json_text import json_text
from tagward_service.outputs.places import line_of, relative_path
from tagward_service.report import Report

SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def render(report: Report, stream: TextIO) -> None:
    """Write the findings as a Code Quality report; exempt ones are no issues there."""
    issues = [
        _issue(finding, mark) for finding, mark in fingerprints(report.findings) if finding.status != "exempt"
    ]
    stream.write(json_text(issues))


def _issue(finding: Finding, fingerprint: str) -> dict[str, Any]:
    fix = f" (fix: {printable(finding.fix)})" if finding.fix else ""
    return {
        "description": f"{printable(finding.resource.address)}: {printable(finding.message)}{fix}",
        "check_name": finding.code.value,
        "fingerprint": fingerprint,
        "severity": SEVERITIES[finding.severity],
        "location": {
            "path": relative_path(finding.resource.file),
            "lines": {"begin": line_of(finding)},
        },
    }
