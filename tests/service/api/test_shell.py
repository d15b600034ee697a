"""What surrounds every request: ids, headers, log lines, metrics; hostile text forges none of them."""

import json
import re
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from tagward.policy import Policy
from tests.service.api.harness import JSON, NOON, POD, YAML, Api, problem

FORGED = 'x"}\n{"time":"2026-11-21","event":"request","status":200,"caller":"admin"}\n'
HOSTILE = [
    FORGED,
    "\r\nHTTP/1.1 200 OK\r\n\r\n",
    "\x1b[2J\x1b[31mred\x07",
    '",status="200"} 1\ntagward_admission_reviews_total{decision="denied",webhook="validate"} 99\n#',
    "\u2028\u2029\u0085\x00\x7f\x9b31m",
    "\u202egnp.exe\u2066",
    "\\n\\u000a%0a",
    "🙈" * 200,
]
_SAMPLE = re.compile(r'[a-z_]+(\{([a-z0-9]+="[^"\n]*",?)*\})? [0-9.e+-]+|# (HELP|TYPE) .*')


@pytest.mark.parametrize("hostile", HOSTILE)
def test_paths_forge_neither_a_log_line_nor_a_metric(hostile: str) -> None:
    with Api() as api:
        before = len(api.logged())
        for place in ("/v1/compile/", "/"):
            assert problem(api.ask("GET", place + quote(hostile, safe="")))["status"] == 404

        assert len(api.logged()) == before + 2
        _check_log(api)
        _check_metrics(api)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_labels_names_and_parameters_forge_neither(hostile: str) -> None:
    with Api() as api:
        metadata = {"name": hostile, "namespace": hostile, "labels": {"ml-team": hostile, hostile: "x"}}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}

        answer = api.lint(json.dumps(pod).encode(), JSON)
        assert answer.status_code == 200
        assert answer.json()["summary"]["violating"] == 1
        query = {"file": hostile, "as_of": hostile, hostile: hostile}
        problem(api.ask("POST", "/v1/lint", content=POD, headers=YAML, params=query))

        assert len(api.logged()) == 2
        _check_log(api)
        _check_metrics(api)


def test_a_name_of_a_policy_forges_no_metric() -> None:
    with Api() as api:
        api.source.policy = replace(api.source.policy, name=FORGED, sha256="4" * 64)
        api.live.refresh()

        _check_metrics(api)


def _check_log(api: Api) -> None:
    """Check that every line is ours, whole, and does nothing to a terminal."""
    for line in api.lines.getvalue().decode().split("\n")[:-1]:
        assert line.isprintable()
        assert json.loads(line)["event"] == "request"
        assert json.loads(line)["caller"] == ""


def _check_metrics(api: Api) -> None:
    text = api.ask("GET", "/metrics").text
    for line in text.split("\n")[:-1]:
        unescaped = line.replace('\\"', "").replace("\\\\", "")
        assert _SAMPLE.fullmatch(unescaped), line
    assert 'decision="denied"' not in text
    endpoints = set(re.findall(r'endpoint="([^"]*)"', text))
    assert endpoints <= {"/v1/lint", "/v1/compile/{target}", "/metrics", "none"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("build-4711.2_a", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("", False),
        ("a b", False),
        ('x","event":"y', False),
        ("ü", False),
    ],
)
def test_a_harmless_request_id_is_kept(api: Api, given: str, kept: bool) -> None:
    answer = api.ask("GET", "/nothing", headers={"x-request-id": given.encode()})

    found = problem(answer)["request_id"]
    assert (found == given) is kept
    assert re.fullmatch(r"[0-9a-f]{32}", found) or kept
    assert api.logged()[-1]["id"] == found


def test_a_log_line_says_who_asked_for_what_and_what_came_of_it(api: Api) -> None:
    api.lint(b"nonsense")

    line = api.logged()[-1]
    assert (line["event"], line["method"], line["path"]) == ("request", "POST", "/v1/lint")
    assert (line["status"], line["why"], line["address"]) == (422, "input", "127.0.0.1")
    assert line["seconds"] > 0


def test_only_what_is_worth_it_is_logged() -> None:
    with Api() as api:
        for path in ("/healthz", "/readyz", "/metrics"):
            api.ask("GET", path)
        assert api.logged() == []
        api.log.decisions = "denied"
        api.lint()
        assert api.logged() == []
        api.ask("GET", "/nothing")
        assert [line["status"] for line in api.logged()] == [404]
        api.log.decisions = "none"
        api.ask("GET", "/nothing")
        assert len(api.logged()) == 1


def test_requests_are_counted_by_endpoint_method_and_status() -> None:
    with Api() as api:
        api.lint()
        api.ask("BREW", "/v1/lint")
        api.ask("GET", "/v1/compile/nothing")
        text = api.ask("GET", "/metrics").text

    assert 'tagward_api_requests_total{endpoint="/v1/lint",method="POST",status="200"} 1.0' in text
    assert 'method="other",status="405"} 1.0' in text
    assert 'endpoint="/v1/compile/{target}",method="GET",status="404"} 1.0' in text
    assert 'tagward_api_seconds_count{endpoint="/v1/lint"} ' in text
    assert "tagward_api_places_taken 0.0" in text


def test_every_answer_is_kept_from_caches_and_from_guessing_browsers(api: Api) -> None:
    for path in ("/healthz", "/docs", "/openapi.json", "/nothing", "/v1/policy"):
        headers = api.ask("GET", path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]


def test_a_bug_shows_neither_traceback_nor_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise RuntimeError("hunter2")

    with Api() as api:
        monkeypatch.setattr(api.live, "reviewer", broken)
        answer = api.ask("GET", "/v1/policy")

        assert problem(answer)["type"] == "/docs#bug"
        assert answer.status_code == 500
        bug, request = api.logged()
        assert (bug["event"], bug["error"], bug["id"]) == ("bug", "RuntimeError", answer.json()["request_id"])
        assert bug["where"][-1].startswith("test_shell.py:")
        assert (request["status"], request["why"]) == (500, "bug")
        assert "hunter2" not in answer.text + api.lines.getvalue().decode()


def test_a_bug_in_a_worker_shows_neither_traceback_nor_value(monkeypatch: pytest.MonkeyPatch) -> None:
    with Api() as api:
        tags: Any = ("hunter2",)
        broken = SimpleNamespace(policy=Policy("broken", "1", "5" * 64, tags=tags), day=NOON.date())
        monkeypatch.setattr(api.live, "reviewer", lambda: broken)
        answer = api.lint()

        assert problem(answer)["type"] == "/docs#bug"
        assert [line["error"] for line in api.logged() if line["event"] == "bug"] == ["AttributeError"]
        assert "hunter2" not in answer.text + api.lines.getvalue().decode()
        assert "Traceback" not in answer.text
