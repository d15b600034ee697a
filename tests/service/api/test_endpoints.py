"""The policy, what it compiles to, health and metrics: what is answered, also when something is broken."""

import json
from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from tagward.loader import load
from tagward.policy import Policy
from tagward_generators import TARGETS, target
from tests.service.api.harness import NOON, POLICY, Api, Source, problem


def test_the_policy_in_force_is_shown(api: Api) -> None:
    shown = api.ask("GET", "/v1/policy").json()

    policy = load(POLICY, as_of=NOON.date())
    assert shown["policy"] == {"name": "acme", "version": "1.2.0", "sha256": policy.sha256}
    assert (shown["as_of"], shown["loaded"], shown["fault"]) == ("2026-11-21", "2026-11-21T12:00:00Z", None)
    assert [(tag["id"], tag["level"], tag["values"]) for tag in shown["tags"]] == [
        ("ml-team", "sometimes", 2),
        ("ml-run", "optional", None),
    ]
    assert shown["tags"][1]["modes"]["admission"] == "warn"
    assert shown["registries"] == [{"name": "teams", "values": 2, "retired": 1}]
    assert shown["targets"] == list(TARGETS)


def test_the_policy_of_another_day_has_other_values(api: Api) -> None:
    shown = api.ask("GET", "/v1/policy?as_of=2026-06-30").json()

    assert shown["as_of"] == "2026-06-30"
    assert shown["registries"] == [{"name": "teams", "values": 3, "retired": 0}]


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_is_compiled_as_the_command_line_does(api: Api, name: str) -> None:
    answer = api.ask("GET", f"/v1/compile/{name}")

    assert answer.status_code == 200
    shown = answer.json()
    expected = target(name).compile(load(POLICY, as_of=NOON.date()), as_of=NOON.date())
    assert [(each["path"], each["kind"], each["content"]) for each in shown["artifacts"]] == [
        (each.path, each.kind, each.content) for each in expected.artifacts
    ]
    assert all(each["size"] == len(each["content"]) for each in shown["artifacts"])
    assert [(each["tag"], each["rule"], each["grade"]) for each in shown["fidelity"]] == [
        (each.tag, each.rule, each.grade.value) for each in expected.fidelity
    ]
    assert shown["notes"] == list(expected.notes)


def test_a_target_is_compiled_for_the_day_that_is_asked_for(api: Api) -> None:
    for day, has in (("2026-06-30", True), ("2026-07-01", False)):
        answer = api.ask("GET", f"/v1/compile/aws-scp?as_of={day}")
        assert answer.json()["as_of"] == day
        assert ("forecasts" in answer.json()["artifacts"][0]["content"]) is has


def test_the_same_question_has_the_same_answer(api: Api) -> None:
    for path in ("/v1/policy", "/v1/compile/aws-scp", "/openapi.json"):
        assert api.ask("GET", path).content == api.ask("GET", path).content


@pytest.mark.parametrize("name", ["awsscp", "nothing", "%0A", "..%2F..%2Fetc", "x" * 5_000])
def test_no_other_target_is_found(api: Api, name: str) -> None:
    found = problem(api.ask("GET", f"/v1/compile/{name}"))

    assert (found["status"], found["type"]) == (404, "/docs#not-found")
    assert ("did you mean `aws-scp`?" in found["detail"]) is (name == "awsscp")


def test_a_policy_that_does_not_fit_a_target_is_told() -> None:
    with Api() as api:
        tight = replace(api.source.policy.targets.aws_scp, max_chars=300)
        targets = replace(api.source.policy.targets, aws_scp=tight)
        api.source.policy = replace(api.source.policy, targets=targets, sha256="1" * 64)
        api.live.refresh()

        found = problem(api.ask("GET", "/v1/compile/aws-scp"))

    assert (found["status"], found["type"]) == (409, "/docs#does-not-fit")


def test_a_new_policy_reaches_lint_and_compile(api: Api) -> None:
    assert api.lint().headers["tagward-verdict"] == "clean"
    before = api.source.policy
    try:
        api.source.policy = replace(before, forbidden_values=("nlp",), name="strict", sha256="2" * 64)
        assert api.live.refresh() is True

        report = api.lint()
        assert (report.headers["tagward-verdict"], report.json()["policy"]["name"]) == ("findings", "strict")
        assert api.ask("GET", "/v1/compile/aws-scp").json()["policy"]["name"] == "strict"
    finally:
        api.source.policy = before
        api.live.refresh()


