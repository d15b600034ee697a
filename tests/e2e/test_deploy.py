"""A real API server takes what is deployed, and its accounts may do what they have to, and no more."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509

from tagward_service.admission.cluster import connected
from tagward_service.admission.namespaces import Namespaces
from tagward_service.admission.watching import Pace, Watcher
from tests.deploy.rendered import DEPLOY, containers, manifests, pods
from tests.deploy.rendered import absent as nothing_to_render_with
from tests.e2e.cluster import Cluster
from tests.e2e.objects import crd
from tests.oracles.apiserver_client import until
from tests.oracles.apiserver_engine import absent, running

WHY = absent() or nothing_to_render_with()
pytestmark = pytest.mark.skipif(bool(WHY), reason=WHY)

SELF_SIGNED, CERT_MANAGER = (DEPLOY / "overlays" / name for name in ("self-signed", "cert-manager"))
CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of its own, as the webhook that is deployed has no pods to answer."""
    with running("RBAC") as client:
        cluster = Cluster(client, tmp_path_factory.mktemp("deployed"))
        applied = cluster.kubectl("apply", "-k", str(SELF_SIGNED))
        assert "Warning" not in applied.stderr
        yield cluster


def test_both_overlays_are_taken_without_a_warning(deployed: Cluster) -> None:
    deployed.make(*(crd("cert-manager.io", kind) for kind in ("Issuer", "Certificate")))
    until(lambda: deployed.client.request("GET", "/apis/cert-manager.io/v1/issuers").ok)

    for overlay in (SELF_SIGNED, CERT_MANAGER):
        tried = deployed.kubectl("apply", "--dry-run=server", "--validate=strict", "-k", str(overlay))
        assert tried.stderr == ""
        assert len(tried.stdout.splitlines()) == len(manifests(overlay.name))


def test_pods_are_within_the_restricted_standard_that_their_namespace_enforces(deployed: Cluster) -> None:
    for kind, template in pods("self-signed"):
        about = template["metadata"] | {"name": f"probe-{kind.lower()}", "namespace": "tagward"}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": about, "spec": template["spec"]}
        taken = deployed.client.create(pod, dry_run=True)
        assert (taken.message, taken.warnings) == ("", ())

        loose: list[dict[str, Any]] = [{"hostNetwork": True}, {"securityContext": {}}]
        for loosened in loose:
            refused = deployed.client.create(pod | {"spec": pod["spec"] | loosened}, dry_run=True)
            assert "violates PodSecurity" in refused.message


def allowed(cluster: Cluster, account: str, *namespace: str) -> set[tuple[str, str, str]]:
    """List what an account may do that not everybody may: resource, name and verb."""
    user = f"--as=system:serviceaccount:tagward:{account}"
    listed = cluster.kubectl("auth", "can-i", "--list", "--no-headers", user, *namespace).stdout
    found = set()
    for line in listed.splitlines():
        resource, *rest = line.split("[")
        if resource.strip() and "selfsubject" not in resource:
            _, names, verbs = (each.split("]")[0] for each in rest)
            found |= {(resource.strip(), names, verb) for verb in verbs.split()}
    return found


def test_accounts_may_do_what_they_have_to_and_nothing_else(deployed: Cluster) -> None:
    watch = {("namespaces", "", "list"), ("namespaces", "", "watch")}
    configurations = {
        (f"{kind}webhookconfigurations.admissionregistration.k8s.io", "tagward", verb)
        for kind in ("validating", "mutating")
        for verb in ("get", "patch")
    }
    secret = {("secrets", "tagward-tls", "get"), ("secrets", "tagward-tls", "patch")}

    assert allowed(deployed, "tagward", "-n", "tagward") == watch
    assert allowed(deployed, "tagward-certs", "-n", "tagward") == configurations | secret
    assert allowed(deployed, "tagward-certs", "-n", "default") == configurations


def test_the_job_makes_a_certificate_with_the_rights_it_has_and_applying_again_keeps_it(
    deployed: Cluster,
) -> None:
    [job] = [containers(template)[0] for kind, template in pods("self-signed") if kind == "Job"]
    account = deployed.service_account("tagward", "tagward-certs")

    ran = deployed.tagward(*job["args"], kubeconfig=account)

    assert ran.returncode == 0, ran.stderr
    made = state(deployed)
    assert made["trusted"] == made["ca.crt"]
    end = x509.load_pem_x509_certificate(base64.b64decode(made["tls.crt"])).not_valid_after_utc
    assert 85 < (end - datetime.now(UTC)).days < 95

    deployed.kubectl("apply", "-k", str(SELF_SIGNED))
    assert state(deployed) == made


def state(cluster: Cluster) -> dict[str, str]:
    """Say what is kept, and who is trusted."""
    secret: dict[str, str] = cluster.get("/api/v1/namespaces/tagward/secrets/tagward-tls")["data"]
    [configured] = cluster.get(f"{CONFIGURATIONS}/tagward")["webhooks"]
    return secret | {"trusted": configured["clientConfig"]["caBundle"]}


def test_the_webhook_may_watch_namespaces(deployed: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(deployed.service_account("tagward", "tagward")))
    namespaces = Namespaces()
    watcher = Watcher(connected(), namespaces, lambda *_: None, Pace(watch=1))
    watcher.start()

    until(lambda: "tagward" in str(namespaces.get("tagward")))
    watcher.stop()


def test_the_kinds_that_are_asked_about_are_spelt_as_the_api_server_spells_them(deployed: Cluster) -> None:
    """Resources of the groups that every API server has; the others are those of custom kinds."""
    [validating] = deployed.get(f"{CONFIGURATIONS}/tagward")["webhooks"]
    known = {
        group: {each["name"] for each in deployed.get(path)["resources"]}
        for group, path in {"": "/api/v1", "apps": "/apis/apps/v1", "batch": "/apis/batch/v1"}.items()
    }

    asked = {rule["apiGroups"][0]: set(rule["resources"]) for rule in validating["rules"]}
    for group, resources in known.items():
        assert asked[group]
        assert asked[group] <= resources
