"""POST /v1/lint: the report of `tagward lint`, to the byte, and what it says of everything else."""

import asyncio
import gzip
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tagward.loader import load
from tagward_service.api.bodies import Limits as BodyLimits
from tagward_service.api.pool import Limits
from tests.service.api.harness import JSON, NOON, POD, POLICY, YAML, Api, problem

DEMO = Path(__file__).parents[3] / "docs" / "demo"
RULES = DEMO / "showback.yaml"
"""Shares out a bill; it is nothing to be linted."""
DEMOS = [path for path in sorted(DEMO.iterdir()) if path.suffix in (".json", ".yaml") and path != RULES]

MISSPELT = POD.replace(b"nlp", b"npl")
VERDICTS = {0: "clean", 1: "findings", 3: "nothing", 4: "incomplete"}


def plan(*resources: dict[str, Any]) -> bytes:
    return json.dumps({"format_version": "1.2", "resource_changes": resources}).encode()


def instance(tags: dict[str, str] | None, unknown: Any = None) -> dict[str, Any]:
    change = {"actions": ["create"], "after": {"tags": tags}, "after_unknown": {"tags": unknown or {}}}
    names = {"address": "aws_instance.x", "mode": "managed", "type": "aws_instance", "name": "x"}
    return names | {"change": change}


