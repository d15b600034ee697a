"""A scan of a real API server, with no more rights than its ClusterRole gives."""

from threading import Event
from typing import Any

import pytest
import yaml

from tagward.resource import Resource
from tagward_service.scan.interface import Part, ReadError
from tagward_service.sources.interface import NotEvaluated
from tagward_service.sources.kubernetes.cluster import listing
from tagward_service.sources.kubernetes.cluster.connecting import connections
from tagward_service.sources.kubernetes.cluster.permissions import NAME, cluster_role, permissions
from tagward_service.sources.kubernetes.cluster.source import KubernetesSource
from tests.e2e.cluster import Cluster
from tests.oracles.apiserver_client import until

NEVER = Event()
RBAC = "rbac.authorization.k8s.io"
SPACE = "scanned"
ACCOUNT = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "scan", "namespace": SPACE}}
BINDING: dict[str, Any] = {
    "apiVersion": f"{RBAC}/v1",
    "kind": "ClusterRoleBinding",
    "metadata": {"name": NAME},
    "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": NAME},
    "subjects": [{"kind": "ServiceAccount", "namespace": SPACE, "name": "scan"}],
}
SELECTED = {"app": "web"}


def pod(name: str, **metadata: Any) -> dict[str, Any]:
    spec = {"containers": [{"name": "main", "image": "example.com/web:1"}]}
    named = {"name": name, "namespace": SPACE, **metadata}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": named, "spec": spec}


def deployment(name: str, **labels: str) -> dict[str, Any]:
    template = {"metadata": {"labels": {**SELECTED, **labels}}, "spec": pod("web")["spec"]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": SPACE},
        "spec": {"selector": {"matchLabels": SELECTED}, "template": template},
    }


@pytest.fixture(scope="module")
def scanned(cluster: Cluster) -> Cluster:
    cluster.namespace(SPACE, **{"ml-team": "nlp"})
    cluster.make(ACCOUNT)
    return cluster


@pytest.fixture
def source(scanned: Cluster, monkeypatch: pytest.MonkeyPatch) -> KubernetesSource:
    monkeypatch.setenv("KUBECONFIG", str(scanned.service_account(SPACE, "scan")))
    return KubernetesSource(connections())


def resources(source: KubernetesSource, kind: str) -> dict[str, Resource]:
    found = source.read(Part("here", "", kind), NEVER)
    return {each.name: each for each in found if isinstance(each, Resource) and each.namespace == SPACE}


def test_without_rights_it_says_which_and_with_its_role_it_reads_everything(
    scanned: Cluster, source: KubernetesSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    (told,) = source.parts()
    assert isinstance(told, NotEvaluated)
    assert told.incomplete
    assert '{apiGroups: [""], resources: [namespaces], verbs: [list]}' in told.why

    (role,) = permissions()
    scanned.make(yaml.safe_load(role.content), BINDING)
    scanned.make(deployment("web", **{"ml-project": "chat"}))
    scanned.make(*(pod(f"alone-{number}") for number in range(5)))
    owner = scanned.get(f"/apis/apps/v1/namespaces/{SPACE}/deployments/web")["metadata"]["uid"]
    reference = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": "web",
        "uid": owner,
        "controller": True,
    }
    scanned.make(pod("owned", ownerReferences=[reference]))

    until(lambda: any(isinstance(each, Part) for each in source.parts()))
    parts = [each for each in source.parts() if isinstance(each, Part)]
    services = {each.service for each in parts}
    assert {"Pod", "Namespace", "apps/Deployment", "batch/Job", "batch/CronJob"} <= services
    for part in parts:
        list(source.read(part, NEVER))  # none is forbidden

    monkeypatch.setattr(listing, "PAGE", 2)
    assert sorted(resources(source, "Pod")) == [f"alone-{number}" for number in range(5)]
    web = resources(source, "apps/Deployment")["web"]
    assert (web.id, web.native) == (f"here/{SPACE}/deployment.apps/web", "apps/v1 Deployment")
    assert web.inherited[0].tags["ml-team"] == "nlp"
    assert web.parts[0].tags == {**SELECTED, "ml-project": "chat"}
    assert "secrets" not in role.content


def test_a_kind_that_its_role_leaves_out_is_told(scanned: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    scanned.make({**ACCOUNT, "metadata": {"name": "less", "namespace": SPACE}})
    role = cluster_role()
    rules = [each for each in role["rules"] if each["apiGroups"] != ["batch"]]
    subject = {**BINDING["subjects"][0], "name": "less"}
    named = {"metadata": {"name": "less"}}
    scanned.make(role | named | {"rules": rules})
    scanned.make(BINDING | named | {"roleRef": BINDING["roleRef"] | {"name": "less"}, "subjects": [subject]})
    monkeypatch.setenv("KUBECONFIG", str(scanned.service_account(SPACE, "less")))
    source = KubernetesSource(connections())
    until(lambda: any(isinstance(each, Part) for each in source.parts()))
    with pytest.raises(ReadError, match=r'apiGroups: \["batch"\], resources: \[jobs\]'):
        list(source.read(Part("here", "", "batch/Job"), NEVER))
