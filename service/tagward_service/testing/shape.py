"""The shape of a file of policy tests: one typed definition for the reader and for the JSON Schema."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from tagward.findings import Code
from tagward.language import InheritFrom, Mode, Name, Surface, TagId, Text
from tagward.loading.schema import schema_of

SCHEMA_ID = "urn:tagward:schema:test:v1"

FindingText = Annotated[
    str,
    Meta(pattern=r"^TW[0-9]{3}( .+)?$(?!\n)", description="A code, or a code and a tag: `TW001 ml-team`."),
]
Severity = Literal["error", "warning", "info"]
FindingStatus = Literal["violation", "unknown", "exempt", "recommended", "notice"]
Verdict = Literal["compliant", "violating", "unknown", "exempt", "untaggable", "untold"]
Manifest = Annotated[dict[str, Any], Meta(min_length=1)]


class UnknownTag(Struct, frozen=True, forbid_unknown_fields=True):
    """A value that nobody knows before the apply, by the expression that makes it so."""

    unknown: Text


Tags = dict[TagId, str | UnknownTag]


class Subject(Struct, frozen=True, forbid_unknown_fields=True):
    """A resource in so many words; what is left out of its place is not known."""

    type: Annotated[Text, Meta(description="`aws:ec2:instance`, or a Terraform or CloudFormation type.")]
    address: Text | UnsetType = UNSET
    id: Text | UnsetType = UNSET
    name: Text | UnsetType = UNSET
    account: Text | UnsetType = UNSET
    region: Text | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    unknown_tags: (
        Annotated[Text, Meta(description="The expression that may set further tags at the apply.")]
        | UnsetType
    ) = UNSET


class Context(Struct, frozen=True, forbid_unknown_fields=True):
    """What is around a resource: where it lives, if it does not say so, and the tags that it may inherit."""

    account: Text | UnsetType = UNSET
    region: Text | UnsetType = UNSET
    namespace: Text | UnsetType = UNSET
    inherited: dict[InheritFrom, dict[TagId, str]] | UnsetType = UNSET


class ExpectedFinding(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be found; what is left out may be anything."""

    code: Code | UnsetType = UNSET
    tag: TagId | UnsetType = UNSET
    key: TagId | UnsetType = UNSET
    value: str | UnsetType = UNSET
    status: FindingStatus | UnsetType = UNSET
    severity: Severity | UnsetType = UNSET
    mode: Mode | UnsetType = UNSET
    message: Annotated[Text, Meta(description="A shell glob: `*retired since*`.")] | UnsetType = UNSET


Findings = list[FindingText | ExpectedFinding]


class Expectation(Struct, frozen=True, forbid_unknown_fields=True):
    """The verdict, all findings, some findings, and findings that must not be there."""

    status: Verdict | UnsetType = UNSET
    findings: Annotated[Findings, Meta(description="All that is found, in any order.")] | UnsetType = UNSET
    includes: (
        Annotated[Findings, Meta(min_length=1, description="What is found among others.")] | UnsetType
    ) = UNSET
    excludes: Annotated[Findings, Meta(min_length=1, description="What is not found.")] | UnsetType = UNSET


Word = Annotated[
    Literal["compliant", "none", "violating", "unknown", "exempt", "untaggable", "untold"],
    Meta(extra_json_schema={"type": "string"}),
]


class Case(Struct, frozen=True, forbid_unknown_fields=True, rename={"in_": "in"}):
    """One resource, written here or in another file, and what is expected of it."""

    name: Text
    expect: Annotated[
        Word | Findings | Expectation,
        Meta(description="A verdict, `none` for compliant without any finding, or all findings."),
    ]
    as_of: date | UnsetType = UNSET
    surface: Surface = "ci"
    resource: Subject | UnsetType = UNSET
    manifest: (
        Annotated[
            Manifest | Annotated[list[Manifest], Meta(min_length=1)],
            Meta(description="A Kubernetes object, or several of which `address` names one."),
        ]
        | UnsetType
    ) = UNSET
    in_: (
        Annotated[Text, Meta(description="A plan, state, template or manifest beside this file.")] | UnsetType
    ) = UNSET
    address: Annotated[Text, Meta(description="The resource that is meant.")] | UnsetType = UNSET
    context: Context | UnsetType = UNSET


class Metadata(Struct, frozen=True, forbid_unknown_fields=True):
    """What the tests are about, for people."""

    name: Name | UnsetType = UNSET
    description: Text | UnsetType = UNSET


class SuiteFile(Struct, frozen=True, forbid_unknown_fields=True, rename={"api_version": "apiVersion"}):
    """A whole file of tests."""

    api_version: Literal["tagward/v1"]
    kind: Literal["Test"]
    as_of: Annotated[date, Meta(description="The day on which all cases are judged that name no other.")]
    cases: Annotated[list[Case], Meta(min_length=1)]
    metadata: Metadata | UnsetType = UNSET
    policy: (
        Annotated[
            Text,
            Meta(description="A path beside this file, or pack:NAME; else tagward.yaml from here upward."),
        ]
        | UnsetType
    ) = UNSET


def json_schema() -> dict[str, Any]:
    """Build the schema (JSON Schema 2020-12) that editors and error messages use."""
    return schema_of(SuiteFile, SCHEMA_ID)
