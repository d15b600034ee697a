"""The webhook over HTTP: every answer is a review or a problem, and a broken policy never takes over."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from tagward.errors import UsageError
from tagward.policy import Policy
from tagward_service.admission.bodies import Limits
from tagward_service.admission.endpoint import Admission
from tagward_service.admission.live import LivePolicy
from tagward_service.admission.log import Log
from tagward_service.admission.metrics import Metrics
from tagward_service.admission.namespaces import Namespaces
from tagward_service.admission.review import DEFAULTS, Settings
from tests.oracles.admission_contract import verify
from tests.service.admission.test_review import POLICY, deployment

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
JSON = {"content-type": "application/json"}


class Source:
    """A policy that can be replaced or broken."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.fault = ""

    def __call__(self, _: date) -> Policy:
        if self.fault:
            raise UsageError(self.fault)
        return self.policy


class Webhook:
    """The application with everything around it in reach."""

    def __init__(
        self,
        source: Source,
        clock: Callable[[], datetime] = lambda: NOON,
        settings: Settings = DEFAULTS,
        **limits: Any,
    ) -> None:
        self.live = LivePolicy(source, settings, clock)
        self.live.refresh()
        self.lines = io.BytesIO()
        self.namespaces = Namespaces()
        self.namespaces.replace({"dev": {}})
        self.app = Admission(self.live, Log(self.lines), Metrics(), self.namespaces, Limits(**limits))

    def ask(self, method: str = "POST", path: str = "/admission/validate", **more: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://webhook") as client:
                return await client.request(method, path, **more)

        return asyncio.run(asked())

    def logged(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines.getvalue().splitlines()]


def body(thing: dict[str, Any], uid: str = "u-9", **more: Any) -> bytes:
    kind = {"group": "apps", "version": "v1", "kind": "Deployment"}
    request = {"uid": uid, "kind": kind, "operation": "CREATE", "namespace": "dev", "object": thing} | more
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    return json.dumps(review).encode()


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def webhook(source: Source) -> Webhook:
    return Webhook(source)


@pytest.mark.parametrize(
    "path", ["/admission/validate", "/admission/mutate", "/admission/validate?timeout=3s"]
)
def test_a_review_is_answered_with_a_review(webhook: Webhook, path: str) -> None:
    answer = webhook.ask(path=path, content=body(deployment({})), headers=JSON)

    assert answer.status_code == 200
    response = verify(answer.content, "u-9", mutating="mutate" in path)
    assert response["allowed"] is ("mutate" in path)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"content": b"{", "headers": JSON}, 400),
        ({"content": body(deployment({}), uid=""), "headers": JSON}, 400),
        ({"content": b'{"request":' * 1_000 + b"}" * 1_000, "headers": JSON}, 400),
        ({"content": body(deployment({})).replace(b"[]", b"[1e999999]"), "headers": JSON}, 400),
        ({"content": body(deployment({})), "headers": {"content-type": "text/plain"}}, 415),
        ({"content": body(deployment({})), "headers": {"content-type": "application/jsonl"}}, 415),
        ({"content": b" " * 200_000, "headers": JSON}, 413),
        ({"method": "GET"}, 405),
        ({"method": "DELETE", "path": "/healthz"}, 405),
        ({"path": "/elsewhere"}, 404),
    ],
)
def test_what_is_no_review_is_answered_with_a_problem(
    source: Source, more: dict[str, Any], status: int
) -> None:
    answer = Webhook(source, body=100_000).ask(**more)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize("named", ["application/json; charset=utf-8", "Application/JSON ;charset=UTF-8"])
def test_a_media_type_has_parameters_and_no_case(webhook: Webhook, named: str) -> None:
    """RFC 9110, 8.3.1."""
    answer = webhook.ask(content=body(deployment({})), headers={"content-type": named})

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/admission/validate", "/admission/mutate"])
@pytest.mark.parametrize("metadata", [None, [], [1], "x", 3, True, {"labels": []}, {"labels": {"a": [1]}}])
def test_an_object_of_whatever_form_is_answered(webhook: Webhook, path: str, metadata: Any) -> None:
    thing = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}
    kind = {"group": "", "version": "v1", "kind": "Pod"}

    answer = webhook.ask(path=path, content=body(thing, kind=kind), headers=JSON)

    assert answer.status_code == 200
    verify(answer.content, "u-9", mutating="mutate" in path)


def test_a_body_that_does_not_arrive_is_not_waited_for(source: Source) -> None:
    async def dripping() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(5)

    answer = Webhook(source, seconds=0.05).ask(content=dripping(), headers=JSON)

    assert answer.status_code == 408


def test_a_broken_policy_leaves_the_last_good_one_in_force(source: Source, webhook: Webhook) -> None:
    source.fault = "policy.yaml:3:1: unknown key `tgas`"

    assert webhook.live.refresh() is False

    ready = webhook.ask("GET", "/readyz")
    assert ready.status_code == 200
    assert "unknown key `tgas`" in ready.text
    refused = webhook.ask(content=body(deployment({})), headers=JSON)
    assert verify(refused.content, "u-9", mutating=False)["allowed"] is False
    assert "tagward_policy_reload_failures 1.0" in webhook.ask("GET", "/metrics").text


def test_nothing_is_ready_before_a_policy_is(source: Source) -> None:
    source.fault = "cannot read the policy"
    webhook = Webhook(source)

    assert webhook.ask("GET", "/healthz").status_code == 200
    assert webhook.ask("GET", "/readyz").status_code == 503
    assert webhook.ask(content=body(deployment({})), headers=JSON).status_code == 503

    source.fault = ""
    webhook.live.refresh()
    assert webhook.ask("GET", "/readyz").status_code == 200


def test_a_new_policy_takes_over(source: Source, webhook: Webhook) -> None:
    source.policy = Policy("open", "2", "1" * 64)

    assert webhook.live.refresh() is True

    answer = webhook.ask(content=body(deployment({})), headers=JSON)
    assert verify(answer.content, "u-9", mutating=False)["allowed"] is True


def test_another_day_is_judged_by_its_own_rules(source: Source) -> None:
    days = [NOON]
    webhook = Webhook(source, clock=lambda: days[0])
    before = webhook.live.reviewer()

    days[0] = datetime(2026, 11, 22, tzinfo=UTC)

    after = webhook.live.reviewer()
    assert before is not None
    assert after is not None
    assert (before.day, after.day) == (date(2026, 11, 21), date(2026, 11, 22))


def test_decisions_are_logged_and_counted_and_values_are_not(webhook: Webhook) -> None:
    hostile = 'x\n{"event":"review","decision":"allowed"}'
    webhook.ask(content=body(deployment({"ml-team": ""}), name=hostile), headers=JSON)

    (line,) = webhook.logged()
    assert (line["uid"], line["decision"], line["codes"]) == ("u-9", "denied", "TW005:deny")
    assert (line["kind"], line["namespace"], line["name"]) == ("apps/Deployment", "dev", hostile)
    metrics = webhook.ask("GET", "/metrics").text
    assert 'tagward_admission_reviews_total{decision="denied",webhook="validate"} 1.0' in metrics
    assert 'tagward_admission_findings_total{code="TW005",mode="deny"} 1.0' in metrics
