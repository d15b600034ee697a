"""The JSON output: a versioned contract, typed here and published as a JSON Schema."""

from datetime import date
from itertools import groupby
from typing import Annotated, Any, Literal, TextIO

import msgspec
from msgspec import Meta, Struct

from tagward.findings import Finding
from tagward_service.outputs.json_text import json_text
from tagward_service.report import Report, Summary

VERSION: Literal[1] = 1

Count = Annotated[int, Meta(ge=0)]


class JsonPolicy(Struct, frozen=True):
    """Which policy judged."""

    name: str
    version: str
    sha256: Annotated[str, Meta(description="SHA-256 of everything the policy was made from.")]


class JsonSummary(Struct, frozen=True):
    """Counts of resources; taggable = compliant + violating + unknown + exempt."""

    resources: Count
    taggable: Count
    compliant: Count
    violating: Count
    unknown: Count
    exempt: Count
    untaggable: Count
    coverage_percent: Annotated[
        float | None, Meta(description="Compliant of taggable, rounded down; null when nothing is taggable.")
    ]


class JsonResource(Struct, frozen=True):
    """The resource that a finding is about; what is not known is null."""

    cloud: str
    type: str
    id: str | None
    address: str
    account: str | None
    region: str | None
    namespace: str | None
    file: str | None
    line: Annotated[int, Meta(ge=1)] | None


class JsonFinding(Struct, frozen=True):
    """One finding."""

    code: Annotated[str, Meta(pattern="^TW[0-9]{3}$")]
    rule: str
    tag: Annotated[str, Meta(description="Id of the tag in the policy.")]
    key: Annotated[str, Meta(description="Key as found, or as expected on that cloud.")]
    severity: Annotated[str, Meta(description="error, warning or info.", pattern="^(error|warning|info)$")]
    mode: Annotated[str, Meta(description="deny, warn or audit.", pattern="^(deny|warn|audit)$")]
    status: Annotated[str, Meta(description="violation, unknown, exempt, recommended or notice.")]
    message: str
    fix: str
    resource: JsonResource
    value: Annotated[str | None, Meta(description="Null where there is none, or where it must not be shown.")]
    source: Annotated[str | None, Meta(description="Where the value came from.")]


class JsonNotEvaluated(Struct, frozen=True):
    """Something that nobody judged."""

    what: str
    why: str


class JsonReport(Struct, frozen=True):
    """What `tagward lint -f json` writes."""

    version: Literal[1]
    policy: JsonPolicy
    as_of: date
    summary: JsonSummary
    findings: list[JsonFinding]
    not_evaluated: list[JsonNotEvaluated]


def render(report: Report, stream: TextIO) -> None:
    """Write the report as JSON, indented by two."""
    stream.write(json_text(as_json(report)))


def as_json(report: Report) -> JsonReport:
    """Put a report into the shape of the contract."""
    return JsonReport(
        version=VERSION,
        policy=JsonPolicy(report.policy_name, report.policy_version, report.policy_sha256),
        as_of=report.as_of,
        summary=_summary(report.summary),
        findings=_findings(report.findings),
        not_evaluated=[JsonNotEvaluated(each.what, each.why) for each in report.not_evaluated],
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the output."""
    schema = msgspec.json.schema(JsonReport)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "tagward report", **schema}


def _summary(summary: Summary) -> JsonSummary:
    return JsonSummary(
        summary.resources,
        summary.taggable,
        summary.compliant,
        summary.violating,
        summary.unknown,
        summary.exempt,
        summary.untaggable,
        summary.coverage_percent,
    )


def _findings(findings: tuple[Finding, ...]) -> list[JsonFinding]:
    every: list[JsonFinding] = []
    for _, group in groupby(findings, key=lambda finding: id(finding.resource)):
        of_one = list(group)
        resource = _resource(of_one[0])
        every += [_finding(finding, resource) for finding in of_one]
    return every


def _resource(finding: Finding) -> JsonResource:
    resource = finding.resource
    return JsonResource(
        cloud=resource.cloud,
        type=resource.type,
        id=resource.id or None,
        address=resource.address,
        account=resource.account or None,
        region=resource.region or None,
        namespace=resource.namespace or None,
        file=resource.file or None,
        line=resource.line,
    )


def _finding(finding: Finding, resource: JsonResource) -> JsonFinding:
    return JsonFinding(
        finding.code,
        finding.rule,
        finding.tag,
        finding.key,
        finding.severity,
        finding.mode,
        finding.status,
        finding.message,
        finding.fix,
        resource,
        finding.value,
        finding.source,
    )