def command_line(folder: Path, content: bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Lint the same content as a file called `input`."""
    (folder / "input").write_bytes(content)
    command = [sys.executable, "-m", "tagward_service.cli", "lint", "input", "-f", "json"]
    asked = [*command, "--policy", str(POLICY), "--as-of", "2026-11-21", *arguments]
    return subprocess.run(asked, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("file", DEMOS, ids=lambda path: path.name)
def test_the_answer_is_the_report_of_the_command_line(api: Api, tmp_path: Path, file: Path) -> None:
    content = file.read_bytes()
    ran = command_line(tmp_path, content)

    answer = api.lint(content, JSON if file.suffix == ".json" else YAML, file="input")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.text == ran.stdout
    assert answer.headers["tagward-verdict"] == VERDICTS[ran.returncode]


@pytest.mark.parametrize(
    ("content", "query", "verdict"),
    [
        (POD, {}, "clean"),
        (MISSPELT, {}, "findings"),
        (MISSPELT, {"fail_on": "never"}, "clean"),
        (plan(), {}, "nothing"),
        (plan(), {"allow_empty": "true"}, "clean"),
        (POD.replace(b"nlp", b"forecasts"), {"as_of": "2026-11-21"}, "findings"),
        (POD.replace(b"nlp", b"forecasts"), {"as_of": "2026-06-30"}, "clean"),
        (plan(instance(None, {"ml-team": True})), {"unknown": "fail"}, "findings"),
        (plan(instance(None, {"ml-team": True})), {"unknown": "pass"}, "clean"),
        (POD.replace(b"nlp", b"nlp, ml-run: x"), {}, "clean"),
        (POD.replace(b"nlp", b"nlp, ml-run: x"), {"fail_on": "warning"}, "findings"),
    ],
)
def test_parameters_do_what_the_options_do(
    api: Api, tmp_path: Path, content: bytes, query: dict[str, str], verdict: str
) -> None:
    flags = (f"--{name.replace('_', '-')}={value}" for name, value in query.items() if name != "allow_empty")
    ran = command_line(tmp_path, content, *flags, *(["--allow-empty"] if "allow_empty" in query else []))

    answer = api.lint(content, YAML, file="input", **query)

    assert answer.headers["tagward-verdict"] == verdict == VERDICTS[ran.returncode]
    assert answer.text == ran.stdout


def test_places_come_from_the_query(api: Api) -> None:
    query = {"account": "111122223333", "region": "eu-central-1", "namespace": "models", "file": "a b.json"}
    (cloud,) = api.lint(plan(instance({})), JSON, **query).json()["findings"]
    (cluster,) = api.lint(MISSPELT, YAML, **query).json()["findings"]

    assert cloud["resource"]["account"] == "111122223333"
    assert cloud["resource"]["region"] == "eu-central-1"
    assert cloud["resource"]["file"] == "a b.json"
    assert cluster["resource"]["namespace"] == "models"


def test_resources_that_do_not_change_may_be_left_out(api: Api) -> None:
    still = instance({})
    still["change"] |= {"actions": ["no-op"], "before": still["change"]["after"]}

    assert api.lint(plan(still), JSON).json()["summary"]["resources"] == 1
    assert api.lint(plan(still), JSON, changed_only="true").headers["tagward-verdict"] == "nothing"


@pytest.mark.parametrize("headers", [JSON, YAML, {"content-type": "Text/YAML; charset=utf-8"}])
def test_what_a_body_is_is_told_by_its_content(api: Api, headers: dict[str, str]) -> None:
    for content in (plan(instance({"ml-team": "nlp"})), b"\xef\xbb\xbf" + POD):
        assert api.lint(content, headers).headers["tagward-verdict"] == "clean"


def binary_plan() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("tfplan", b"\x0a\x02")
    return packed.getvalue()


MISTAKES = {
    "empty": b"",
    "blank": b" \n\t\n",
    "truncated": plan(instance({}))[:-10],
    "log lines": b'{"@level":"info","@message":"Plan: 1 to add"}\n{"@level":"info"}\n',
    "two values": plan() + b"\n" + plan(),
    "deep": b'{"resource_changes":' + b"[" * 100_000,
    "deep objects": b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
    "binary plan": binary_plan(),
    "gzip": gzip.compress(POD),
    "binary": bytes(range(256)),
    "wide": POD.decode().encode("utf-16"),
    "latin": POD.replace(b"scorer", "schätzer".encode("latin-1")),
    "helm": b"apiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Values.name }}}\n",
    "hcl": b'resource "aws_instance" "x" {\n  tags = {}\n}\n',
    "a list": b"[1, 2, 3]",
    "a review": b'{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}',
    "an alias bomb": b"a: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(
        b"b%d: &b%d [%s]\n" % (n, n, b",".join([b"*a" if n == 0 else b"*b%d" % (n - 1)] * 9))
        for n in range(9)
    )
    + b"apiVersion: v1\nkind: Pod\n",
}


@pytest.mark.parametrize("content", MISTAKES.values(), ids=MISTAKES.keys())
def test_what_cannot_be_judged_is_told_as_the_command_line_does(
    api: Api, tmp_path: Path, content: bytes
) -> None:
    ran = command_line(tmp_path, content)

    answer = api.lint(content, JSON, file="input")

    if ran.returncode != 2:
        assert answer.headers["tagward-verdict"] == VERDICTS[ran.returncode]
        return
    found = problem(answer)
    assert (found["status"], found["type"]) == (422, "/docs#input")
    assert f"error: {found['detail']}\n" in ran.stderr


def test_the_line_of_a_mistake_is_told(api: Api) -> None:
    assert problem(api.lint(b"apiVersion: v1\nkind: Pod\nmetadata: {name: [x}\n"))["line"] == 3


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/jsonx"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        JSON | {"content-encoding": "gzip"},
    ],
)
def test_other_types_are_refused(api: Api, headers: dict[str, str]) -> None:
    answer = api.lint(POD, headers)

    assert problem(answer)["type"] == "/docs#unsupported-media-type"
    assert answer.status_code == 415
    assert "application/json" in answer.headers.get("accept-post", "application/json")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"as_of": "yesterday"}, "as_of"),
        ({"as_of": "2026-02-30"}, "as_of"),
        ({"as_of": "1700000000"}, "as_of"),
        ({"as_of": ""}, "as_of"),
        ({"fail_on": "hunter2"}, "fail_on"),
        ({"unknown": "hunter2"}, "unknown"),
        ({"changed_only": "hunter2"}, "changed_only"),
        ({"file": "x\nhunter2"}, "file"),
        ({"file": "hunter2" * 1_000}, "file"),
        ({"token": "hunter2"}, "token"),
    ],
)
def test_wrong_parameters_are_named_and_never_repeated(
    api: Api, query: dict[str, str], parameter: str
) -> None:
    answer = api.lint(POD, YAML, **query)

    found = problem(answer)
    assert (found["status"], found["type"]) == (422, "/docs#parameters")
    assert [each["parameter"] for each in found["errors"]] == [parameter]
    assert "hunter2" not in answer.text


def test_a_misspelt_parameter_is_recognised(api: Api) -> None:
    found = problem(api.ask("POST", "/v1/lint?as-of=2026-01-01", content=POD, headers=YAML))

    assert found["errors"][0]["detail"] == "there is no such parameter; did you mean `as_of`?"
    elsewhere = problem(api.ask("GET", "/v1/policy?fail_on=error"))
    assert elsewhere["errors"][0]["detail"] == "there is no such parameter"


def test_bodies_are_bounded_whether_announced_or_not() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 100

    with Api(bodies=BodyLimits(body=1_000)) as api:
        for content in (b" " * 1_001, pieces()):
            answer = api.ask("POST", "/v1/lint", content=content, headers=JSON)
            assert problem(answer)["type"] == "/docs#too-large"
            assert answer.status_code == 413
        assert api.lint(POD + b" " * (1_000 - len(POD))).status_code == 200


def test_a_body_that_does_not_arrive_is_not_waited_for() -> None:
    async def dripping() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(5)

    with Api(bodies=BodyLimits(seconds=0.05)) as api:
        answer = api.ask("POST", "/v1/lint", content=dripping(), headers=JSON)

    assert problem(answer)["type"] == "/docs#body-timeout"
    assert answer.status_code == 408


@pytest.mark.parametrize("pattern", ["(a|aa)+", "(a*)*b", "([a-z]*a){20}", "([a-z]+-?)+"])
def test_no_value_makes_a_pattern_slow(tmp_path: Path, pattern: str) -> None:
    """Match what makes engines that backtrack run for years; a worker is stopped after five seconds."""
    file = tmp_path / "tagward.yaml"
    tags = json.dumps({"ml-team": {"pattern": pattern, "required": True}})
    file.write_text(f"apiVersion: tagward/v1\nkind: TagPolicy\nmetadata: {{name: slow}}\ntags: {tags}\n")
    value = "a" * 200_000 + "!"

    with Api(limits=Limits(workers=1, seconds=5)) as api:
        api.source.policy = load(file, as_of=NOON.date())
        api.live.refresh()
        answer = api.lint(plan(instance({"ml-team": value})), JSON)

    assert answer.status_code == 200
    assert answer.json()["findings"][0]["code"] == "TW003"
