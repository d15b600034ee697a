"""`tagward webhook certs` keeps a certificate in a Secret, and a real API server is told whom to trust."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from tagward_service.admission.certificates import Bundle
from tagward_service.admission.custody import Custody, rotate
from tagward_service.admission.renewal import Order
from tests.e2e.cluster import Cluster, Ran

CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1"


@pytest.fixture(scope="module")
def infra(cluster: Cluster) -> str:
    return cluster.namespace("infra")


@pytest.fixture
def registered(cluster: Cluster) -> Any:
    """The configurations of a webhook that nobody runs: they cover nothing that is made here."""
    written = cluster.tagward("webhook", "config", "--name", "certs", "--service", "infra/hook")
    documents = [
        each | {"webhooks": list(map(_about_nothing, each["webhooks"]))}
        for each in yaml.safe_load_all(written.stdout)
    ]
    cluster.make(*documents)
    yield documents
    for each in documents:
        assert cluster.client.delete(each).ok


def _about_nothing(webhook: dict[str, Any]) -> dict[str, Any]:
    return webhook | {"objectSelector": {"matchLabels": {"never": "set"}}}


def certs(cluster: Cluster, *arguments: str, **more: Any) -> Ran:
    options = ("--service", "infra/hook", "--configuration", "certs")
    return cluster.tagward("webhook", "certs", *options, *arguments, **more)


def secret(cluster: Cluster, name: str) -> dict[str, bytes]:
    data = cluster.get(f"/api/v1/namespaces/infra/secrets/{name}")["data"]
    return {key: base64.b64decode(value) for key, value in data.items()}


def trusted(cluster: Cluster) -> set[bytes]:
    """Say whom the webhooks trust, which is the same for both in the end."""
    kinds = ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")
    found = [cluster.get(f"{CONFIGURATIONS}/{kind}/certs")["webhooks"][0] for kind in kinds]
    return {base64.b64decode(each["clientConfig"].get("caBundle", "")) for each in found}


@pytest.mark.usefixtures("infra", "registered")
def test_a_certificate_is_made_and_trusted_then_left_then_renewed(cluster: Cluster) -> None:
    made = certs(cluster, "--secret", "infra/first")
    first = secret(cluster, "first")

    assert made.stdout.splitlines()[:2] == [
        "validating webhook configuration certs: told whom to trust",
        "mutating webhook configuration certs: told whom to trust",
    ]
    assert "Secret infra/first: a new certificate, as there was none" in made.stdout
    assert trusted(cluster) == {first["ca.crt"]}

    again = certs(cluster, "--secret", "infra/first")
    assert again.stdout.startswith("Secret infra/first: left as it is; valid until")
    assert secret(cluster, "first") == first

    certs(cluster, "--secret", "infra/first", "--renew")
    second = secret(cluster, "first")
    assert second["tls.crt"] != first["tls.crt"]
    assert second["ca.crt"].endswith(first["ca.crt"])
    assert trusted(cluster) == {second["ca.crt"]}
    assert cluster.get("/api/v1/namespaces/infra/secrets/first")["type"] == "kubernetes.io/tls"


@pytest.mark.usefixtures("infra", "registered")
def test_a_configuration_that_lost_it_is_told_again(cluster: Cluster) -> None:
    certs(cluster, "--secret", "infra/lost")
    change = [{"op": "remove", "path": "/webhooks/0/clientConfig/caBundle"}]
    path = f"{CONFIGURATIONS}/mutatingwebhookconfigurations/certs"
    cluster.client.request("PATCH", path, change, content="application/json-patch+json")

    ran = certs(cluster, "--secret", "infra/lost")

    assert ran.stdout.splitlines()[0] == "mutating webhook configuration certs: told whom to trust"
    assert trusted(cluster) == {secret(cluster, "lost")["ca.crt"]}


@pytest.mark.usefixtures("infra")
@pytest.mark.parametrize("how", [(), ("--server-side",)])
def test_to_apply_the_configuration_again_keeps_whom_it_trusts(
    cluster: Cluster, registered: Any, how: tuple[str, ...]
) -> None:
    for each in registered:
        assert cluster.client.delete(each).ok
    manifests = json.dumps({"apiVersion": "v1", "kind": "List", "items": registered})
    cluster.kubectl("apply", *how, "-f", "-", given=manifests)
    certs(cluster, "--secret", "infra/applied")
    before = trusted(cluster)

    cluster.kubectl(
        "apply", *how, "-f", "-", given=manifests.replace('"timeoutSeconds": 5', '"timeoutSeconds": 4')
    )

    assert trusted(cluster) == before == {secret(cluster, "applied")["ca.crt"]}


@pytest.mark.usefixtures("infra", "registered")
def test_a_secret_that_is_there_keeps_what_else_it_holds(cluster: Cluster) -> None:
    about = {"name": "kept", "namespace": "infra", "labels": {"app": "hook"}}
    other = {"other": base64.b64encode(b"x").decode()}
    cluster.make({"apiVersion": "v1", "kind": "Secret", "metadata": about, "data": other})

    ran = certs(cluster, "--secret", "infra/kept")

    assert "as there was none" in ran.stdout
    found = cluster.get("/api/v1/namespaces/infra/secrets/kept")
    assert found["metadata"]["labels"] == {"app": "hook"}
    assert set(found["data"]) == {"other", "ca.crt", "tls.crt", "tls.key"}


@pytest.mark.usefixtures("infra")
def test_when_two_renew_at_once_both_end_with_the_same(cluster: Cluster, monkeypatch: Any) -> None:
    monkeypatch.setenv("KUBECONFIG", str(cluster.admin))
    from tagward_service.admission.cluster import connected

    client = connected()
    told: list[Bundle] = []

    def tell(bundle: Bundle) -> None:
        """Let another one be faster between what is read and what is written."""
        told.append(bundle)
        if len(told) == 1:
            rotate(Custody(client, "infra", "both"), order, lambda _: None, datetime.now(UTC))

    for names in (("hook.infra.svc",), ("other.infra.svc",)):  # no Secret at first, then one that is outdated
        told.clear()
        order = Order(names, days=90, renew_before=30)
        bundle, why = rotate(Custody(client, "infra", "both"), order, tell, datetime.now(UTC))
        assert why == ""
        assert len(told) == 2
        assert told[-1] == bundle
        assert secret(cluster, "both")["tls.crt"] == bundle.certificate


@pytest.mark.usefixtures("infra")
def test_what_the_api_server_says_is_passed_on(cluster: Cluster) -> None:
    gone = certs(cluster, "--secret", "infra/gone")
    assert gone.returncode == 2
    assert gone.stderr == "error: there is no webhook configuration `certs` yet: apply it first\n"
    assert cluster.client.request("GET", "/api/v1/namespaces/infra/secrets/gone").code == 404

    cluster.make(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "nobody", "namespace": "infra"}}
    )
    refused = certs(cluster, "--secret", "infra/x", kubeconfig=cluster.service_account("infra", "nobody"))
    assert refused.returncode == 2
    assert 'the API server refused (403): secrets "x" is forbidden' in refused.stderr


def test_an_api_server_that_is_away_is_said(cluster: Cluster, tmp_path: Path) -> None:
    config = json.loads(cluster.admin.read_text())
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:9"
    away = tmp_path / "away.kubeconfig"
    away.write_text(json.dumps(config))

    ran = certs(cluster, "--secret", "infra/x", kubeconfig=away)

    assert ran.returncode == 2
    assert ran.stderr.startswith("error: the API server cannot be reached: ")
