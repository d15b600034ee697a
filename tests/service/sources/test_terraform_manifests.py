"""Kubernetes objects inside Terraform resources, in a plan that Terraform made and in small ones."""

import json
from typing import Any

import pytest
from msgspec import structs

from tagward.loader import load
from tagward.policy import Workload
from tagward.resource import Resource, Unknown
from tagward_service.lint import lint
from tagward_service.sources.interface import Place, Reading
from tagward_service.sources.kubernetes.manifests import read_manifests
from tagward_service.sources.terraform.plan import read_plan
from tagward_service.sources.terraform.state import read_state
from tests.policies.policy_files import DAY
from tests.service.sources.terraform_plans import DATA, change, plan, read, read_made, read_one

LABELS = {
    "ml-team": "fraud-detection",
    "ml-project": "card-scoring",
    "ml-workload-type": "inference",
    "ml-environment": "dev",
}
LATER = "terraform_data.later"


def deployment(pods: Any, **own: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "ml", **own},
        "spec": {"template": {"metadata": {"labels": pods}, "spec": {"containers": []}}},
    }


def manifest(data: Any, **fields: Any) -> dict[str, Any]:
    return change("kubernetes_manifest.web", {"manifest": data, "object": None}, **fields)


def text(data: Any, **fields: Any) -> dict[str, Any]:
    return change("kubectl_manifest.web", {"yaml_body": data, **fields.pop("also", {})}, **fields)


def reading(resources: tuple[Resource, ...]) -> Reading:
    return Reading("plan.json", "Terraform plan", resources)


@pytest.fixture(scope="module")
def made() -> dict[str, Resource]:
    return read_made("manifests")


def test_what_terraform_plans_is_judged_as_the_manifest_itself_is() -> None:
    policy = load("pack:ml-platform", as_of=DAY)
    content = (DATA / "made" / "manifests" / "plan.json").read_bytes()
    report = lint(policy, [read_plan(content, "plan.json", Place())], as_of=DAY).report
    found: dict[str, list[str]] = {}
    for each in report.findings:
        found.setdefault(each.resource.address.removeprefix("kubernetes_manifest."), []).append(
            each.code.value
        )
    assert found == {
        'bare["a"]': ["TW009"] * 4,
        'bare["b"]': ["TW009"] * 4,
        "kubectl_manifest.text": ["TW001"] * 3,
        "labels": ["TW006"] * 5,
        "module.inner.kubernetes_manifest.pod": ["TW006", "TW001", "TW001", "TW001"],
        "number": ["TW003"],
        "secret": ["TW003"],
        "template": ["TW006"] * 5,
        "value": ["TW006"],
    }
    assert report.summary.compliant == 2
    whys = [each.why for each in report.not_evaluated]
    assert sum("known only after the apply: terraform_data.later.output" in why for why in whys) == 2
    assert sum("`yaml_body` cannot be read" in why for why in whys) == 1


def test_a_plan_and_the_manifest_alone_come_to_the_same() -> None:
    data = deployment(LABELS | {"ml-team": ""}, labels=LABELS)
    alone = read_manifests(json.dumps(data).encode(), "web.json", Place()).reading.resources
    (one,) = alone
    for planned in (manifest(data), text(json.dumps(data))):
        resource = read_one(plan(planned))
        assert resource.address == planned["address"]
        kept = {"address": resource.address, "id": resource.id, "native": resource.native, "line": None}
        assert resource == structs.replace(one, **kept, file="plan.json")


def test_the_type_the_place_and_the_address(made: dict[str, Resource]) -> None:
    resource = made['kubernetes_manifest.bare["a"]']
    assert (resource.cloud, resource.type) == ("kubernetes", "kubernetes:apps/Deployment")
    assert (resource.name, resource.namespace, resource.account, resource.region) == ("a", "ml", "", "")
    assert made["kubernetes_manifest.service"].taggability.answer is False
    assert made["kubectl_manifest.moved"].namespace == "prod-x"
    assert made["kubernetes_manifest.template"].namespace is None


def test_what_is_not_known_yet_is_neither_missing_nor_there(made: dict[str, Resource]) -> None:
    (pods,) = made["kubernetes_manifest.value"].parts
    assert isinstance(pods.tags["ml-team"], Unknown)
    assert f"{LATER}.id" in pods.tags["ml-team"].because
    assert pods.open is None
    labels = made["kubernetes_manifest.labels"]
    assert not labels.tags
    assert labels.open is not None
    assert f"{LATER}.output" in labels.open.because
    (pods,) = made["kubernetes_manifest.template"].parts
    assert pods.open is not None
    inner = made["module.inner.kubernetes_manifest.pod"]
    assert inner.tags == {"ml-team": Unknown(f"{LATER}.id")}


@pytest.mark.parametrize(
    "unknown",
    [
        {"metadata": True},
        {"spec": True},
        {"spec": {"template": True}},
        {"spec": {"template": {"metadata": True}}},
        {"spec": {"template": {"metadata": {"labels": True}}}},
    ],
)
def test_whatever_holds_labels_may_be_unknown(unknown: Any) -> None:
    data = deployment({})
    for key in unknown:
        if unknown[key] is True:
            del data[key]
    if data.get("spec") and "spec" in unknown:
        data["spec"] = {"template": {}} if isinstance(unknown["spec"]["template"], dict) else {}
    resource = read_one(plan(manifest(data, unknown={"manifest": unknown})))
    (pods,) = resource.parts
    if "metadata" in unknown:
        assert resource.open is not None
        assert resource.namespace is None
    else:
        assert pods.open is not None
        assert not pods.tags


