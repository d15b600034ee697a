"""What is known of namespaces ends when nothing is heard; what is not known yet is waited for a moment."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
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


def answered(webhook: Webhook, **more: Any) -> dict[str, Any]:
    answer = webhook.ask(content=body(deployment(None), **more), headers=JSON)
    found: dict[str, Any] = json.loads(answer.content)["response"]
    return found


def timed(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started


def test_what_a_namespace_says_counts_at_once(webhook: Webhook) -> None:
    assert answered(webhook)["allowed"] is False

    webhook.namespaces.put("dev", LABELS)

    assert answered(webhook)["allowed"] is True


def test_a_namespace_that_was_made_a_moment_ago_is_waited_for(webhook: Webhook) -> None:
    soon = threading.Timer(0.1, webhook.namespaces.put, ("new", {}))
    soon.start()
    answer = answered(webhook, namespace="new")
    soon.join()

    assert answer["allowed"] is False
    assert "warnings" not in answer


def test_a_namespace_that_nobody_hears_of_is_not_waited_for_long(webhook: Webhook) -> None:
    answer: dict[str, Any] = {}
    waited = timed(lambda: answer.update(answered(webhook, namespace="never")))

    assert answer["allowed"] is True
    assert len(answer["warnings"]) == 1
    assert PATIENCE <= waited < PATIENCE * 20


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
def test_nothing_is_waited_for_that_could_not_matter(webhook: Webhook, about: dict[str, Any]) -> None:
    assert timed(lambda: answered(webhook, **about)) < PATIENCE


def test_a_policy_that_inherits_nothing_waits_for_nothing() -> None:
    plain = Webhook(Source(POLICY))

    assert timed(lambda: answered(plain, namespace="never")) < PATIENCE


def test_others_are_answered_while_one_is_waiting(webhook: Webhook) -> None:
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
