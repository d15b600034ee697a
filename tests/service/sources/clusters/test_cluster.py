"""Scanning a cluster: what is read, what is left out, and what is told when something cannot be read."""

from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tagward.catalog import Kinds
from tagward.errors import UsageError
from tagward.policy import Workload
from tagward.resource import Layer, Resource
from tagward_service.scan.interface import ExpiredError, Part, ReadError
from tagward_service.sources.interface import NotEvaluated
from tagward_service.sources.kubernetes.cluster.connecting import connections
from tagward_service.sources.kubernetes.cluster.permissions import permissions
from tagward_service.sources.kubernetes.cluster.source import KubernetesSource
from tests.service.sources.clusters.conftest import Source
from tests.service.sources.clusters.stand_in import ApiServer, Fault, kubeconfig, serving

NEVER = Event()
DEPLOYMENTS, PODS = "/apis/apps/v1/deployments", "/api/v1/pods"
NODES = [Part("live", "", name) for name in ("Namespace", "Pod", "apps/Deployment")]


def template(**labels: str) -> dict[str, Any]:
    return {"template": {"metadata": {"labels": labels}, "spec": {"containers": []}}}


def owned(version: str, kind: str) -> list[dict[str, Any]]:
    return [{"apiVersion": version, "kind": kind, "name": "web", "uid": "1", "controller": True}]


def parts(source: KubernetesSource) -> list[Part]:
    return [each for each in source.parts() if isinstance(each, Part)]


def untold(source: KubernetesSource) -> list[NotEvaluated]:
    return [each for each in source.parts() if isinstance(each, NotEvaluated)]


def read(source: KubernetesSource, kind: str, cluster: str = "live") -> list[Resource]:
    found = list(source.read(Part(cluster, "", kind), NEVER))
    assert all(isinstance(each, Resource) for each in found)
    return [each for each in found if isinstance(each, Resource)]


def names(source: KubernetesSource, kind: str) -> list[str]:
    return [each.name for each in read(source, kind)]


def test_an_object_is_read_with_its_place_and_the_labels_of_its_namespace(
    api: ApiServer, source: Source
) -> None:
    api.add("v1", "Namespace", name="nlp", labels={"ml-team": "nlp"})
    api.add(
        "apps/v1", "Deployment", name="web", namespace="nlp", labels={"app": "web"}, spec=template(team="a")
    )
    (web,) = read(source(), "apps/Deployment")
    assert (web.id, web.type, web.native) == (
        "live/nlp/deployment.apps/web",
        "kubernetes:apps/Deployment",
        "apps/v1 Deployment",
    )
    assert (web.account, web.namespace, web.name, web.address) == ("live", "nlp", "web", "Deployment/web")
    assert web.inherited == (Layer("namespace", "nlp", {"ml-team": "nlp"}),)
    assert (web.tags, web.own_billed, web.parts[0].tags) == ({"app": "web"}, False, {"team": "a"})
    assert (web.taggability.answer, web.file, web.line) == (True, "", None)


def test_every_known_kind_that_is_served_is_a_part(api: ApiServer, source: Source) -> None:
    api.serve("v1", "Service", "services")
    api.serve("ray.io/v1", "RayCluster", "rayclusters")
    api.serve("example.com/v1", "RayCluster", "rayclusters")
    assert [each.service for each in parts(source())] == [
        "Namespace",
        "Pod",
        "apps/Deployment",
        "ray.io/RayCluster",
    ]


def test_a_kind_that_the_policy_names_is_read_too(api: ApiServer, source: Source) -> None:
    api.serve("example.com/v1", "Robot", "robots")
    api.add("example.com/v1", "Robot", name="arm", namespace="nlp", spec={"pod": template()["template"]})
    api.add("v1", "Pod", name="arm-1", namespace="nlp", ownerReferences=owned("example.com/v1", "Robot"))
    kinds = Kinds([Workload("example.com/Robot", ("spec.pod",))])
    scan = source(kinds=kinds)
    assert Part("live", "", "example.com/Robot") in parts(scan)
    assert names(scan, "Pod") == []
    (arm,) = read(scan, "example.com/Robot")
    assert (arm.taggability.answer, [part.place for part in arm.parts]) == (
        True,
        ["spec.pod.metadata.labels"],
    )
    assert "robots" in permissions(kinds)[0].content


def test_a_kind_is_read_in_the_version_that_has_it(api: ApiServer, source: Source) -> None:
    api.serve("kubeflow.org/v2", "Profile", "profiles")
    path = api.serve("kubeflow.org/v1", "PyTorchJob", "pytorchjobs")
    api.add("kubeflow.org/v1", "PyTorchJob", name="train", namespace="nlp")
    assert names(source(), "kubeflow.org/PyTorchJob") == ["train"]
    assert any(path in each for each in api.asked)


def test_the_older_name_of_a_group_does_not_count_objects_twice(api: ApiServer, source: Source) -> None:
    api.serve("extensions/v1beta1", "Deployment", "deployments")
    assert parts(source()) == NODES


