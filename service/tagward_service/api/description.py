"""The OpenAPI document: what every endpoint takes and answers, with an example of each."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from msgspec import Struct
from starlette.responses import Response

from tagward import __version__
from tagward_service.api.described import ENDPOINTS, Described
from tagward_service.api.problems import KINDS, Problem, type_of
from tagward_service.outputs.json_report import JsonReport

Document = dict[str, Any]

EXAMPLES = Path(__file__).parent / "examples"

ABOUT: Document = {
    "title": "tagward",
    "version": __version__,
    "summary": "Tag policy as code: judge plans and manifests, show the policy and how far everything is.",
    "description": (
        "Every error is a problem document (RFC 9457); its `type` leads to where it is explained. The header "
        "`x-request-id` names a request in the log; send one of your own to find it again."
    ),
}

_PROBLEM = "application/problem+json"
_ALWAYS = ("bad-request", "unauthorized", "forbidden", "misdirected", "rate-limited", "bug", "not-ready")
_SCHEMAS = (*dict.fromkeys(each.schema for each in ENDPOINTS.values() if each.schema), Problem)
_VERDICT: Document = {
    "description": "What the exit code of `tagward lint` would say.",
    "required": True,
    "schema": {"type": "string", "enum": ["clean", "findings", "nothing", "incomplete"]},
}


def described(name: str) -> Document:
    """Return what FastAPI is to be told of an endpoint."""
    about = ENDPOINTS[name]
    schema = _reference(about.schema) if about.schema else {"type": "string"}
    others = {media: {"schema": {"type": "string"}} for media, _ in about.also}
    done: Document = {"description": about.summary, "content": {about.media: {"schema": schema}, **others}}
    if about.schema is JsonReport:
        done["headers"] = {"tagward-verdict": _VERDICT}
    told: Document = {
        "operation_id": name,
        "summary": about.summary,
        "description": about.description,
        "response_class": Response,
        "responses": {"200": done, **_problems(about)},
    }
    if about.takes:
        bodies: Document = {media: {"schema": {}} for media, _ in about.takes}
        told["openapi_extra"] = {"requestBody": {"required": True, "content": bodies}}
    return told


def published(app: FastAPI, *, has_tokens: bool) -> Document:
    """Return the OpenAPI document."""
    document: Document = get_openapi(routes=app.routes, **ABOUT)
    _, schemas = msgspec.json.schema_components(_SCHEMAS, ref_template="#/components/schemas/{name}")
    document["components"] = {"schemas": schemas}
    for operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            parameter["schema"] = _without_null(parameter["schema"])
        _add_examples(operation, ENDPOINTS[operation["operationId"]])
    if has_tokens:
        _ask_for_tokens(document)
    return document


def _add_examples(operation: Document, about: Described) -> None:
    """Add the examples at last, as FastAPI would take every null out of them."""
    for media, file in ((about.media, about.example), *about.also):
        operation["responses"]["200"]["content"][media]["example"] = _example(file)
    for media, file in about.takes:
        operation["requestBody"]["content"][media]["example"] = _example(file)


def _problems(about: Described) -> Document:
    """Describe the problems by status; several of one status are its examples."""
    kinds = ("bug", "not-ready") if about.is_open else (*_ALWAYS, *about.problems)
    by_status: dict[int, list[str]] = {}
    for kind in kinds:
        by_status.setdefault(KINDS[kind].status, []).append(kind)
    return {str(status): _problem(alike) for status, alike in sorted(by_status.items())}


def _problem(kinds: list[str]) -> Document:
    examples = {kind: {"value": _example_problem(kind)} for kind in kinds}
    content = {"schema": _reference(Problem), "examples": examples}
    return {"description": "; ".join(KINDS[kind].title for kind in kinds), "content": {_PROBLEM: content}}


def _example_problem(kind: str) -> Document:
    about = KINDS[kind]
    return {
        "type": type_of(kind),
        "title": about.title,
        "status": about.status,
        "detail": "what exactly it was, and what to do next",
        "request_id": "0b1860ed5d5b4c0e9f6a2f4c7d1e8a93",
    }


def _reference(schema: type[Struct]) -> Document:
    return {"$ref": f"#/components/schemas/{schema.__name__}"}


@cache
def _example(file: str) -> Any:
    """Read an example: JSON as data, anything else as text."""
    text = (EXAMPLES / file).read_bytes().decode()
    return msgspec.json.decode(text) if file.endswith(".json") else text


def _operations(document: Document) -> Iterable[Document]:
    return (operation for path in document["paths"].values() for operation in path.values())


def _without_null(schema: Document) -> Document:
    """Leave out null: in a query nothing is null, only absent."""
    choices: list[Document] = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(choices) != 1:
        return schema
    return {key: value for key, value in schema.items() if key != "anyOf"} | choices[0]


def _ask_for_tokens(document: Document) -> None:
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    for operation in _operations(document):
        if not ENDPOINTS[operation["operationId"]].is_open:
            operation["security"] = [{"token": []}]
