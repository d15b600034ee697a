"""The SARIF 2.1.0 output, for code scanning services."""

from __future__ import annotations

from typing import Any, TextIO

from tagward import __version__
from tagward.codes import CODES
from tagward.diagnostics import printable
from tagward.findings import Code, Finding
from tagward_service.outputs.fingerprints import fingerprints
from tagward_service.outputs.json_text import json_text
from tagward_service.outputs.places import line_of, relative_uri
from tagward_service.report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_RULES = tuple(Code)
_INDEX = {code: index for index, code in enumerate(_RULES)}


def render(report: Report, stream: TextIO) -> None:
    """Write the report as a SARIF log with one run."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    stream.write(json_text(log))


def _run(report: Report) -> dict[str, Any]:
    return {
        "tool": {
            "driver": {
                "name": "tagward",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(code) for code in _RULES],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, mark) for finding, mark in fingerprints(report.findings)],
        "invocations": [_invocation(report)],
        "properties": _properties(report),
    }


def _properties(report: Report) -> dict[str, Any]:
    return {
        "policy": {
            "name": report.policy_name,
            "version": report.policy_version,
            "sha256": report.policy_sha256,
        },
        "asOf": report.as_of.isoformat(),
        "coveragePercent": report.summary.coverage_percent,
    }


def _rule(code: Code) -> dict[str, Any]:
    about = CODES[code]
    markdown = f"{about.meaning}\n\n**Example:** {about.example}\n\n**Fix:** {about.fix}\n"
    return {
        "id": code.value,
        "name": about.name,
        "shortDescription": {"text": about.title},
        "fullDescription": {"text": about.meaning},
        "help": {"text": f"{about.meaning}\n\nFix: {about.fix}", "markdown": markdown},
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["tags", "finops"]},
    }


def _result(finding: Finding, fingerprint: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code.value,
        "ruleIndex": _INDEX[finding.code],
        "level": LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(finding)],
        "partialFingerprints": {"tagward/v1": fingerprint},
        "properties": {
            "tag": finding.tag,
            "key": finding.key,
            "rule": finding.rule,
            "mode": finding.mode,
            "status": finding.status,
        },
    }
    if finding.status == "exempt":
        result["suppressions"] = [{"kind": "external", "status": "accepted"}]
    return result


def _message(finding: Finding) -> str:
    fix = f"\nFix: {printable(finding.fix)}" if finding.fix else ""
    return f"{printable(finding.resource.address)}: {printable(finding.message)}{fix}"


def _location(finding: Finding) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": relative_uri(finding.resource.file)},
            "region": {"startLine": line_of(finding)},
        },
        "logicalLocations": [{"fullyQualifiedName": finding.resource.address, "kind": "resource"}],
    }


def _invocation(report: Report) -> dict[str, Any]:
    notes = [
        {
            "level": "warning" if entry.incomplete else "note",
            "message": {"text": f"not evaluated: {printable(entry.what)}: {printable(entry.why)}"},
        }
        for entry in report.not_evaluated
    ]
    complete = not any(entry.incomplete for entry in report.not_evaluated)
    return {"executionSuccessful": complete, "toolExecutionNotifications": notes}
