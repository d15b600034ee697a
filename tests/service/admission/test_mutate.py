"""Labels are filled where somebody said what they are, and nowhere else."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tagward.evaluation import evaluate
from tagward.findings import Assessment
from tagward.loader import load
from tagward.policy import Alias, Allowed, Policy
from tagward_service.admission.contract import read_request, write_response
from tagward_service.admission.objects import resource_of
from tagward_service.admission.review import Reviewer, Settings
from tests.oracles.admission_contract import applied, verify
from tests.service.admission.test_review import DAY, deployment, tag

MANIFESTS = Path(__file__).parents[1] / "sources" / "data" / "kubernetes"
KEY = "acme.io/cost~center"
POLICY = Policy(
    "acme",
    "1",
    "0" * 64,
    tags=(
        tag(inherit=("namespace",), aliases=(Alias("team"),)),
        tag("cost", keys={"kubernetes": KEY}, inherit=()),
        tag("env", constraint=Allowed(("dev", "prod")), inherit=("namespace",)),
    ),
)
NAMESPACE = {"ml-team": "nlp", KEY: "4711", "env": "Dev"}


def filled(
    thing: dict[str, Any],
    policy: Policy = POLICY,
    namespace: dict[str, str] | None = None,
    defaults: dict[str, str] | None = None,
    **more: Any,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ask for a patch as the API server does; return the answer and the object that comes of it."""
    group, _, version = str(thing["apiVersion"]).rpartition("/")
    request = {
        "uid": "u-2",
        "kind": {"group": group, "version": version, "kind": thing["kind"]},
        "operation": "CREATE",
        "namespace": "dev",
        "object": thing,
    } | more
    body = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    asked = read_request(json.dumps(body, default=str).encode())
    reviewer = Reviewer(policy, DAY, Settings(defaults=defaults or {}))
    answer = verify(write_response(reviewer.fill(asked, namespace)), "u-2", mutating=True)
    return answer, applied(answer, asked.object)


def pod_labels(thing: dict[str, Any]) -> Any:
    return thing["spec"]["template"]["metadata"].get("labels")


def test_labels_of_the_namespace_are_filled_where_they_count_and_will_do() -> None:
    _, after = filled(deployment(None), namespace=NAMESPACE)

    assert pod_labels(after) == {"ml-team": "nlp"}


def test_labels_of_the_object_reach_its_pods_and_win_over_the_namespace() -> None:
    _, after = filled(deployment(None, labels={"ml-team": "vision", KEY: "1"}), namespace=NAMESPACE)

    assert pod_labels(after) == {"ml-team": "vision", KEY: "1"}


def test_defaults_come_last() -> None:
    _, after = filled(
        deployment({"env": "prod"}), namespace=NAMESPACE, defaults={"env": "dev", "cost": "0000"}
    )

    assert pod_labels(after) == {"env": "prod", "ml-team": "nlp", KEY: "0000"}


def test_a_label_that_is_there_stays_as_it_is_be_it_wrong_or_under_an_older_key() -> None:
    _, after = filled(deployment({"team": "x", "env": "QA"}), namespace=NAMESPACE)

    assert pod_labels(after) == {"team": "x", "env": "QA"}


@pytest.mark.parametrize(
    "template", [{}, {"metadata": None}, {"metadata": {}}, {"metadata": {"labels": None}}]
)
def test_missing_maps_are_made(template: dict[str, Any]) -> None:
    thing = deployment(None)
    thing["spec"]["template"] = template

    _, after = filled(thing, namespace=NAMESPACE)

    assert pod_labels(after) == {"ml-team": "nlp"}


def test_what_was_missing_stays_so_and_selectors_are_never_changed() -> None:
    """To fill a pod template that is in use would make all its pods anew."""
    thing = deployment({}) | {"metadata": {"name": "web"}}
    thing["spec"]["selector"] = {"matchLabels": {"app": "web"}}

    assert "patch" not in filled(thing, namespace=NAMESPACE, operation="UPDATE", oldObject=thing)[0]
    _, after = filled(thing, namespace=NAMESPACE)
    assert after["spec"]["selector"] == {"matchLabels": {"app": "web"}}


