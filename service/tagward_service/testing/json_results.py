"""The results of tests as JSON: a versioned contract, typed here and published as a JSON Schema."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TextIO

import msgspec
from msgspec import Meta, Struct

from tagward_service.outputs.json_text import json_text
from tagward_service.testing.running import CaseResult, FileResult, Outcome, Results
from tagward_service.testing.text import error_text

Count = Annotated[int, Meta(ge=0)]


class JsonTestSummary(Struct, frozen=True):
    """Counts; a file that cannot be run counts as an error, too."""

    files: Count
    cases: Count
    passed: Count
    failed: Count
    errors: Count


class JsonTestFinding(Struct, frozen=True):
    """One finding, by what a case can expect of it."""

    code: str
    tag: str
    key: str
    value: Annotated[str | None, Meta(description="Null where there is none, or where it must not be shown.")]
    status: str
    severity: str
    mode: str
    message: str


class JsonDifference(Struct, frozen=True):
    """One thing that is not as expected."""

    kind: Annotated[str, Meta(description="missing or unexpected.", pattern="^(missing|unexpected)$")]
    what: str


class JsonCase(Struct, frozen=True):
    """One case; `why` says why it could not be judged."""

    name: str
    line: Annotated[int, Meta(ge=1)]
    outcome: Outcome
    status: Annotated[str | None, Meta(description="The verdict; null when nothing was judged.")]
    findings: list[JsonTestFinding]
    differences: list[JsonDifference]
    why: str | None


class JsonFile(Struct, frozen=True):
    """One file; `error` says why none of its cases could be run."""

    file: str
    cases: list[JsonCase]
    error: str | None


class JsonResults(Struct, frozen=True):
    """What `tagward test -f json` writes."""

    version: Literal[1]
    summary: JsonTestSummary
    files: list[JsonFile]


def render(results: Results, stream: TextIO) -> None:
    """Write the results as JSON, indented by two."""
    counts = [results.count(outcome) for outcome in ("passed", "failed", "error")]
    summary = JsonTestSummary(len(results.files), len(results.cases), *counts)
    stream.write(json_text(JsonResults(1, summary, list(map(_file, results.files)))))


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the output."""
    schema = msgspec.json.schema(JsonResults)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tagward test results",
        **schema,
    }


def _file(file: FileResult) -> JsonFile:
    error = None if file.error is None else error_text(file.error)
    return JsonFile(file.file, list(map(_case, file.cases)), error)


def _case(case: CaseResult) -> JsonCase:
    fields = JsonTestFinding.__struct_fields__
    findings = [JsonTestFinding(*(getattr(each, name) for name in fields)) for each in case.findings]
    differing = [JsonDifference(each.kind, each.what) for each in case.differences]
    return JsonCase(case.name, case.line, case.outcome, case.status, findings, differing, case.why or None)
