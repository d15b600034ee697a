"""Admission requests are answered as the API server asks, and as the policy says."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tagward.evaluation import evaluate
from tagward.loader import load
from tagward.policy import Policy, Requirement, Stage, Tag
from tagward_service.admission.contract import ReviewError, read_request, write_response
from tagward_service.admission.review import STRICT, Settings, review
from tests.oracles.admission_contract import shown_warnings, verify

DATA = Path(__file__).parent / "data"
DAY = date(2026, 11, 21)
LABELS = {"ml-team": "nlp"}


def tag(name: str = "ml-team", **fields: Any) -> Tag:
    made = {"title": name, "requirements": (Requirement(),), "keys": {"kubernetes": name}, "example": "nlp"}
    return Tag(name, **(made | fields))


POLICY = Policy("acme", "1", "0" * 64, tags=(tag(),))


def deployment(labels: dict[str, str] | None, /, **metadata: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": labels} if labels is not None else {}, "spec": {"containers": []}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "dev", "labels": {}} | metadata,
        "spec": {"template": template},
    }


def ask(
    thing: dict[str, Any] | None, policy: Policy = POLICY, *, old: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """Ask as the API server does, and check the answer as it does."""
    settings, labels = more.pop("settings", Settings()), more.pop("namespace_labels", {})
    request = {
        "uid": "u-1",
        "kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
        "operation": "UPDATE" if old else "CREATE",
        "name": "web",
        "namespace": "dev",
        "object": thing,
        "oldObject": old,
    } | more
    body = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    asked = read_request(json.dumps(body).encode())
    answer = review(policy, asked, as_of=DAY, namespace_labels=labels, settings=settings)
    return verify(write_response(answer), "u-1", mutating=False)


def test_a_labelled_template_is_let_through() -> None:
    answer = ask(deployment(LABELS))

    assert answer["allowed"] is True
    assert "status" not in answer
    assert answer["auditAnnotations"] == {"decision": "allowed", "policy": "acme@000000000000"}


def test_a_denial_names_each_label_with_its_fix() -> None:
    answer = ask(deployment(None))

    assert answer["allowed"] is False
    assert answer["status"] == {
        "code": 403,
        "reason": "Forbidden",
        "message": (
            "Deployment/web does not carry the tags of the policy acme 1:\n"
            "- `ml-team` is missing on its pods: add `ml-team: nlp` to `spec.template.metadata.labels`"
        ),
    }
    assert answer["auditAnnotations"]["codes"] == "TW001:deny"


@pytest.mark.parametrize("operation", ["DELETE", "CONNECT"])
def test_other_operations_are_never_refused(operation: str) -> None:
    answer = ask(None, operation=operation)

    assert answer["allowed"] is True
    assert answer["auditAnnotations"] == {"skipped": f"operation {operation}"}


@pytest.mark.parametrize("subresource", ["status", "scale", "exec"])
def test_subresources_are_never_refused(subresource: str) -> None:
    assert ask(deployment(None), subResource=subresource)["allowed"] is True


@pytest.mark.parametrize("namespace", ["kube-system", "kube-public", "kube-node-lease"])
def test_system_namespaces_are_exempt(namespace: str) -> None:
    assert ask(deployment(None), namespace=namespace)["allowed"] is True


def test_an_object_names_its_namespace_where_the_request_does_not() -> None:
    assert ask(deployment(None, namespace="kube-system"), namespace="")["allowed"] is True
    assert ask(deployment(None, namespace="kube-system"), namespace="dev")["allowed"] is False
    assert ask(deployment(None, namespace=["kube-system"]), namespace="")["allowed"] is False
    inheriting = Policy("acme", "1", "0" * 64, tags=(tag(inherit=("namespace",)),))
    assert ask(deployment(None), inheriting, namespace="", namespace_labels=LABELS)["allowed"] is True


def owned(kind: str, version: str = "apps/v1") -> dict[str, Any]:
    reference = {"apiVersion": version, "kind": kind, "name": "x", "uid": "1", "controller": True}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web-1", "namespace": "dev", "ownerReferences": [reference]},
    }


def pod(labels: dict[str, str]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-1", "labels": labels}}


POD = {"group": "", "version": "v1", "kind": "Pod"}


def test_what_a_judged_controller_made_is_not_judged_again() -> None:
    assert ask(owned("ReplicaSet"), kind=POD)["allowed"] is True
    assert ask(owned("Unheard", "acme.io/v1"), kind=POD)["allowed"] is False


CLAIM = {"group": "", "version": "v1", "kind": "PersistentVolumeClaim"}


@pytest.mark.parametrize(
    ("user", "allowed"),
    [
        ("system:serviceaccount:kube-system:statefulset-controller", True),
        ("system:kube-controller-manager", True),
        ("system:serviceaccount:dev:statefulset-controller", False),
        ("jane", False),
        (None, False),
    ],
)
def test_a_stateful_set_older_than_the_policy_gets_its_volumes(user: str | None, allowed: bool) -> None:
    """Its claims name no owner, and what they are made from can never be changed."""
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data-db-0"}}

    assert ask(claim, kind=CLAIM, userInfo={"username": user, "groups": ["a"]})["allowed"] is allowed
    assert ask(pod({}), kind=POD, userInfo={"username": user})["allowed"] is False
    assert ask(claim, kind=CLAIM, userInfo=None)["allowed"] is False


def test_a_warning_is_let_through_and_shown() -> None:
    soft = Policy(
        "acme", "1", "0" * 64, tags=(tag(enforce=(Stage("warn"), Stage("deny", date(2027, 1, 15)))),)
    )

    answer = ask(deployment(None), soft)

    assert answer["allowed"] is True
    assert shown_warnings(answer) == [
        "`ml-team` is missing on its pods",
        "ml-team is enforced from 2027-01-15: it will be refused then",
    ]


def test_an_update_is_not_refused_for_what_was_wrong_before() -> None:
    old = deployment(None)
    answer = ask(deployment(None, annotations={"note": "x"}), old=old)

    assert answer["allowed"] is True
    assert "as before this update" in answer["warnings"][0]
    assert ask(deployment(None), old=old, settings=Settings(updates=STRICT))["allowed"] is False


def test_the_last_update_of_an_object_that_is_being_deleted_is_never_refused() -> None:
    old = deployment(LABELS, finalizers=["acme.io/x"], deletionTimestamp="2026-11-21T10:00:00Z")

    answer = ask(deployment({}, deletionTimestamp="2026-11-21T10:00:00Z"), old=old)

    assert answer["allowed"] is True
    assert answer["auditAnnotations"] == {"skipped": "it is being deleted"}


def test_an_update_that_makes_it_worse_is_refused() -> None:
    policy = Policy("acme", "1", "0" * 64, tags=(tag(), tag("ml-project")))
    old = deployment({"ml-project": "p"})

    assert ask(deployment({"ml-project": "p"}), policy, old=old)["allowed"] is True
    assert ask(deployment({}), policy, old=old)["allowed"] is False
    assert ask(deployment({"ml-team": "nlp"}), policy, old=old)["allowed"] is False


def test_too_many_labels_may_become_fewer_but_not_more() -> None:
    policy = Policy("acme", "1", "0" * 64, tags=(tag(),), max_tags=1)
    few, many, more = (
        pod({"ml-team": "nlp"} | dict.fromkeys(letters, "x")) for letters in ("a", "ab", "abc")
    )

    assert ask(few, policy, old=many, kind=POD)["allowed"] is True
    assert ask(many, policy, old=many, kind=POD)["allowed"] is True
    assert ask(more, policy, old=many, kind=POD)["allowed"] is False


def cluster(**groups: dict[str, str]) -> dict[str, Any]:
    """Write a Ray cluster; its worker groups are in the order in which they are given."""
    workers = [{"groupName": name, "template": {"metadata": {"labels": groups[name]}}} for name in groups]
    head = {"template": {"metadata": {"labels": LABELS}}}
    spec = {"headGroupSpec": head, "workerGroupSpecs": workers}
    return {"apiVersion": "ray.io/v1", "kind": "RayCluster", "metadata": {"name": "r"}, "spec": spec}


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ({"a": LABELS, "b": {}}, {"b": {}}, True),
        ({"b": {}}, {"a": LABELS, "b": {}}, True),
        ({"a": LABELS, "b": {}}, {"b": {}, "a": LABELS}, True),
        ({"a": LABELS, "b": {}}, {"a": LABELS, "c": {}}, True),
        ({"b": {}}, {"b": {}, "c": {}}, False),
        ({"b": {}}, {"c": {}, "b": {}}, False),
        ({"a": LABELS, "b": {}}, {"a": {}, "b": LABELS}, False),
        ({"a": LABELS, "b": {}}, {"b": LABELS, "a": {}}, False),
    ],
    ids=["removed", "inserted", "turned round", "renamed", "one more", "one before", "swapped", "both"],
)
def test_an_update_is_fair_however_a_list_is_ordered(
    before: dict[str, dict[str, str]], after: dict[str, dict[str, str]], allowed: bool
) -> None:
    kind = {"group": "ray.io", "version": "v1", "kind": "RayCluster"}

    assert ask(cluster(**after), old=cluster(**before), kind=kind)["allowed"] is allowed


def test_what_another_object_may_bring_is_not_blamed_on_the_namespace() -> None:
    job = {
        "apiVersion": "trainer.kubeflow.org/v1alpha1",
        "kind": "TrainJob",
        "metadata": {"name": "train"},
        "spec": {"runtimeRef": {"name": "torch"}},
    }
    inheriting = Policy("acme", "1", "0" * 64, tags=(tag(inherit=("namespace",)),))

    answer = ask(job, inheriting, kind={"group": "trainer.kubeflow.org", "version": "v1", "kind": "TrainJob"})

    assert answer["allowed"] is True
    hangs = "it hangs on the pod template of `torch`, which is not in this TrainJob"
    assert answer["warnings"] == [f"`ml-team` could not be checked: {hangs}"]


@pytest.mark.parametrize("text", ["${TEAM}", "{{ .Values.team }}", "$(TEAM)"])
def test_what_somebody_forgot_to_fill_in_is_refused(text: str) -> None:
    """The API server looks at no labels in the templates of a custom resource; the pods could not be made."""
    kind = {"group": "ray.io", "version": "v1", "kind": "RayCluster"}

    answer = ask(cluster(a={"ml-team": text}), kind=kind)

    assert answer["allowed"] is False
    assert f"`ml-team` is `{text}` on the a pods" in answer["status"]["message"]


def test_parameters_of_a_workflow_are_known_when_it_runs() -> None:
    team = {"ml-team": "{{workflow.parameters.team}}"}
    steps = [{"name": "run", "container": {}, "metadata": {"labels": team}}]
    flow = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "spec": {"templates": steps}}

    answer = ask(flow, kind={"group": "argoproj.io", "version": "v1alpha1", "kind": "Workflow"})

    assert answer["allowed"] is True
    hangs = "it hangs on {{workflow.parameters.team}}"
    assert answer["warnings"] == [f"`ml-team` could not be checked: {hangs}"]


def test_labels_of_the_namespace_count_where_the_policy_says_so() -> None:
    inheriting = Policy("acme", "1", "0" * 64, tags=(tag(inherit=("namespace",)),))

    assert ask(deployment(None), inheriting, namespace_labels=LABELS)["allowed"] is True
    assert ask(deployment(None), inheriting, namespace_labels={})["allowed"] is False
    assert ask(deployment(None), POLICY, namespace_labels=LABELS)["allowed"] is False


def test_nobody_is_refused_for_labels_of_a_namespace_that_are_not_known() -> None:
    inheriting = Policy("acme", "1", "0" * 64, tags=(tag(inherit=("namespace",)),))

    assert ask(deployment(None), inheriting, namespace_labels=None)["allowed"] is True
    assert ask(deployment(None), POLICY, namespace_labels=None)["allowed"] is False


def test_warnings_stay_within_what_the_api_server_passes_on() -> None:
    names = [f"tag-{number:03d}-{'x' * 40}" for number in range(200)]
    policy = Policy("acme", "1", "0", tags=tuple(tag(name, enforce=(Stage("warn"),)) for name in names))

    answer = ask(deployment(None), policy)

    assert max(map(len, answer["warnings"])) <= 120
    assert shown_warnings(answer) == answer["warnings"]
    assert answer["warnings"][-1].endswith("more warnings")


def test_hostile_labels_forge_no_lines() -> None:
    policy = Policy("acme", "1", "0" * 64, tags=(tag(constraint=None, replaces={"a\nb": "c"}),))

    answer = ask(deployment({"ml-team": "a\nb"}), policy)

    assert answer["status"]["message"].count("\n") == 1


@pytest.mark.parametrize("path", sorted(DATA.glob("*.json")), ids=lambda path: path.stem)
def test_real_reviews_are_answered_as_the_policy_says(path: Path) -> None:
    policy = load("pack:ml-platform", as_of=DAY)
    request = read_request(path.read_bytes())

    answer = verify(
        write_response(review(policy, request, as_of=DAY, namespace_labels={})), request.uid, mutating=False
    )

    assert answer["allowed"] is not path.stem.startswith("create_pod")


BAD = {
    "nothing": b"",
    "no JSON": b"{",
    "no review": b"{}",
    "no object": b"[]",
    "an older version": b'{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview"}',
    "no request": b'{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}',
    "no uid": b'{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"",'
    b'"kind":{"kind":"Pod"},"operation":"CREATE"}}',
    "invalid text": b'{"apiVersion":"\xff"}',
    "deep": b'{"request":{"object":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}}",
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_what_is_no_review_is_refused_with_the_reason(body: bytes) -> None:
    with pytest.raises(ReviewError):
        read_request(body)


def sent(thing: bytes, **more: Any) -> bytes:
    """Write a review of a pod that no encoder would write."""
    fields = {"uid": "u-1", "kind": {"version": "v1", "kind": "Pod"}, "operation": "CREATE"} | more
    request = json.dumps(fields).encode()[:-1] + b', "object": ' + thing + b"}"
    return b'{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":' + request + b"}"


FIELDS = ("name", "namespace", "subResource", "dryRun", "oldObject", "namespaceObject")


@pytest.mark.parametrize("field", FIELDS)
def test_null_is_what_is_left_out(field: str) -> None:
    """As encoding/json of Go has it, by which the API server and its tools read and write."""
    more: dict[str, Any] = {field: None}

    assert ask(deployment({}), **more)["status"] == ask(deployment({}))["status"]


def test_null_is_the_group_of_the_core_kinds() -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": None}
    kind = {"group": None, "version": "v1", "kind": "Pod"}

    assert ask(pod, kind=kind)["allowed"] is False


@pytest.mark.parametrize("field", ["uid", "kind", "operation", "object"])
def test_what_has_to_be_there_is_not_null(field: str) -> None:
    fields = {"uid": "u-1", "kind": {"version": "v1", "kind": "Pod"}, "operation": "CREATE", "object": {}}
    request = fields | {field: None}

    with pytest.raises(ReviewError):
        read_request(
            json.dumps(
                {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
            ).encode()
        )


def test_text_that_nobody_reads_has_to_be_text_all_the_same() -> None:
    with pytest.raises(ReviewError, match="not JSON"):
        read_request(sent(b'{"metadata": {}, "spec": {"nodeName": "\xff"}}'))


def test_what_cannot_be_decoded_is_refused_where_it_is_looked_at() -> None:
    kind = {"group": "apps", "version": "v1", "kind": "Deployment"}
    request = read_request(sent(b'{"metadata": {}, "spec": {"replicas": 1e999999}}', kind=kind))

    with pytest.raises(ReviewError, match="out of range"):
        review(POLICY, request, as_of=DAY)


def test_an_object_is_of_the_kind_that_it_says() -> None:
    """Whatever the request is about; all that is judged of a pod is what it begins with."""
    thing = deployment(LABELS)

    for kind in ({"version": "v1", "kind": "Pod"}, {"group": "apps", "version": "v1", "kind": "Deployment"}):
        assert review(POLICY, read_request(sent(json.dumps(thing).encode(), kind=kind)), as_of=DAY).allowed
    bare = json.dumps({"metadata": {"labels": LABELS}}).encode()
    assert review(POLICY, read_request(sent(bare)), as_of=DAY).allowed
    assert not review(POLICY, read_request(sent(b'{"metadata": {}}')), as_of=DAY).allowed


def test_a_request_cannot_bring_another_body() -> None:
    other = {"request": {"object": {"spec": {"template": {"metadata": {"labels": LABELS}}}}}}
    kind = {"group": "apps", "version": "v1", "kind": "Deployment"}
    thing = json.dumps(deployment({})).encode()

    assert not review(POLICY, read_request(sent(thing, kind=kind, **{"": other})), as_of=DAY).allowed


def test_the_review_agrees_with_evaluation() -> None:
    policy = load("pack:ml-platform", as_of=DAY)
    from tagward_service.admission.objects import resource_of

    request = read_request((DATA / "create_pod.json").read_bytes())
    judged = evaluate(
        policy, resource_of(request, request.object or {}, None), as_of=DAY, surface="admission"
    )

    answer = review(policy, request, as_of=DAY, namespace_labels={})

    assert answer.allowed is not any(each.severity == "error" for each in judged.findings)