def updated(before: dict[str, Any], after: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return what comes of an update; to ask again changes nothing more."""
    _, found = filled(after, operation="UPDATE", oldObject=before, namespace=NAMESPACE, **more)
    assert "patch" not in filled(found, operation="UPDATE", oldObject=before, namespace=NAMESPACE, **more)[0]
    return found


def workers(**groups: dict[str, str] | None) -> dict[str, Any]:
    made = [{"groupName": name, "template": {"metadata": {"labels": groups[name]}}} for name in groups]
    head = {"template": {"metadata": {"labels": {"env": "dev"}}}}
    spec = {"headGroupSpec": head, "workerGroupSpecs": made}
    return {"apiVersion": "ray.io/v1", "kind": "RayCluster", "metadata": {"name": "r"}, "spec": spec}


def worker_labels(cluster: dict[str, Any]) -> list[Any]:
    return [each["template"]["metadata"]["labels"] for each in cluster["spec"]["workerGroupSpecs"]]


def test_a_manifest_without_what_was_filled_can_be_applied_again() -> None:
    """A merge patch replaces lists as a whole, and so takes away what was filled in them."""
    _, made = filled(workers(a=None, b={"env": "prod"}), namespace=NAMESPACE)
    assert worker_labels(made) == [{"ml-team": "nlp"}, {"env": "prod", "ml-team": "nlp"}]

    again = updated(made, workers(b={"env": "prod"}, a=None))

    assert worker_labels(again) == [{"env": "prod", "ml-team": "nlp"}, {"ml-team": "nlp"}]


def test_an_update_is_filled_where_it_adds_something_or_takes_a_label_away() -> None:
    before = workers(old={"env": "dev"}, filled={"ml-team": "vision"})

    after = updated(before, workers(new={}, old={"env": "dev"}, filled={}))

    assert worker_labels(after) == [{"ml-team": "nlp"}, {"env": "dev"}, {"ml-team": "nlp"}]
    assert after["spec"]["headGroupSpec"] == before["spec"]["headGroupSpec"]


def test_a_label_that_an_update_takes_away_and_nobody_else_says_is_gone() -> None:
    labels = {"env": "dev", KEY: "4711"}

    assert pod_labels(updated(deployment(labels), deployment({KEY: "4711"}))) == {KEY: "4711"}


def volumes(labels: dict[str, str] | None) -> dict[str, Any]:
    claim: dict[str, Any] = {"metadata": {"name": "data"} | ({"labels": labels} if labels else {})}
    thing = deployment({"ml-team": "nlp"})
    return thing | {"kind": "StatefulSet", "spec": thing["spec"] | {"volumeClaimTemplates": [claim]}}


STATEFUL = {"group": "apps", "version": "v1", "kind": "StatefulSet"}


def test_what_cannot_be_changed_stays_as_it_was_filled() -> None:
    """The API server refuses volume claim templates that differ, even if the namespace says otherwise now."""
    before = volumes({"ml-team": "vision", "team": "x"})

    after = updated(before, volumes(None), kind=STATEFUL)

    assert after["spec"]["volumeClaimTemplates"][0]["metadata"]["labels"] == {"ml-team": "vision"}
    assert updated(volumes(None), volumes(None), kind=STATEFUL) == volumes(None)


def test_tasks_of_a_volcano_job_stay_as_they_were_filled() -> None:
    """Its webhook lets nothing but numbers change (volcano-sh/volcano, webhooks/admission/jobs/validate)."""
    kind = {"group": "batch.volcano.sh", "version": "v1alpha1", "kind": "Job"}
    job = {"apiVersion": "batch.volcano.sh/v1alpha1", "kind": "Job", "metadata": {"name": "j"}}
    bare = job | {"spec": {"tasks": [{"name": "run", "template": {}}]}}
    before = job | {"spec": {"tasks": [{"name": "run", "template": {"metadata": {"labels": {KEY: "1"}}}}]}}

    assert updated(before, bare, kind=kind) == before


def test_nobody_knows_what_is_new_without_the_object_as_it_was() -> None:
    assert "patch" not in filled(deployment({}), operation="UPDATE", namespace=NAMESPACE)[0]


def test_owned_objects_are_left_alone() -> None:
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "x", "uid": "1", "controller": True}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "ownerReferences": [owner]}}

    assert "patch" not in filled(pod, namespace=NAMESPACE)[0]


def test_what_any_controller_made_is_left_alone() -> None:
    """Nobody knows whether it would undo the change, over and over."""
    owner = {"apiVersion": "acme.io/v1", "kind": "Unheard", "name": "x", "uid": "1", "controller": True}
    thing = deployment({}, ownerReferences=[owner])

    answer, _ = filled(thing, namespace=NAMESPACE)

    assert "patch" not in answer
    assert (
        "patch"
        in filled(deployment({}, ownerReferences=[owner | {"controller": False}]), namespace=NAMESPACE)[0]
    )


@pytest.mark.parametrize("key", ["ml_team", "ML-Team", "ml-tema", "former"])
def test_a_label_that_is_nearly_there_is_for_a_person_to_mend(key: str) -> None:
    """Else the bill would go to whoever the default names, and nobody would hear of it."""
    policy = Policy("acme", "1", "0" * 64, tags=(tag(aliases=(Alias("former", until=date(2026, 1, 1)),)),))

    answer, _ = filled(deployment({key: "vision"}), policy, defaults={"ml-team": "platform"})

    assert "patch" not in answer


def test_the_key_of_another_tag_is_not_a_misspelt_one() -> None:
    policy = Policy("acme", "1", "0" * 64, tags=(tag("ml-team"), tag("ml-teams")))

    _, after = filled(deployment({"ml-teams": "x"}), policy, defaults={"ml-team": "nlp"})

    assert pod_labels(after) == {"ml-teams": "x", "ml-team": "nlp"}


@pytest.mark.parametrize(
    ("value", "why"),
    [("Not Valid!", "not legal"), ("qa", "not one of dev, prod"), ("n/a", "a placeholder"), (" ", "blank")],
)
def test_a_default_that_the_policy_would_refuse_is_left_out(value: str, why: str) -> None:
    """The API server refuses an object with a label that is none, whoever wrote it."""
    defaults = {"env" if value == "qa" else "cost": value, "nobody": "x"}

    answer, _ = filled(deployment({}), defaults=defaults)
    reviewer = Reviewer(POLICY, DAY, Settings(defaults=defaults))

    assert "patch" not in answer
    assert set(reviewer.filler.unfit) == set(defaults)
    assert why in reviewer.filler.unfit[next(iter(defaults))]


def test_what_another_object_may_bring_is_not_filled_by_default() -> None:
    """Labels of a TrainJob win over those of its runtime (kubeflow/trainer, runtime/core)."""
    job = {
        "apiVersion": "trainer.kubeflow.org/v1alpha1",
        "kind": "TrainJob",
        "metadata": {"name": "train", "labels": {"env": "dev"}},
        "spec": {"runtimeRef": {"name": "torch"}, "podTemplateOverrides": [{"targetJobs": []}]},
    }

    _, after = filled(job, namespace=NAMESPACE, defaults={"cost": "4711"})

    assert after["spec"]["podTemplateOverrides"] == [
        {"targetJobs": [], "metadata": {"labels": {"env": "dev"}}}
    ]


def test_steps_that_run_no_pod_are_left_as_they_are() -> None:
    steps: list[dict[str, Any]] = [{"name": "order", "dag": {}}, {"name": "run", "container": {}}]
    flow = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "spec": {"templates": steps}}

    _, after = filled(flow, namespace=NAMESPACE)

    assert after["spec"]["templates"] == [
        {"name": "order", "dag": {}},
        {"name": "run", "container": {}, "metadata": {"labels": {"ml-team": "nlp"}}},
    ]


def documents() -> list[dict[str, Any]]:
    found = []
    for path in sorted(MANIFESTS.rglob("*.y*ml")):
        for each in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if isinstance(each, dict) and "kind" in each and "apiVersion" in each:
                found.append(each)
    return found


def faults(policy: Policy, thing: dict[str, Any]) -> Assessment:
    group, _, version = str(thing["apiVersion"]).rpartition("/")
    body = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}
    kind = {"group": group, "version": version, "kind": thing["kind"]}
    request = {"uid": "1", "kind": kind, "operation": "CREATE", "object": thing}
    asked = read_request(json.dumps(body | {"request": request}, default=str).encode())
    return evaluate(policy, resource_of(asked, asked.object, None), as_of=DAY, surface="admission")


@pytest.mark.parametrize("thing", documents(), ids=lambda thing: f"{thing['kind']}")
def test_filling_real_manifests_never_makes_them_worse_and_twice_is_once(thing: dict[str, Any]) -> None:
    policy = load("pack:ml-platform", as_of=DAY)
    defaults = {
        "ml-team": "nlp",
        "ml-project": "p-1",
        "ml-environment": "dev",
        "ml-workload-type": "training",
        "ml-experiment-id": "exp-1",
    }

    answer, after = filled(thing, policy, defaults=defaults)
    again, _ = filled(after, policy, defaults=defaults)
    _, applied_again = filled(thing, policy, defaults=defaults, operation="UPDATE", oldObject=after)

    before = {(each.tag, each.rule) for each in faults(policy, thing).findings}
    assert {(each.tag, each.rule) for each in faults(policy, after).findings} <= before
    assert "patch" not in again
    assert applied_again == after
    if "patch" in answer:
        assert not [each for each in faults(policy, after).findings if each.code == "TW001"]


LABELS = st.dictionaries(
    st.sampled_from(["ml-team", "team", KEY, "env", "a/b~c"]), st.sampled_from(["nlp", "dev", ""])
)


@given(st.none() | LABELS, st.none() | LABELS, LABELS)
def test_every_patch_applies_and_is_idempotent(
    labels: dict[str, str] | None, own: dict[str, str] | None, namespace: dict[str, str]
) -> None:
    thing = deployment(labels, labels=own)

    _, after = filled(thing, namespace=namespace)

    assert "patch" not in filled(after, namespace=namespace)[0]
    assert set(labels or {}) <= set(pod_labels(after) or {})
