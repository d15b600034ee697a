"""What is known of namespaces ends when nothing is heard; what is not known yet is waited for a moment."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from tagward.policy import Policy
from tagward_service.admission.namespaces import PATIENCE, Namespaces
from tests.service.admission.test_endpoint import JSON, Source, Webhook, body
from tests.service.admission.test_review import LABELS, POLICY, deployment, tag

INHERITING = Policy("acme", "1", "0" * 64, tags=(tag(inherit=("namespace",)),))


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_labels_are_known_until_nothing_was_heard_for_too_long() -> None:
    clock = Clock()
    namespaces = Namespaces(clock, stale=300)
    assert (namespaces.get("dev"), namespaces.is_listed, namespaces.is_stale) == (None, False, False)

    namespaces.replace({"dev": LABELS, "bare": {}})
    assert (namespaces.get("dev"), namespaces.get("bare"), namespaces.get("other")) == (LABELS, {}, None)

    clock.now += 300
    assert namespaces.get("dev") == LABELS
    clock.now += 1
    assert (namespaces.get("dev"), namespaces.is_listed, namespaces.age) == (None, True, 301)

    namespaces.hear()
    assert namespaces.get("dev") == LABELS


def test_changes_take_effect() -> None:
    namespaces = Namespaces()
    namespaces.replace({"dev": {}, "gone": {}})

    namespaces.put("dev", LABELS)
    namespaces.remove("gone")
    namespaces.remove("never")

    assert (namespaces.get("dev"), namespaces.get("gone"), len(namespaces)) == (LABELS, None, 1)


@pytest.fixture
def webhook() -> Webhook:
    return Webhook(Source(INHERITING))


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Count the seconds that are waited for word of a namespace, and let them pass at once."""
    seconds: list[float] = []
    at_once = asyncio.sleep

    async def sleep(duration: float) -> None:
        seconds.append(duration)
        await at_once(0)

    monkeypatch.setattr("tagward_service.admission.namespaces.asyncio.sleep", sleep)
    return seconds


def answered(webhook: Webhook, **more: Any) -> dict[str, Any]:
    answer = webhook.ask(content=body(deployment(None), **more), headers=JSON)
    found: dict[str, Any] = json.loads(answer.content)["response"]
    return found


def test_what_a_namespace_says_counts_at_once(webhook: Webhook) -> None:
    assert answered(webhook)["allowed"] is False

    webhook.namespaces.put("dev", LABELS)

    assert answered(webhook)["allowed"] is True


def test_a_namespace_that_was_made_a_moment_ago_is_waited_for(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hear(_: float) -> None:
        webhook.namespaces.put("new", {})

    monkeypatch.setattr("tagward_service.admission.namespaces.asyncio.sleep", hear)
    answer = answered(webhook, namespace="new")

    assert answer["allowed"] is False
    assert "warnings" not in answer


def test_a_namespace_that_nobody_hears_of_is_not_waited_for_long(
    webhook: Webhook, slept: list[float]
) -> None:
    answer = answered(webhook, namespace="never")

    assert answer["allowed"] is True
    assert len(answer["warnings"]) == 1
    assert sum(slept) == pytest.approx(PATIENCE)


@pytest.mark.parametrize(
    "about",
    [
        {"namespace": "kube-system"},
        {"namespace": ""},
        {"namespace": "never", "operation": "DELETE"},
        {"namespace": "never", "kind": {"group": "", "version": "v1", "kind": "Namespace"}},
        {"namespace": "never", "namespaceObject": {"metadata": {"name": "never"}}},
    ],
)
def test_nothing_is_waited_for_that_could_not_matter(
    webhook: Webhook, slept: list[float], about: dict[str, Any]
) -> None:
    assert "allowed" in answered(webhook, **about)
    assert slept == []


def test_a_policy_that_inherits_nothing_waits_for_nothing(slept: list[float]) -> None:
    assert "allowed" in answered(Webhook(Source(POLICY)), namespace="never")
    assert slept == []


def test_others_are_answered_while_one_is_waiting(webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tagward_service.admission.namespaces.PATIENCE", 600)

    async def ask() -> bool:
        transport = httpx.ASGITransport(app=webhook.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://webhook") as client:

            async def post(namespace: str) -> None:
                content = body(deployment(None), namespace=namespace)
                await client.post("/admission/validate", content=content, headers=JSON)

            waiting = asyncio.create_task(post("never"))
            await asyncio.sleep(0.05)
            await post("dev")
            is_first = not waiting.done()
            webhook.namespaces.put("never", {})
            await waiting
            return is_first

    assert asyncio.run(ask())


def test_it_is_ready_when_the_namespaces_were_listed_once(webhook: Webhook) -> None:
    fresh = webhook.app.namespaces = Namespaces()
    early = webhook.ask("GET", "/readyz")
    fresh.fault = "the API server refused (403): no"
    refused = webhook.ask("GET", "/readyz")
    fresh.replace({"dev": {}})
    ready = webhook.ask("GET", "/readyz")
    fresh.fault = "the API server cannot be reached"
    away = webhook.ask("GET", "/readyz")

    assert [each.status_code for each in (early, refused, ready, away)] == [503, 503, 200, 200]
    assert early.json()["detail"] == "the namespaces are not known yet"
    assert refused.json()["detail"] == "the namespaces are not known: the API server refused (403): no"
    assert ready.text.splitlines()[1] == "1 namespaces"
    assert away.text.splitlines()[1] == "1 namespaces; not heard of for 0 s: the API server cannot be reached"


def test_metrics_tell_how_many_there_are_and_for_how_long_nothing_was_heard(webhook: Webhook) -> None:
    clock = Clock()
    webhook.app.namespaces = Namespaces(clock)
    webhook.app.namespaces.replace({"dev": {}, "prod": {}})
    clock.now += 42

    text = webhook.ask("GET", "/metrics").text

    assert "\ntagward_namespaces 2.0\n" in text
    assert "\ntagward_namespaces_age_seconds 42.0\n" in text


def test_a_policy_that_inherits_nothing_is_ready_without_them() -> None:
    plain = Webhook(Source(POLICY))
    plain.app.namespaces = Namespaces()

    ready = plain.ask("GET", "/readyz")

    assert ready.status_code == 200
    assert ready.text.splitlines()[1] == "0 namespaces"


def test_what_was_ready_once_stays_so(webhook: Webhook) -> None:
    assert webhook.ask("GET", "/readyz").status_code == 200
    webhook.app.namespaces = Namespaces()

    assert webhook.ask("GET", "/readyz").status_code == 200
