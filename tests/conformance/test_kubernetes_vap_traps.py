"""What is easy to get wrong about ValidatingAdmissionPolicies, asked of a real API server."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from msgspec.structs import replace

from tagward.language import KubernetesVap, Targets
from tagward.loader import load
from tagward.policy import Allowed, Matches, Policy, Stage
from tests.conformance.tally import tally
from tests.conformance.vap_server import Server, in_force, server
from tests.generators.admission_laws import drawn_policy
from tests.generators.kubernetes_objects import POD, Data
from tests.generators.random_policies import DAY
from tests.generators.vap_policies import TEAM, compiled, obj, pod, policy, tag
from tests.oracles import apiserver_engine
from tests.oracles.manifests import namespace

TALLY = tally("kubernetes-vap", apiserver_engine)
pytestmark = TALLY.marks

REFUSED = "ValidatingAdmissionPolicy 'acme-deny' with binding 'acme-deny' denied request"


@pytest.fixture(scope="module")
def ready() -> Iterator[Server]:
    rng = Random(0)
    with server(rng, drawn_policy(rng)) as made:
        assert made.client.create(namespace("ml")).ok
        yield made


def runs(**labels: str) -> Data:
    """Make a Pod that a server takes."""
    return pod(labels) | {"spec": POD}


def deploys(labels: Data, replicas: int = 1) -> Data:
    """Make a Deployment that a server takes."""
    template = {"metadata": {"labels": labels | {"app": "web"}}, "spec": POD}
    selector = {"matchLabels": {"app": "web"}}
    return obj("Deployment", "apps/v1", {"replicas": replicas, "selector": selector, "template": template})


def is_refused(ready: Server, made: Data) -> bool:
    said = ready.client.create(made, dry_run=True)
    TALLY.case("L1", "L2", "L3")
    assert said.ok or REFUSED in said.message, said.message
    return not said.ok


def test_scale_and_status_are_not_judged(ready: Server) -> None:
    made = deploys({})
    assert ready.client.create(made).ok
    place = ready.client.place(made)
    with ready.bound(in_force(compiled(policy(settings=KubernetesVap(updates="strict"))))):
        scale = ready.client.request("GET", f"{place}/scale").body

        assert ready.client.request("PUT", f"{place}/scale", scale | {"spec": {"replicas": 3}}).ok
        status = ready.client.request("GET", f"{place}/status").body
        assert ready.client.request("PUT", f"{place}/status", status | {"status": {"replicas": 1}}).ok
        assert REFUSED in ready.client.merge(made, {"spec": {"replicas": 2}}).message
        assert is_refused(ready, made)
    assert ready.client.delete(made).ok


def test_what_is_wrong_already_can_be_changed_and_deleted(ready: Server) -> None:
    made = deploys({})
    assert ready.client.create(made).ok
    with ready.bound(in_force(compiled(policy()))):
        assert ready.client.merge(made, {"spec": {"replicas": 2}}).ok
        assert ready.client.merge(made, {"metadata": {"annotations": {"a": "b"}}}).ok
        assert REFUSED in ready.client.merge(made, {"metadata": {"labels": {"x": "y"}}}).message
        assert ready.client.delete(made).ok


def test_finalizers_are_removed_from_what_is_being_deleted(ready: Server) -> None:
    made = runs()
    made["metadata"] |= {"name": "kept", "finalizers": ["example.com/kept"]}
    assert ready.client.create(made).ok
    with ready.bound(in_force(compiled(policy(settings=KubernetesVap(updates="strict"))))):
        assert ready.client.request("DELETE", ready.client.place(made) + "?gracePeriodSeconds=0").ok
        assert ready.client.merge(made, {"metadata": {"finalizers": None}}).ok
        assert ready.client.request("GET", ready.client.place(made)).code == 404


def test_pods_of_controllers_are_not_judged_twice(ready: Server) -> None:
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "1"}
    with ready.bound(in_force(compiled(policy()))):
        for controller, refused in ((True, False), (False, True)):
            made = runs()
            made["metadata"]["ownerReferences"] = [owner | {"controller": controller}]

            assert is_refused(ready, made) is refused


def test_namespaces_are_excluded_and_their_labels_count(ready: Server) -> None:
    assert ready.client.create(namespace("labelled", TEAM)).ok
    made = policy(
        tag(inherit=("namespace",)), settings=KubernetesVap(exclude_namespaces=["ops-*", "kube-system"])
    )
    assert ready.client.create(namespace("ops-1")).ok
    with ready.bound(in_force(compiled(made))):
        for name, refused in (("ml", True), ("labelled", False), ("ops-1", False), ("kube-system", False)):
            each = runs()
            each["metadata"]["namespace"] = name

            assert is_refused(ready, each) is refused


def test_names_that_the_server_makes_up_are_there_when_it_judges(ready: Server) -> None:
    made = runs()
    made["metadata"] = {"generateName": "web-", "namespace": "ml"}
    with ready.bound(in_force(compiled(policy()))):
        said = ready.client.create(made, dry_run=True).message

    assert f"{REFUSED}: Pod/web-" in said
    assert "Pod/web-*" not in said


def test_null_and_missing_labels_are_no_error(ready: Server) -> None:
    with ready.bound(in_force(compiled(policy()))):
        nothing: tuple[Data | None, ...] = (None, {}, {"labels": None}, {"labels": {}})
        for metadata in nothing:
            head = {"headGroupSpec": {"template": {"metadata": metadata}}, "workerGroupSpecs": None}
            said = ready.client.create(obj("RayCluster", "ray.io/v1", head), dry_run=True).message

            assert said.endswith("spec.headGroupSpec.template.metadata.labels: team is missing: set it")
        good = {"headGroupSpec": {"template": {"metadata": {"labels": TEAM}}}, "workerGroupSpecs": None}
        assert not is_refused(ready, obj("RayCluster", "ray.io/v1", good))


def test_lists_are_sent_one_by_one(ready: Server) -> None:
    several = {"apiVersion": "v1", "kind": "List", "items": [runs()]}
    with ready.bound(in_force(compiled(policy()))):
        said = ready.client.request("POST", "/api/v1/namespaces/ml/pods?dryRun=All", several)

    assert said.code == 400


def test_lost_parameters_keep_nobody_from_working(ready: Server) -> None:
    teams = tag(constraint=Allowed(("nlp", "vision"), registry="teams"))
    every = in_force(compiled(policy(teams, settings=KubernetesVap(parameters=True))))
    with ready.bound(every):
        assert is_refused(ready, runs(team="speech"))
        assert not is_refused(ready, runs(team="vision"))
        (values,) = [each for each in every if each["kind"] == "ConfigMap"]
        changed = {"data": {"team": "speech"}}
        assert ready.client.merge(values, changed).ok
        ready.settle(lambda: not is_refused(ready, runs(team="speech")))
        assert is_refused(ready, runs(team="vision"))
        assert ready.client.delete(values).ok
        ready.settle(lambda: not is_refused(ready, runs(team="vision")))
        assert ready.client.create(values).ok


def test_warnings_warn_and_audits_say_nothing(ready: Server) -> None:
    made = policy(tag(enforce=(Stage("warn"),)), tag("cost", enforce=(Stage("audit"),)))
    with ready.bound(in_force(compiled(made))):
        said = ready.client.create(runs(), dry_run=True)

    assert said.ok
    assert said.warnings == (
        "Validation failed for ValidatingAdmissionPolicy 'acme-warn' with binding 'acme-warn': "
        "Pod/web: metadata.labels: team is missing: set it",
    )


def big_policy() -> Policy:
    """Make a policy of 50 tags, ten of them with lists of 200 values."""
    values = [Allowed(tuple(f"value-{number}" for number in range(200)), registry="teams")] + 4 * [
        Matches("[a-z][a-z0-9-]{1,40}")
    ]
    return policy(*(tag(f"key-number-{number}", constraint=values[number % 5]) for number in range(50)))


def workflow(labels: Data, templates: int) -> Data:
    """Make an Argo workflow of many steps, as pipelines compile to."""
    steps = [
        {"name": f"step-{number}", "container": {"image": "x"}, "metadata": {"labels": labels}}
        for number in range(templates)
    ]
    return obj("Workflow", "argoproj.io/v1alpha1", {"templates": steps}, labels=labels)


MORE = {f"example.com/label-{number}": "x" * 40 for number in range(10)}
ML = {
    "ml-team": "fraud",
    "ml-project": "scoring",
    "ml-workload-type": "training",
    "ml-environment": "prod",
    "ml-experiment-id": "exp-1",
}


@pytest.mark.parametrize(
    ("made", "labels"),
    [
        (big_policy(), {f"key-number-{number}": "value-150" for number in range(50)}),
        (load("pack:ml-platform", as_of=DAY), ML),
    ],
    ids=["50 tags", "ml-platform"],
)
def test_large_objects_are_judged_within_the_budget(ready: Server, made: Policy, labels: Data) -> None:
    with ready.bound(in_force(compiled(replace(made, name="acme", targets=Targets())))):
        good = ready.client.create(workflow(labels | MORE, 200), dry_run=True)
        bad = ready.client.create(workflow(MORE, 200), dry_run=True)

    TALLY.case("L1", "L2", "L3", "L4", times=2)
    assert good.ok, good.message
    assert REFUSED in bad.message
    assert "spec.templates[step-0].metadata.labels: " in bad.message
    assert "cost" not in bad.message
