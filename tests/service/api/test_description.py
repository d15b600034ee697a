"""The OpenAPI document and its page: complete, true, and without anything from elsewhere."""

import json
import re
from typing import Any

import jsonschema
import pytest

from tagward_service.api.description import EXAMPLES
from tagward_service.api.problems import KINDS
from tests.service.api.examples import answers, remembering
from tests.service.api.harness import JSON, Api, problem
from tests.service.api.test_access import file

__all__ = ["file"]

WRITTEN = "`python -m tests.service.api.examples` writes the examples anew"


@pytest.fixture(scope="module")
def document(api: Api) -> dict[str, Any]:
    found: dict[str, Any] = api.ask("GET", "/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> dict[str, Any]:
    return {each["operationId"]: each for path in document["paths"].values() for each in path.values()}


def test_every_endpoint_is_described_with_an_example(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert list(document["paths"]) == [
        "/v1/lint",
        "/v1/policy",
        "/v1/compile/{target}",
        "/v1/scans",
        "/v1/scans/{scan}",
        "/v1/findings",
        "/v1/disputes",
        "/v1/coverage",
        "/v1/readiness",
        "/metrics",
        "/healthz",
        "/readyz",
    ]
    for operation in operations(document).values():
        assert operation["summary"]
        assert operation["description"]
        for content in operation["responses"]["200"]["content"].values():
            assert content["example"]
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert content["example"]
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description") or parameter["in"] == "path"


def test_the_examples_are_what_is_answered() -> None:
    with remembering() as api:
        for name, text in answers(api):
            written = (EXAMPLES / name).read_bytes().decode()
            if name == "policy.json":  # the targets are counted elsewhere
                assert json.loads(text) | {"targets": []} == json.loads(written) | {"targets": []}, WRITTEN
            else:
                assert text == written, WRITTEN


def test_examples_and_answers_fit_their_schemas(document: dict[str, Any]) -> None:
    for operation in operations(document).values():
        for response in operation["responses"].values():
            for content in response["content"].values():
                examples = [each["value"] for each in content.get("examples", {}).values()]
                for example in [*examples, *([content["example"]] if "example" in content else [])]:
                    jsonschema.validate(example, content["schema"] | {"components": document["components"]})


def test_the_example_bodies_are_taken(api: Api, document: dict[str, Any]) -> None:
    bodies = operations(document)["lint"]["requestBody"]["content"]

    for media, about in bodies.items():
        example = about["example"]
        content = example if isinstance(example, str) else json.dumps(example)
        answer = api.ask("POST", "/v1/lint", content=content, headers={"content-type": media})
        assert answer.json()["summary"]["taggable"] == 1


def test_every_kind_of_problem_is_explained_where_its_type_leads(api: Api) -> None:
    page = api.ask("GET", "/docs").text
    kind = problem(api.lint(b"nonsense", JSON))["type"].removeprefix("/docs#")

    assert kind in KINDS
    for name, about in KINDS.items():
        assert f"<h3 id={name}>{about.status} {about.title}</h3>" in page


def test_the_page_needs_nothing_from_elsewhere(api: Api) -> None:
    answer = api.ask("GET", "/docs")

    assert answer.headers["content-type"].startswith("text/html")
    assert "<script" not in answer.text
    links = re.findall(r"(?:href|src|action|url)\s*[=(]\s*[\"']?([^\"'>\s)]+)", answer.text)
    assert links == ["/openapi.json"]


def test_what_takes_a_token_says_so(document: dict[str, Any], file: Any) -> None:
    assert "security" not in operations(document)["lint"]
    with Api(tokens=file) as api:
        guarded = api.ask("GET", "/openapi.json").json()

    assert guarded["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}
    secured = {name for name, each in operations(guarded).items() if "security" in each}
    of_store = {"scans", "scan", "findings", "disputes", "coverage", "readiness"}
    assert secured == {"lint", "policy", "compile", "metrics"} | of_store
