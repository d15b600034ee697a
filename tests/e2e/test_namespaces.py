"""The namespaces of a real API server are watched, with no more rights than that takes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tagward_service.admission.cluster import connected
from tagward_service.admission.namespaces import Namespaces
from tagward_service.admission.watching import Pace, Watcher
from tests.e2e.cluster import Cluster
from tests.e2e.proxy import Proxy
from tests.oracles.apiserver_client import until
from tests.oracles.manifests import namespace

RBAC = "rbac.authorization.k8s.io"
ROLE: dict[str, Any] = {
    "apiVersion": f"{RBAC}/v1",
    "kind": "ClusterRole",
    "metadata": {"name": "namespace-watcher"},
    "rules": [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["list", "watch"]}],
}
BINDING: dict[str, Any] = {
    "apiVersion": f"{RBAC}/v1",
    "kind": "ClusterRoleBinding",
    "metadata": {"name": "namespace-watcher"},
    "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "namespace-watcher"},
    "subjects": [{"kind": "ServiceAccount", "namespace": "watching", "name": "watcher"}],
}
ACCOUNT = {
    "apiVersion": "v1",
    "kind": "ServiceAccount",
    "metadata": {"name": "watcher", "namespace": "watching"},
}
PACE = Pace(watch=5, silence=5, resync=600, first=0.05, longest=0.2)


@pytest.fixture
def watching(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Namespaces, Proxy]]:
    """What an account without any rights knows of namespaces, behind a network that can be cut."""
    cluster.namespace("watching")
    cluster.make(ACCOUNT)
    proxy = Proxy(cluster.client.url)
    config = cluster.service_account("watching", "watcher", url=proxy.url)
    monkeypatch.setenv("KUBECONFIG", str(config))
    namespaces = Namespaces()
    watcher = Watcher(connected(), namespaces, lambda *_: None, PACE)
    watcher.start()
    yield namespaces, proxy
    watcher.stop()
    proxy.close()


def relabel(cluster: Cluster, name: str, **labels: str | None) -> None:
    assert cluster.client.merge(namespace(name), {"metadata": {"labels": labels}}).ok


def test_it_follows_whatever_becomes_of_namespaces_and_of_the_network(
    cluster: Cluster, watching: tuple[Namespaces, Proxy]
) -> None:
    namespaces, proxy = watching
    until(lambda: "is forbidden" in namespaces.fault)
    assert not namespaces.is_listed

    cluster.make(ROLE, BINDING)
    until(lambda: namespaces.is_listed)
    own = {"kubernetes.io/metadata.name": "watching"}
    assert (namespaces.get("watching"), namespaces.get("made"), namespaces.fault) == (own, None, "")

    cluster.namespace("made", team="nlp")
    until(lambda: (namespaces.get("made") or {}).get("team") == "nlp", seconds=2)
    relabel(cluster, "made", team="vision")
    until(lambda: (namespaces.get("made") or {}).get("team") == "vision", seconds=2)
    relabel(cluster, "made", team=None)
    until(lambda: "team" not in (namespaces.get("made") or {"team": ""}), seconds=2)

    proxy.cut()
    until(lambda: "cannot be reached" in namespaces.fault)
    relabel(cluster, "made", team="missed")
    assert "team" not in (namespaces.get("made") or {"team": ""})
    proxy.mend()
    until(lambda: (namespaces.get("made") or {}).get("team") == "missed", seconds=5)
    assert namespaces.fault == ""