def test_a_broken_policy_leaves_the_last_good_one_in_force() -> None:
    with Api() as api:
        api.source.fault = "/etc/tagward/policy.yaml:3:1: unknown key `tgas`"
        api.live.refresh()

        ready = api.ask("GET", "/readyz")
        assert ready.status_code == 200
        assert "a newer one is broken" in ready.text
        assert "/etc" not in ready.text
        assert api.ask("GET", "/v1/policy").json()["fault"] == api.source.fault
        assert api.lint().status_code == 200
        assert "tagward_policy_reload_failures 1.0" in api.ask("GET", "/metrics").text


def test_nothing_is_judged_before_there_is_a_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Source, "__init__", _broken)
    with Api() as api:
        for method, path in (("POST", "/v1/lint"), ("GET", "/v1/policy"), ("GET", "/v1/compile/aws-scp")):
            assert problem(api.ask(method, path))["type"] == "/docs#not-ready"
        assert api.ask("GET", "/readyz").status_code == 503
        assert api.ask("GET", "/healthz").status_code == 200
        assert api.ask("GET", "/metrics").status_code == 200


def _broken(source: Source) -> None:
    source.policy, source.fault = Policy("", "", ""), "cannot read the policy"


def test_another_day_is_judged_by_its_own_rules() -> None:
    days = [datetime(2026, 6, 30, 23, 59, tzinfo=UTC)]
    with Api(clock=lambda: days[0]) as api:
        pod = b"apiVersion: v1\nkind: Pod\nmetadata: {name: x, labels: {ml-team: forecasts}}\n"
        assert api.lint(pod).json()["as_of"] == "2026-06-30"
        assert api.lint(pod).headers["tagward-verdict"] == "clean"
        days[0] = datetime(2026, 7, 1, tzinfo=UTC)
        assert api.lint(pod).headers["tagward-verdict"] == "findings"
        assert date.fromisoformat(api.ask("GET", "/v1/policy").json()["as_of"]) == days[0].date()


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/", 404, "not-found"),
        ("GET", "/v1", 404, "not-found"),
        ("POST", "/v1/lint/", 404, "not-found"),
        ("POST", "//v1/lint", 404, "not-found"),
        ("GET", "/v1/compile/", 404, "not-found"),
        ("GET", "/v1/compile/aws-scp/x", 404, "not-found"),
        ("GET", "/admission/validate", 404, "not-found"),
        ("GET", "/v1/lint", 405, "method-not-allowed"),
        ("PUT", "/v1/policy", 405, "method-not-allowed"),
        ("OPTIONS", "/v1/lint", 405, "method-not-allowed"),
        ("TRACE", "/healthz", 405, "method-not-allowed"),
        ("BREW", "/metrics", 405, "method-not-allowed"),
    ],
)
def test_what_is_not_there_is_answered_with_a_problem(
    api: Api, method: str, path: str, status: int, kind: str
) -> None:
    answer = api.ask(method, path)

    assert (answer.status_code, problem(answer)["type"]) == (status, f"/docs#{kind}")
    allowed = ("POST" if path == "/v1/lint" else "GET, HEAD") if status == 405 else None
    assert answer.headers.get("allow") == allowed


def test_head_is_get_without_a_body(api: Api) -> None:
    for path in ("/healthz", "/v1/policy", "/v1/lint", "/nothing"):
        got, head = api.ask("GET", path), api.ask("HEAD", path)
        assert (head.status_code, head.headers["content-type"]) == (
            got.status_code,
            got.headers["content-type"],
        )
        assert head.headers["content-length"] == str(len(got.content))
        assert head.content == b""


def test_reports_say_no_value_that_is_forbidden() -> None:
    with Api() as api:
        api.source.policy = replace(
            api.source.policy, forbidden_values=("AKIA[0-9A-Z]{16}",), sha256="3" * 64
        )
        api.live.refresh()
        secret = "AKIAIOSFODNN7EXAMPLE"
        answer = api.lint(
            b"apiVersion: v1\nkind: Pod\nmetadata: {name: x, labels: {ml-team: %s}}\n" % secret.encode()
        )

    assert answer.json()["summary"]["violating"] == 1
    assert secret not in answer.text
    assert secret not in json.dumps(api.logged())
