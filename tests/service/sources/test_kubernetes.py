"""Reading Kubernetes manifests: objects, lists, admission requests, labels."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.errors import InputError
from tagward.resource import Resource, Unknown
from tagward_service.sources.interface import Place, Reading
from tagward_service.sources.kubernetes.manifests import read_manifests, with_namespaces

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "labels": {"ml-team": "fraud"}}}


def read(text: str, place: Place | None = None) -> Reading:
    (reading,) = with_namespaces([read_manifests(text.encode(), "m.yaml", place or Place())])
    return reading


def only(text: str, place: Place | None = None) -> Resource:
    (resource,) = read(text, place).resources
    return resource


def labelled(labels: str) -> Reading:
    return read(f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  labels: {labels}\n")


def whys(reading: Reading) -> list[str]:
    return [each.why for each in reading.not_evaluated]


def test_an_object_says_what_it_is_and_where_it_stands() -> None:
    text = (
        "# comment\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: prod, uid: '7'}\n"
    )
    resource = only(text)
    assert (resource.cloud, resource.type, resource.native) == (
        "kubernetes",
        "kubernetes:apps/Deployment",
        "apps/v1 Deployment",
    )
    assert (resource.address, resource.name, resource.namespace, resource.id) == (
        "Deployment/web",
        "web",
        "prod",
        "7",
    )
    assert (resource.file, resource.line, resource.place) == ("m.yaml", 2, "metadata.labels")
    assert (resource.account, resource.region) == ("", "")


def test_the_core_group_is_left_out_of_the_type() -> None:
    assert only(json.dumps(POD)).type == "kubernetes:Pod"
    assert only(json.dumps(POD)).native == "v1 Pod"


def test_a_generated_name_ends_in_a_star() -> None:
    resource = only(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: train-}\nspec: {template: {}}\n"
    )
    assert (resource.name, resource.address) == ("train-*", "Job/train-*")


@pytest.mark.parametrize("metadata", ["", "metadata:\n", "metadata: []\n", "metadata: {name: []}\n"])
def test_an_object_without_name_or_metadata_is_judged_all_the_same(metadata: str) -> None:
    resource = only(f"apiVersion: v1\nkind: Pod\n{metadata}")
    assert (resource.name, resource.address, dict(resource.tags)) == ("", "Pod/(no name)", {})
    assert resource.taggability.answer is True


def test_the_namespace_comes_from_the_object_then_from_the_caller_then_is_unknown() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: prod}\n"
    nowhere = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
    assert only(pod, Place(namespace="dev")).namespace == "prod"
    assert only(nowhere, Place(namespace="dev")).namespace == "dev"
    assert only(nowhere).namespace is None


def test_a_kind_of_the_whole_cluster_lives_in_no_namespace() -> None:
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: prod}\n"
    assert only(text, Place(namespace="dev")).namespace == ""


def test_documents_are_read_one_by_one_with_their_lines() -> None:
    pod = "apiVersion: v1\nkind: Pod\n"
    text = f"# Source: chart/templates/a.yaml\n---\n{pod}---\n# nothing\n---\n{pod}"
    assert [each.line for each in read(text).resources] == [3, 8]


@pytest.mark.parametrize("kind", ["List", "PodList"])
def test_lists_are_opened_and_their_items_have_lines(kind: str) -> None:
    items = [{**POD, "metadata": {"name": name}} for name in "ab"]
    document = {"apiVersion": "v1", "items": items, "kind": kind}
    assert [(each.name, each.line) for each in read(json.dumps(document, indent=1)).resources] == [
        ("a", 4),
        ("b", 11),
    ]
    item = "- apiVersion: v1\n  kind: Pod\n"
    text = f"apiVersion: v1\nkind: {kind}\nitems:\n{item}{item}"
    assert [each.line for each in read(text).resources] == [4, 6]


def test_items_of_a_typed_list_may_leave_their_kind_to_it() -> None:
    document = {"apiVersion": "apps/v1", "kind": "DeploymentList", "items": [{"metadata": {"name": "a"}}]}
    assert only(json.dumps(document)).type == "kubernetes:apps/Deployment"


def test_an_array_of_objects_is_read_with_lines() -> None:
    resources = read(json.dumps([POD, POD], indent=0)).resources
    assert [each.line for each in resources] == [2, 12]


def test_json_objects_after_each_other_are_all_read() -> None:
    assert [each.line for each in read(json.dumps(POD) + "\n" + json.dumps(POD)).resources] == [1, 2]


def test_yaml_in_braces_is_read() -> None:
    assert only("{apiVersion: v1, kind: Pod, metadata: {name: a}}").name == "a"


def test_an_empty_list_holds_no_resource() -> None:
    assert read('{"apiVersion": "v1", "kind": "List", "items": []}').resources == ()
    assert read('{"apiVersion": "v1", "kind": "PodList", "items": null}').resources == ()


@pytest.mark.parametrize("text", ["a: 1\n", "- 1\n", "kind: Pod\n", "apiVersion: 1\nkind: Pod\n", "words\n"])
def test_a_document_that_is_no_object_is_told(text: str) -> None:
    reading = read(text)
    assert reading.resources == ()
    (told,) = reading.not_evaluated
    assert told.what == "m.yaml:1"
    assert told.why.startswith("not a Kubernetes object")


def request(operation: str = "CREATE", **fields: object) -> dict[str, object]:
    kind = {"group": "", "version": "v1", "kind": "Pod"}
    return {
        "uid": "1",
        "kind": kind,
        "operation": operation,
        "name": "web",
        "namespace": "prod",
        "object": POD,
    } | fields


def review(inner: dict[str, object]) -> str:
    return json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": inner})


@pytest.mark.parametrize(
    "text", [review(request()), json.dumps(request()), review(request("UPDATE", oldObject=POD))]
)
def test_the_object_of_an_admission_request_is_judged_in_its_namespace(text: str) -> None:
    resource = only(text)
    assert (resource.address, resource.namespace) == ("Pod/web", "prod")
    assert resource.tags == {"ml-team": "fraud"}


def test_an_admitted_object_may_leave_its_kind_to_the_request() -> None:
    inner = request(object={"metadata": {}}, kind={"group": "apps", "version": "v1", "kind": "Deployment"})
    assert only(review(inner)).type == "kubernetes:apps/Deployment"


@pytest.mark.parametrize(
    ("inner", "why"),
    [
        (request("DELETE", object=None), "an admission request with nothing to judge: it deletes"),
        (
            request("CONNECT"),
            "an admission request with nothing to judge: it connects to something that runs",
        ),
        (request(object=None), "an admission request without an object"),
        ({}, "an AdmissionReview without a request"),
    ],
)
def test_a_request_without_anything_to_judge_says_so(inner: dict[str, object], why: str) -> None:
    reading = read(review(inner))
    assert reading.resources == ()
    assert whys(reading) == [why]


def test_labels_that_are_null_are_no_labels() -> None:
    reading = labelled("null")
    assert (dict(next(iter(reading.resources)).tags), whys(reading)) == ({}, [])


@pytest.mark.parametrize("labels", ["[a, b]", "text", "7"])
def test_labels_that_are_no_mapping_are_told(labels: str) -> None:
    reading = labelled(labels)
    assert dict(next(iter(reading.resources)).tags) == {}
    assert whys(reading) == ["`metadata.labels` is no mapping: the API server refuses it"]


@pytest.mark.parametrize("written", ["yes", "off", "12", "1.5", "0x10", "true"])
def test_a_label_value_that_is_no_text_is_told_and_is_no_label(written: str) -> None:
    reading = labelled(f"{{ml-team: {written}, ml-project: text}}")
    assert next(iter(reading.resources)).tags == {"ml-project": "text"}
    (told,) = reading.not_evaluated
    assert told.what == "m.yaml:1 Pod/web"
    assert (
        told.why
        == "label `ml-team` in `metadata.labels` is no text: the API server refuses it; put it in quotes"
    )
    assert told.incomplete is False


def test_a_label_without_a_value_is_blank_and_one_with_a_mapping_is_left_out() -> None:
    reading = labelled("{a: , b: {c: d}, '7': e}")
    assert next(iter(reading.resources)).tags == {"a": "", "7": "e"}
    assert len(whys(reading)) == 1


@pytest.mark.parametrize("value", ["{{ .Values.team }}", "x-{{team}}", "${TEAM}", "$(TEAM)"])
def test_a_label_value_that_a_template_fills_in_is_unknown(value: str) -> None:
    (resource,) = labelled(json.dumps({"ml-team": value})).resources
    unknown = resource.tags["ml-team"]
    assert isinstance(unknown, Unknown)
    assert unknown.because in value


def test_labels_of_a_kind_that_reaches_no_bill_are_read_and_said_not_to_count() -> None:
    resource = only("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {ml-team: x}}\n")
    assert resource.tags == {"ml-team": "x"}
    assert resource.taggability.answer is False
    assert resource.taggability.why == (
        "labels on a ConfigMap reach no bill; name `kubernetes:ConfigMap` in a rule's `on.types` to check it"
    )


def test_an_unknown_kind_with_a_pod_template_is_said_to_be_unknown() -> None:
    text = "apiVersion: x.io/v1\nkind: Trainer\nspec: {roles: [{podTemplate: {spec: {containers: []}}}]}\n"
    assert only(text).taggability.answer is None
    assert only(text).taggability.why == (
        "no catalogue entry for kubernetes:x.io/Trainer, "
        "which holds a pod template at `spec.roles[0].podTemplate`; "
        "name it under `workloads` in the policy to judge it"
    )


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        ({"server": {"spec": {"containers": []}}}, "spec.server"),
        ({"server": {"containers": [{"name": "a", "image": "b"}]}}, "spec.server"),
        ({"containers": [{"name": "a", "image": "b"}]}, "spec"),
    ],
)
def test_pods_of_an_unknown_kind_are_found_with_or_without_a_template_around_them(
    spec: object, place: str
) -> None:
    document = {"apiVersion": "example.com/v1", "kind": "Fleet", "metadata": {"name": "a"}, "spec": spec}
    resource = only(json.dumps(document))
    assert resource.taggability.answer is None
    assert f"which holds a pod template at `{place}`;" in resource.taggability.why


@pytest.mark.parametrize("group", ["kyverno.io", "policies.kyverno.io", "constraints.gatekeeper.sh"])
def test_the_pattern_of_a_policy_is_no_pod_template(group: str) -> None:
    pattern = {"rules": [{"validate": {"pattern": {"spec": {"containers": [{"image": "!*:latest"}]}}}}]}
    document = {"apiVersion": f"{group}/v1", "kind": "A", "metadata": {"name": "a"}, "spec": pattern}
    assert only(json.dumps(document)).taggability.answer is False


def test_the_labels_of_a_namespace_reach_what_lives_in_it_from_any_input() -> None:
    pods = read_manifests(
        b"apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: prod}\n---\n"
        b"apiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: dev}\n---\napiVersion: v1\nkind: Pod\n",
        "pods.yaml",
        Place(),
    )
    namespaces = read_manifests(
        b"apiVersion: v1\nkind: Namespace\nmetadata: {name: prod, labels: {ml-team: fraud}}\n",
        "ns.yaml",
        Place(),
    )
    first, second = with_namespaces([pods, namespaces])
    layers = [each.inherited for each in first.resources]
    assert [len(each) for each in layers] == [1, 0, 0]
    assert (layers[0][0].origin, layers[0][0].name, layers[0][0].tags) == (
        "namespace",
        "prod",
        {"ml-team": "fraud"},
    )
    (namespace,) = second.resources
    assert (namespace.inherited, namespace.taggability.answer) == ((), False)


def test_a_helm_template_says_how_to_render_it() -> None:
    with pytest.raises(InputError, match="helm template"):
        read("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["metadata", "labels", "spec", "template", "items", "name", "kind", "request", "object"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(JSON, st.sampled_from(["Pod", "List", "PodList", "AdmissionReview", "Namespace", "ConfigMap"]))
def test_nothing_in_an_object_stops_the_reading(document: object, kind: str) -> None:
    fields = (
        document
        if isinstance(document, dict)
        else {"metadata": document, "items": document, "request": document}
    )
    reading = read(json.dumps({**fields, "apiVersion": "v1", "kind": kind}))
    assert all(each.cloud == "kubernetes" for each in reading.resources)
    assert all(each.why for each in reading.not_evaluated)
