"""What of a CloudFormation template nobody judged, and why."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from tagward_service.sources.cloudformation.document import Document
from tagward_service.sources.cloudformation.values import intrinsic, shown
from tagward_service.sources.interface import NotEvaluated

_MOST_REPEATS = 20
_INCLUDE = "AWS::Include"
_FOR_EACH = "Fn::ForEach"
_PROCESSED = (
    "give what they become: `aws cloudformation get-template --stack-name STACK --template-stage Processed"
    " --query TemplateBody`"
)


def about_document(document: Document, file: str) -> Iterator[NotEvaluated]:
    """List macros over the whole template, and keys that are written twice."""
    line = document.line("Transform")
    for transform in _transforms(document):
        what = f"{file}:{line} {shown(transform)}"
        if _macro_name(transform) == _INCLUDE:
            yield NotEvaluated(what, "it puts in text that is not in this file", incomplete=True)
        else:
            why = f"a macro may change resources and their tags, which are judged as written; {_PROCESSED}"
            yield NotEvaluated(what, why)
    for line, key in islice(document.text.duplicates, _MOST_REPEATS):
        yield NotEvaluated(f"{file}:{line} {key}", "the key is written twice: CloudFormation refuses that")


def about_entry(document: Document, file: str, name: str, entry: Any) -> NotEvaluated | None:
    """Say why an entry of `Resources` cannot be read as a resource; None when it can."""
    why = _why_not(name, entry)
    if why is None:
        return None
    return NotEvaluated(f"{file}:{document.line('Resources', name)} {name}", why, incomplete=True)


def _why_not(name: str, entry: Any) -> str | None:
    if name.startswith(_FOR_EACH):
        return f"the resources that a loop makes are not in the template; {_PROCESSED}"
    if name.startswith("Fn::"):
        return f"the resources that a macro makes are not in the template; {_PROCESSED}"
    if not isinstance(entry, dict):
        return "the resource is no mapping: CloudFormation refuses it"
    if not isinstance(entry.get("Type"), str) or not entry["Type"]:
        return "the resource has no `Type`: CloudFormation refuses it"
    return None


def _transforms(document: Document) -> Iterator[Any]:
    """List the macros that a template names, without those of AWS that leave tags as they are written."""
    named = document.data.get("Transform")
    for each in named if isinstance(named, list) else [named]:
        name = _macro_name(each)
        if each is not None and (name == _INCLUDE or not name.startswith("AWS::")):
            yield each
    if "Fn::Transform" in document.data:
        yield {"Fn::Transform": document.data["Fn::Transform"]}


def _macro_name(transform: Any) -> str:
    function = intrinsic(transform)
    described = function[1] if function else transform
    name = described.get("Name") if isinstance(described, dict) else described
    return name if isinstance(name, str) else ""