@pytest.mark.parametrize(
    ("version", "kind", "is_read"),
    [("apps/v1", "ReplicaSet", False), ("batch/v1", "Job", False), ("example.com/v1", "Robot", True)],
)
def test_what_a_known_controller_made_is_not_counted_beside_it(
    api: ApiServer, source: Source, version: str, kind: str, is_read: bool
) -> None:
    api.add("v1", "Pod", name="web-1", namespace="nlp", ownerReferences=owned(version, kind))
    assert names(source(), "Pod") == ["web-1"] * is_read


def test_a_kind_of_many_pages_is_read_once_and_in_full(api: ApiServer, source: Source) -> None:
    for number in range(1203):
        api.add("v1", "Pod", name=f"p{number}", namespace="nlp")
    assert names(source(), "Pod") == [f"p{number}" for number in range(1203)]
    pages = [each for each in api.asked if PODS in each]
    assert len(pages) == 3
    assert all("limit=500" in each for each in pages)


def expiring(api: ApiServer, **metadata: str) -> None:
    """Let the third page of pods be forgotten."""
    gone = {"kind": "Status", "code": 410, "message": "too old", "metadata": metadata}
    original = api._got
    left = [1]

    def got(path: str, query: dict[str, str]) -> Any:
        if path == PODS and query.get("continue") == "4" and left:
            left.pop()
            return 410, gone, {}
        return original(path, query)

    api._got = got  # type: ignore[method-assign]


def test_a_forgotten_list_goes_on_behind_the_same_object(api: ApiServer, source: Source) -> None:
    api.page = 2
    for number in range(9):
        api.add("v1", "Pod", name=f"p{number}", namespace="nlp")
    expiring(api, **{"continue": "anew-4"})
    assert names(source(), "Pod") == [f"p{number}" for number in range(9)]
    assert any("continue=anew-4" in each for each in api.asked)


def test_a_forgotten_list_without_a_way_on_is_read_anew(api: ApiServer, source: Source) -> None:
    api.page = 2
    for number in range(9):
        api.add("v1", "Pod", name=f"p{number}", namespace="nlp")
    expiring(api)
    scan = source()
    with pytest.raises(ReadError, match="forgot the list") as error:
        read(scan, "Pod")
    assert error.value.retry
    assert len(names(scan, "Pod")) == 9


@pytest.mark.parametrize("circle", [1, 3])
def test_a_list_that_goes_in_circles_is_not_read_for_ever(
    api: ApiServer, source: Source, circle: int
) -> None:
    number, original = count(), api._got

    def got(path: str, query: dict[str, str]) -> Any:
        if path == PODS:
            return 200, {"metadata": {"continue": str(next(number) % circle)}, "items": []}, {}
        return original(path, query)

    api._got = got  # type: ignore[method-assign]
    with pytest.raises(ReadError, match="gave before"):
        read(source(), "Pod")


def test_nothing_more_is_asked_for_once_it_is_to_stop(api: ApiServer, source: Source) -> None:
    api.page = 2
    for number in range(9):
        api.add("v1", "Pod", name=f"p{number}", namespace="nlp")
    stop, found = Event(), []
    for each in source().read(Part("live", "", "Pod"), stop):
        found.append(each)
        if len(found) == 3:
            stop.set()
    assert len(found) == 3
    assert sum(PODS in each for each in api.asked) == 2


def test_a_forbidden_kind_names_the_rule_that_is_missing(api: ApiServer, source: Source) -> None:
    api.faults[DEPLOYMENTS] = Fault(403)
    with pytest.raises(ReadError) as error:
        read(source(), "apps/Deployment")
    assert '{apiGroups: ["apps"], resources: [deployments], verbs: [list]}' in error.value.why
    assert not error.value.retry


def test_credentials_that_are_over_end_the_scan(api: ApiServer, source: Source) -> None:
    scan = source()
    assert parts(scan) == NODES
    api.faults[PODS] = Fault(401)
    with pytest.raises(ExpiredError):
        read(scan, "Pod")


def test_a_busy_server_is_asked_again_after_as_long_as_it_says(api: ApiServer, source: Source) -> None:
    api.add("v1", "Pod", name="one", namespace="nlp")
    api.faults[PODS] = Fault(429, times=2, headers={"Retry-After": "0"})
    assert names(source(), "Pod") == ["one"]
    assert sum(PODS in each for each in api.asked) == 3


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(500), r"refused \(500\)"),
        (Fault(200, body=b"<html>"), "no API server"),
        (Fault(200, body={"metadata": {}}), "no API server"),
    ],
)
def test_what_may_pass_is_for_a_later_attempt(
    api: ApiServer, source: Source, fault: Fault, told: str
) -> None:
    api.faults[PODS] = fault
    with pytest.raises(ReadError, match=told) as error:
        read(source(), "Pod")
    assert error.value.retry