def test_unknown_elements_of_lists_of_pods_are_unknown() -> None:
    workloads = (Workload("example.com/Run", ("spec.workers.[].template",)),)
    data = {"apiVersion": "example.com/v1", "kind": "Run", "metadata": {"name": "r"}, "spec": {}}
    planned = plan(manifest(data, unknown={"manifest": {"spec": {"workers": True}}}))
    (resource,) = read(planned, Place(workloads=workloads))
    (pods,) = resource.parts
    assert pods.open is not None


def test_numbers_and_booleans_become_the_text_that_the_provider_sends() -> None:
    labels = {"a": 1, "b": True, "c": 1.5, "d": None}
    (pods,) = read_one(plan(manifest(deployment(labels)))).parts
    assert pods.tags == {"a": "1", "b": "true", "c": "1.5", "d": ""}


def test_yaml_says_what_yaml_says() -> None:
    body = "apiVersion: v1\nkind: Pod\nmetadata: {name: x, labels: {a: 1, b: 'x'}}\n"
    assert read_one(plan(text(body))).tags == {"b": "x"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("a: [", "cannot be read"),
        ("", "cannot be read"),
        ('{"kind": ', "cannot be read"),
        ("\ufffe", "cannot be read"),
        ("a: &a [*a]", "cannot be read"),
        ("a: 1\n---\nb: 2\n", "it holds 2 documents, not one"),
        ("just text", "is no Kubernetes object"),
        ("a: 1", "it has no `apiVersion` and `kind`"),
    ],
)
def test_text_that_is_no_object_is_told_and_breaks_nothing(data: str, said: str) -> None:
    resource = read_one(plan(text(data)))
    assert resource.taggability.answer is None
    assert said in resource.taggability.why
    assert resource.type == "kubectl_manifest"


@pytest.mark.parametrize("data", [None, [], 1, {}, {"kind": "Pod"}, {"kind": {}, "apiVersion": []}])
def test_a_manifest_that_is_no_object_is_told_and_breaks_nothing(data: Any) -> None:
    resource = read_one(plan(manifest(data)))
    assert resource.taggability.answer is None
    assert "is no Kubernetes object" in resource.taggability.why


@pytest.mark.parametrize(
    ("marks", "secret"),
    [
        (True, {"ml-team", "ml-project"}),
        ({"manifest": True}, {"ml-team", "ml-project"}),
        ({"manifest": {"spec": {"template": {"metadata": {"labels": {"ml-team": True}}}}}}, {"ml-team"}),
        ({"manifest": {"spec": {"template": {"spec": {"containers": [{"env": True}]}}}}}, set()),
        ({"object": True}, set()),
    ],
)
def test_a_label_that_is_secret_or_in_something_secret_is_not_shown(marks: Any, secret: set[str]) -> None:
    data = deployment({"ml-team": "S3CRET!", "ml-project": "x!"})
    resource = read_one(plan(manifest(data, sensitive=marks)))
    assert resource.sensitive == secret
    report = lint(load("pack:ml-platform", as_of=DAY), [reading((resource,))], as_of=DAY).report
    shown = " ".join(f"{each.value} {each.message} {each.fix}" for each in report.findings)
    assert ("S3CRET!" in shown) == ("ml-team" not in secret)


def test_the_text_of_kubectl_is_secret_unless_the_provider_shows_it() -> None:
    body = "apiVersion: v1\nkind: Pod\nmetadata: {name: x, labels: {a: b}}\n"
    hidden = read_one(plan(text(body, sensitive={"yaml_body": True})))
    assert hidden.tags == {"a": "b"}
    assert hidden.sensitive == {"a"}
    also = {"yaml_body_parsed": body}
    assert not read_one(plan(text(body, also=also, sensitive={"yaml_body": True}))).sensitive


def test_a_state_holds_manifests_too() -> None:
    stored = {"value": deployment(LABELS), "type": ["object", {}]}
    resource = {
        "mode": "managed",
        "type": "kubernetes_manifest",
        "name": "web",
        "provider": 'provider["registry.terraform.io/hashicorp/kubernetes"]',
        "instances": [{"attributes": {"manifest": stored}}],
    }
    state = {"version": 4, "terraform_version": "1.11.4", "resources": [resource]}
    (found,) = read_state(json.dumps(state).encode(), "x.tfstate", Place()).resources
    assert found.address == "kubernetes_manifest.web"
    assert found.parts[0].tags == LABELS


def test_provider_defaults_do_not_reach_objects() -> None:
    tags = {"default_tags": [{"tags": {"constant_value": LABELS}}]}
    configuration = {"provider_config": {"aws": {"name": "aws", "expressions": tags}}, "root_module": {}}
    (pods,) = read_one(plan(manifest(deployment({})), configuration=configuration)).parts
    assert not pods.tags


def test_charts_are_told_apart_from_what_nobody_can_judge() -> None:
    resource = read_one(plan(change("helm_release.web", {"name": "web"})))
    assert resource.taggability.answer is False
    assert "helm template" in resource.taggability.why
