"""What becomes of requests while the webhook is away, is not believed, or is changed under load."""

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tagward_service.admission.certificates import make
from tagward_service.admission.renewal import write_bundle
from tests.e2e.cluster import Cluster
from tests.e2e.load import load
from tests.e2e.objects import LABELS, deployment, pod
from tests.e2e.webhook import POLICY, Webhook, serving
from tests.oracles.apiserver_client import Reply, until

TIMES = 10
VALIDATING = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
RENEW = ("webhook", "certs", "--host-name", "127.0.0.1", "--configuration", "e2e", "--renew")


@pytest.fixture(scope="module")
def webhook(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Webhook]:
    cluster.namespace("faulty")
    cluster.make(pod("faulty", {}, "before"), deployment("faulty", {}, "before"))
    with serving(cluster, tmp_path_factory.mktemp("webhook")) as running:
        until(lambda: "denied the request" in ask(cluster, {}).message)
        yield running


def ask(cluster: Cluster, labels: dict[str, str], namespace: str = "faulty") -> Reply:
    return cluster.client.create(pod(namespace, labels), dry_run=True)


@pytest.fixture
def stopped(cluster: Cluster, webhook: Webhook) -> Iterator[Webhook]:
    webhook.stop()
    yield webhook
    webhook.start()
    webhook.register()
    until(lambda: ask(cluster, LABELS).ok)


def test_what_cannot_be_validated_is_refused_when_that_is_wanted(cluster: Cluster, stopped: Webhook) -> None:
    answer = ask(cluster, LABELS)

    assert answer.code == 500
    assert 'failed calling webhook "validate.acme.tagward"' in answer.message
    assert "connection refused" in answer.message


def test_the_cluster_can_be_mended_while_it_is_away(cluster: Cluster, stopped: Webhook) -> None:
    assert ask(cluster, {}, "kube-system").ok
    scaled = cluster.client.request(
        "PATCH",
        "/apis/apps/v1/namespaces/faulty/deployments/before/scale",
        {"spec": {"replicas": 0}},
        content="application/merge-patch+json",
    )
    assert scaled.ok, scaled.message
    assert cluster.client.delete(pod("faulty", {}, "before")).ok


def test_it_is_not_missed_when_failures_are_to_be_ignored(cluster: Cluster, stopped: Webhook) -> None:
    stopped.register("--failure-policy", "Ignore")

    until(lambda: ask(cluster, {}).ok)


def test_nothing_is_filled_while_it_is_away_and_nobody_minds(cluster: Cluster, stopped: Webhook) -> None:
    stopped.register("--only", "mutate")
    assert cluster.client.request("DELETE", f"{VALIDATING}/e2e").ok
    until(lambda: ask(cluster, {}).ok)

    made = cluster.client.create(pod("faulty", {"ml-team": "nlp"}), dry_run=True)

    assert made.body["metadata"]["labels"] == {"ml-team": "nlp"}


def test_a_certificate_of_another_authority_is_not_believed(
    cluster: Cluster, webhook: Webhook, tmp_path: Path
) -> None:
    write_bundle(tmp_path, make(["127.0.0.1"], days=1))
    webhook.register(authority=tmp_path / "ca.crt")
    until(lambda: not ask(cluster, LABELS).ok)

    answer = ask(cluster, LABELS)
    assert "failed calling webhook" in answer.message
    assert "certificate signed by unknown authority" in answer.message

    webhook.register()
    until(lambda: ask(cluster, LABELS).ok)


def test_a_certificate_that_cannot_be_read_changes_nothing(cluster: Cluster, webhook: Webhook) -> None:
    whole = (webhook.folder / "tls.key").read_bytes()
    before = webhook.count("certificate refused")
    (webhook.folder / "tls.key").write_bytes(whole[:100])
    webhook.look()
    until(lambda: webhook.count("certificate refused") > before)

    assert ask(cluster, LABELS).ok
    assert "denied the request" in ask(cluster, {}).message
    (webhook.folder / "tls.key").write_bytes(whole)


def replaced(webhook: Webhook, text: str, event: str) -> None:
    before = webhook.count(event)
    webhook.policy(text)
    webhook.look()
    until(lambda: webhook.count(event) > before)


def test_policies_are_replaced_under_load_and_no_request_is_lost(cluster: Cluster, webhook: Webhook) -> None:
    good, bad = deployment("faulty", LABELS), deployment("faulty", {"ml-environment": "dev"}, "bad")
    with load(cluster, good, good, bad) as answers:
        for number in range(TIMES):
            replaced(webhook, POLICY.replace("1.0.0", f"1.0.{number + 1}"), "policy loaded")
            if number % 3 == 0:
                replaced(webhook, POLICY.replace("ml-team:", "ml-team: ["), "policy refused")

    assert set(answers) == {"allowed", "denied"}
    assert answers["allowed"] > TIMES
    assert answers["denied"] > TIMES
    replaced(webhook, POLICY, "policy loaded")


def test_certificates_are_replaced_under_load_and_no_request_is_lost(
    cluster: Cluster, webhook: Webhook
) -> None:
    """Each time the API server connects anew, as it is told of another authority."""
    serials: set[Any] = set()
    with load(cluster, deployment("faulty", LABELS), deployment("faulty", LABELS)) as answers:
        for _ in range(3):
            before, seen = webhook.count("certificate renewed"), answers["allowed"]
            ran = cluster.tagward(*RENEW, "-o", str(webhook.folder))
            assert ran.returncode == 0, ran.stderr
            webhook.look()
            until(lambda before=before: webhook.count("certificate renewed") > before)  # type: ignore[misc]
            serials.add((webhook.folder / "tls.crt").read_bytes())
            until(lambda seen=seen: answers["allowed"] > seen + TIMES)  # type: ignore[misc]

    assert set(answers) == {"allowed"}
    assert len(serials) == 3
    authorities = (webhook.folder / "ca.crt").read_bytes()
    assert authorities.count(b"BEGIN CERTIFICATE") == 4
    [configured] = cluster.get(f"{VALIDATING}/e2e")["webhooks"]
    assert base64.b64decode(configured["clientConfig"]["caBundle"]) == authorities


def test_it_ends_without_losing_what_is_under_way(cluster: Cluster, webhook: Webhook) -> None:
    """With nobody else there, the API server meets a closed port after the end, and nothing before."""
    with load(cluster, deployment("faulty", LABELS), deployment("faulty", LABELS)) as answers:
        until(lambda: answers["allowed"] > TIMES)
        webhook.stop(gently=True)
        time.sleep(0.2)
    webhook.start()

    refused = {each for each in answers if each != "allowed"}
    assert all("connection refused" in each for each in refused), refused
    until(lambda: ask(cluster, LABELS).ok)