def test_a_server_that_is_not_there_is_told_and_may_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(ApiServer()) as url:
        pass
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path, live=url)))
    (told,) = KubernetesSource(connections()).parts()
    assert isinstance(told, NotEvaluated)
    assert told.incomplete
    assert "cannot be reached" in told.why


def test_system_namespaces_are_left_alone_and_told(api: ApiServer, source: Source) -> None:
    api.add("v1", "Pod", name="dns", namespace="kube-system")
    api.add("v1", "Pod", name="web", namespace="nlp")
    scan = source()
    assert names(scan, "Pod") == ["web"]
    assert names(scan, "Namespace") == []
    (told,) = untold(scan)
    assert (told.what, told.incomplete) == ("live/kube-system", False)
    assert names(source(exempt=()), "Pod") == ["dns", "web"]


def test_a_cluster_whose_namespaces_cannot_be_listed_is_told_and_the_others_are_read(
    api: ApiServer, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ApiServer()
    other.there["/api/v1/namespaces"][0]["metadata"]["uid"] = "0-other"
    api.faults["/api/v1/namespaces"] = Fault(403)
    with serving(api) as first, serving(other) as second:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path, live=first, other=second)))
        scan = source("to-live", "to-other")
        assert parts(scan) == [Part("other", "", "Namespace")]
        told = next(each for each in untold(scan) if each.incomplete)
    assert told.what == "cluster live"
    assert "resources: [namespaces]" in told.why


def test_a_group_that_does_not_answer_is_told(api: ApiServer, source: Source) -> None:
    api.serve("ray.io/v1", "RayCluster", "rayclusters")
    api.faults["/apis/ray.io/v1"] = Fault(500)
    scan = source()
    assert parts(scan) == NODES
    assert [each.what for each in untold(scan) if each.incomplete] == ["live ray.io/v1"]


def test_a_namespace_that_is_younger_than_the_scan_is_looked_up(api: ApiServer, source: Source) -> None:
    scan = source()
    assert parts(scan) == NODES
    api.add("v1", "Namespace", name="new", labels={"ml-team": "new"})
    api.add("v1", "Pod", name="one", namespace="new")
    (one,) = read(scan, "Pod")
    assert one.inherited[0].tags == {"ml-team": "new"}


def test_what_is_over_is_counted_apart(api: ApiServer, source: Source) -> None:
    api.serve("batch/v1", "Job", "jobs")
    ended = {"conditions": [{"type": "Complete", "status": "True"}]}
    going = {"conditions": [{"type": "Suspended", "status": "True"}, {"type": "Failed", "status": "False"}]}
    api.add("batch/v1", "Job", name="done", namespace="nlp", status=ended)
    api.add("batch/v1", "Job", name="going", namespace="nlp", status=going)
    api.add("v1", "Pod", name="done", namespace="nlp", status={"phase": "Succeeded"})
    api.add("v1", "Pod", name="going", namespace="nlp", status={"phase": "Running"})
    api.add("v1", "Pod", name="leaving", namespace="nlp", deletionTimestamp="2026-11-21T00:00:00Z")
    scan = source()
    counted = {each.id: each.taggability.answer for kind in ("Pod", "batch/Job") for each in read(scan, kind)}
    assert counted == {
        "live/nlp/pod/done": False,
        "live/nlp/pod/going": True,
        "live/nlp/pod/leaving": False,
        "live/nlp/job.batch/done": False,
        "live/nlp/job.batch/going": True,
    }


def test_contexts_of_one_cluster_are_read_once(api: ApiServer, source: Source) -> None:
    scan = source("to-live", "to-again")
    assert parts(scan) == NODES
    assert "the same as `live`" in untold(scan)[-1].why


def test_a_cluster_is_called_as_it_is_named(source: Source) -> None:
    assert dict(source("production=to-live").scope) == {"clusters": "production"}
    assert dict(source("staging=").scope) == {"clusters": "staging"}
    assert dict(source("to-again", "to-live").scope) == {"clusters": "again, live"}


@pytest.mark.parametrize(
    ("contexts", "told"),
    [
        (("nowhere",), "no context `nowhere`"),
        (("a=to-live", "a=to-again"), "two contexts are of the cluster `a`"),
    ],
)
def test_a_context_that_cannot_be_meant_is_an_error(
    source: Source, contexts: tuple[str, ...], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        source(*contexts)


@pytest.mark.parametrize("content", [": : [", "[]", "contexts: 7", "a: &a [*a]", "current-context: [x]"])
def test_a_kubeconfig_that_is_none_is_an_error_of_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    (tmp_path / "kubeconfig").write_text(content)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    for contexts in ((), ("live",)):
        with pytest.raises(UsageError, match=r"kubeconfig|no context|no cluster"):
            connections(contexts)


def test_without_any_cluster_it_says_how_to_name_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(UsageError, match="set KUBECONFIG"):
        KubernetesSource(connections())
