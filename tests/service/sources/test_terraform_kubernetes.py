"""The types of Terraform's provider of Kubernetes, in a plan made with it and in small ones."""

import json
from typing import Any

import pytest
from msgspec import structs

from tagward.findings import Finding
from tagward.loader import load
from tagward.policy import Policy, Workload
from tagward.resource import Layer, Part, Resource, Unknown
from tagward_service.lint import lint
from tagward_service.sources.interface import Place, Reading
from tagward_service.sources.kubernetes.manifests import read_manifests
from tagward_service.sources.terraform.plan import read_plan
from tagward_service.sources.terraform.state import read_state
from tests.policies.policy_files import DAY
from tests.service.sources.terraform_plans import DATA, change, configured, plan, read, read_made, read_one

LABELS = {
    "ml-team": "fraud-detection",
    "ml-project": "card-scoring",
    "ml-workload-type": "inference",
    "ml-environment": "dev",
}
LATER = Unknown("terraform_data.later.id")
PODS = "spec.template.metadata.labels"
INHERITED = """
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: inherited, version: 1.0.0, owner: a@example.com, description: x}
tags:
  ml-team: {description: The team, required: true, example: search, inherit: [namespace]}
"""


def metadata(labels: Any = None, **more: Any) -> list[dict[str, Any]]:
    return [{"labels": labels, "name": "web", "namespace": "ml", **more}]


def template(labels: Any) -> list[dict[str, Any]]:
    return [{"metadata": [{"labels": labels}], "spec": [{"container": [{"name": "main"}]}]}]


def deployment(pods: Any, own: Any = None, **fields: Any) -> dict[str, Any]:
    after = {"metadata": metadata(own), "spec": [{"replicas": "1", "template": template(pods)}]}
    return change("kubernetes_deployment_v1.web", after, **fields)


def judged(policy: Policy, resources: list[Resource]) -> list[Finding]:
    reading = Reading("plan.json", "Terraform plan", tuple(resources))
    return list(lint(policy, [reading], as_of=DAY).report.findings)


def inherited_policy(tmp_path: Any) -> Policy:
    (tmp_path / "policy.yaml").write_text(INHERITED)
    return load(str(tmp_path / "policy.yaml"), as_of=DAY)


@pytest.fixture(scope="module")
def made() -> dict[str, Resource]:
    return read_made("kubernetes")


def test_what_terraform_plans_is_judged_where_pods_and_volumes_get_their_labels() -> None:
    content = (DATA / "made" / "kubernetes" / "plan.json").read_bytes()
    report = lint(
        load("pack:ml-platform", as_of=DAY), [read_plan(content, "plan.json", Place())], as_of=DAY
    ).report
    found: dict[str, list[str]] = {}
    for each in report.findings:
        found.setdefault(each.resource.address.removeprefix("kubernetes_"), []).append(each.code.value)
    assert found == {
        "cron_job_v1.nightly": ["TW001"] * 4,
        "daemon_set_v1.agent": ["TW006"] * 5,
        'deployment.bare["a"]': ["TW009"] * 4,
        'deployment.bare["b"]': ["TW009"] * 4,
        "job_v1.train": ["TW006"] * 5,
        "module.inner.kubernetes_pod_v1.pod": ["TW006"] * 5,
        "persistent_volume_claim_v1.data": ["TW004", "TW001", "TW001", "TW001"],
        "pod.inherits": ["TW001"] * 4,
        "pod_v1.elsewhere": ["TW001"] * 4,
        "pod_v1.generated": ["TW001"] * 4,
        "pod_v1.secret": ["TW003"],
        "pod_v1.unsure": ["TW001"] * 4,
        "replication_controller_v1.old": ["TW001"] * 4,
        "stateful_set_v1.store": ["TW001"] * 4,
    }
    assert (report.summary.compliant, report.summary.taggable) == (1, 15)
    assert not report.not_evaluated


def test_what_terraform_plans_and_the_namespaces_that_tags_come_from(tmp_path: Any) -> None:
    content = (DATA / "made" / "kubernetes" / "plan.json").read_bytes()
    report = lint(inherited_policy(tmp_path), [read_plan(content, "p", Place())], as_of=DAY).report
    codes = {each.resource.address: each.code.value for each in report.findings}
    assert codes == {
        "kubernetes_cron_job_v1.nightly": "TW001",
        "kubernetes_daemon_set_v1.agent": "TW006",
        'kubernetes_deployment.bare["a"]': "TW009",
        'kubernetes_deployment.bare["b"]': "TW009",
        "kubernetes_job_v1.train": "TW006",
        "kubernetes_persistent_volume_claim_v1.data": "TW004",
        "kubernetes_pod_v1.elsewhere": "TW001",
        "kubernetes_pod_v1.secret": "TW012",
        "kubernetes_pod_v1.unsure": "TW006",
        "kubernetes_replication_controller_v1.old": "TW001",
    }


def test_the_type_the_place_and_the_address(made: dict[str, Resource]) -> None:
    resource = made['kubernetes_deployment.bare["a"]']
    assert (resource.cloud, resource.type) == ("kubernetes", "kubernetes:apps/Deployment")
    assert (resource.native, resource.id) == ("kubernetes_deployment", resource.address)
    assert (resource.name, resource.namespace, resource.account, resource.region) == ("a", "default", "", "")
    assert made["kubernetes_pod_v1.secret"].namespace is None
    assert made["kubernetes_pod_v1.generated"].name == "worker-*"
    assert made["kubernetes_cluster_role_v1.reader"].namespace == ""
    assert made["kubernetes_service_v1.web"].taggability.answer is False
    assert "elsewhere" in made["kubernetes_labels.node"].taggability.why


def test_places_are_in_the_words_of_terraform(made: dict[str, Resource]) -> None:
    assert places(made["kubernetes_deployment_v1.good"]) == [PODS]
    assert places(made["kubernetes_cron_job_v1.nightly"]) == [
        "spec.job_template.spec.template.metadata.labels"
    ]
    assert places(made["kubernetes_stateful_set_v1.store"]) == [
        PODS,
        "spec.volume_claim_template[0].metadata.labels",
        "spec.volume_claim_template[1].metadata.labels",
    ]


def places(resource: Resource) -> list[str]:
    return [part.place for part in resource.parts]


def test_fixes_are_written_as_terraform_is() -> None:
    (first, *_) = judged(load("pack:ml-platform", as_of=DAY), [read_one(plan(deployment({})))])
    assert first.fix == f'add `ml-team = "fraud-detection"` to `{PODS}`'


def test_labels_of_which_one_is_unknown_are_unknown_as_a_whole(made: dict[str, Resource]) -> None:
    (pods,) = made["kubernetes_daemon_set_v1.agent"].parts
    assert pods == Part("its pods", PODS, {}, LATER)
    (pods,) = made["kubernetes_job_v1.train"].parts
    assert pods.open == Unknown("terraform_data.labels.output")
    inner = made["module.inner.kubernetes_pod_v1.pod"]
    assert (inner.tags, inner.open) == ({}, LATER)


@pytest.mark.parametrize(
    "unknown",
    [
        True,
        {"metadata": True, "spec": True},
        {"metadata": [], "spec": [True]},
        {"spec": [{"template": True}]},
        {"spec": [{"template": [True]}]},
        {"spec": [{"template": [{"metadata": True}]}]},
        {"spec": [{"template": [{"metadata": [{"labels": True}]}]}]},
    ],
)
def test_whatever_holds_labels_may_be_unknown(unknown: Any) -> None:
    resource = read_one(plan(change("kubernetes_deployment.web", {"metadata": metadata()}, unknown)))
    (pods,) = resource.parts
    assert pods.open is not None
    assert not pods.tags


def test_one_unknown_label_is_unknown_beside_others() -> None:
    unknown = {"metadata": [{"labels": {"ml-team": True, "ml-project": False}}]}
    after = {"metadata": metadata({"ml-project": "x"})}
    assert read_one(plan(change("kubernetes_pod.web", after, unknown))).tags == {
        "ml-project": "x",
        "ml-team": Unknown(),
    }


def test_a_block_may_be_an_object_as_newer_types_have_them() -> None:
    (part,) = read_one(
        plan(deployment({}, unknown={"spec": {"template": {"metadata": {"labels": True}}}}))
    ).parts
    assert part.open is not None
    after = {"metadata": {"name": "web", "namespace": "ml", "labels": LABELS}}
    resource = read_one(plan(change("kubernetes_pod_v1.web", after)))
    assert (resource.name, resource.namespace, resource.tags) == ("web", "ml", LABELS)


def test_a_label_that_is_null_is_not_set() -> None:
    after = {"metadata": metadata({"a": None, "b": ""})}
    assert read_one(plan(change("kubernetes_pod.web", after))).tags == {"b": ""}


@pytest.mark.parametrize(
    ("native", "type_"),
    [
        ("kubernetes_pod", "kubernetes:Pod"),
        ("kubernetes_pod_v1", "kubernetes:Pod"),
        ("kubernetes_replication_controller", "kubernetes:ReplicationController"),
        ("kubernetes_deployment", "kubernetes:apps/Deployment"),
        ("kubernetes_deployment_v1", "kubernetes:apps/Deployment"),
        ("kubernetes_daemonset", "kubernetes:apps/DaemonSet"),
        ("kubernetes_daemon_set_v1", "kubernetes:apps/DaemonSet"),
        ("kubernetes_stateful_set", "kubernetes:apps/StatefulSet"),
        ("kubernetes_job_v1", "kubernetes:batch/Job"),
        ("kubernetes_cron_job", "kubernetes:batch/CronJob"),
        ("kubernetes_persistent_volume_claim", "kubernetes:PersistentVolumeClaim"),
    ],
)
def test_types_that_run_something_take_labels(native: str, type_: str) -> None:
    resource = read_one(plan(change(f"{native}.web", {"metadata": metadata()})))
    assert (resource.type, resource.taggability.answer) == (type_, True)


@pytest.mark.parametrize(
    ("native", "type_", "namespace"),
    [
        ("kubernetes_namespace_v1", "kubernetes:Namespace", ""),
        ("kubernetes_service", "kubernetes:Service", "ml"),
        ("kubernetes_default_service_account_v1", "kubernetes:ServiceAccount", "ml"),
        (
            "kubernetes_horizontal_pod_autoscaler_v2beta2",
            "kubernetes:autoscaling/HorizontalPodAutoscaler",
            "ml",
        ),
        ("kubernetes_api_service_v1", "kubernetes:apiregistration.k8s.io/APIService", ""),
        (
            "kubernetes_validating_admission_policy_v1",
            "kubernetes:admissionregistration.k8s.io/ValidatingAdmissionPolicy",
            "",
        ),
        ("kubernetes_csi_driver", "kubernetes:storage.k8s.io/CSIDriver", ""),
        ("kubernetes_endpoint_slice_v1", "kubernetes:discovery.k8s.io/EndpointSlice", "ml"),
        (
            "kubernetes_certificate_signing_request_v1",
            "kubernetes:certificates.k8s.io/CertificateSigningRequest",
            "",
        ),
    ],
)
def test_types_that_run_nothing_are_known_by_their_kind(native: str, type_: str, namespace: str) -> None:
    resource = read_one(plan(change(f"{native}.web", {"metadata": metadata()})))
    assert (resource.type, resource.namespace) == (type_, namespace)
    assert resource.taggability.answer is False


@pytest.mark.parametrize("native", ["kubernetes_labels", "kubernetes_env", "kubernetes_config_map_v1_data"])
def test_types_that_change_what_others_declare_are_counted_and_no_more(native: str) -> None:
    resource = read_one(plan(change(f"{native}.web", {"metadata": metadata(), "labels": LABELS})))
    assert resource.taggability.answer is False


def test_a_kind_that_the_policy_names_is_judged_where_it_says() -> None:
    place = Place(workloads=(Workload("policy/PodDisruptionBudget", ("spec.runner.template",)),))
    (resource,) = read(plan(change("kubernetes_pod_disruption_budget.x", {"metadata": metadata()})), place)
    assert [part.place for part in resource.parts] == ["spec.runner.template.metadata.labels"]


def test_a_type_that_nobody_knows_is_said_to_be_unknown() -> None:
    resource = read_one(plan(change("kubernetes_pod_group_v1.web", {"metadata": metadata()})))
    assert resource.taggability.answer is None


@pytest.mark.parametrize(
    "after",
    [
        None,
        {},
        {"metadata": None, "spec": None},
        {"metadata": [], "spec": []},
        {"metadata": [None], "spec": [None]},
        {"metadata": "x", "spec": {"template": 1}},
        {"metadata": [{"labels": [1], "name": {}}], "spec": [{"template": [{"metadata": [[]]}]}]},
    ],
)
def test_a_plan_that_says_less_or_something_odd_breaks_nothing(after: Any) -> None:
    resource = read_one(plan(change("kubernetes_deployment.web", after)))
    assert resource.namespace == "default"
    assert [(part.tags, part.open) for part in resource.parts] == [({}, None)]


@pytest.mark.parametrize(
    ("native", "data", "after"),
    [
        (
            "kubernetes_deployment_v1",
            {
                "kind": "Deployment",
                "apiVersion": "apps/v1",
                "spec": {"template": {"metadata": {"labels": LABELS}}},
            },
            {"spec": [{"template": template(LABELS)}]},
        ),
        (
            "kubernetes_cron_job_v1",
            {
                "kind": "CronJob",
                "apiVersion": "batch/v1",
                "spec": {"jobTemplate": {"spec": {"template": {"metadata": {"labels": LABELS}}}}},
            },
            {"spec": [{"job_template": [{"spec": [{"template": template(LABELS)}]}]}]},
        ),
        (
            "kubernetes_stateful_set_v1",
            {
                "kind": "StatefulSet",
                "apiVersion": "apps/v1",
                "spec": {"volumeClaimTemplates": [{"metadata": {"name": "data", "labels": {"a": "b"}}}]},
            },
            {"spec": [{"volume_claim_template": [{"metadata": [{"name": "data", "labels": {"a": "b"}}]}]}]},
        ),
        ("kubernetes_pod_v1", {"kind": "Pod", "apiVersion": "v1"}, {}),
    ],
)
def test_a_plan_and_the_manifest_alone_come_to_the_same(native: str, data: Any, after: Any) -> None:
    data = data | {"metadata": {"name": "web", "namespace": "ml", "labels": {"app": "x"}}}
    (one,) = read_manifests(json.dumps(data).encode(), "plan.json", Place()).reading.resources
    resource = read_one(plan(change(f"{native}.web", {"metadata": metadata({"app": "x"}), **after})))
    same = {"address": resource.address, "id": resource.id, "native": native, "line": None}
    parts = tuple(structs.replace(part, place="") for part in one.parts)
    assert structs.replace(
        resource, parts=tuple(structs.replace(part, place="") for part in resource.parts)
    ) == (structs.replace(one, **same, parts=parts))


@pytest.mark.parametrize(
    ("marks", "secret"),
    [
        (True, {"ml-team", "ml-project"}),
        ({"spec": True}, {"ml-team", "ml-project"}),
        ({"spec": [{"template": [{"metadata": [{"labels": {"ml-team": True}}]}]}]}, {"ml-team"}),
        ({"spec": [{"template": [{"spec": [{"container": [{"env": True}]}]}]}]}, set()),
        ({"metadata": [{"annotations": True}]}, set()),
    ],
)
def test_a_label_that_is_secret_or_in_something_secret_is_not_shown(marks: Any, secret: set[str]) -> None:
    labels = {"ml-team": "S3CRET!", "ml-project": "x!"}
    resource = read_one(plan(deployment(labels, sensitive=marks)))
    assert resource.sensitive == secret
    findings = judged(load("pack:ml-platform", as_of=DAY), [resource])
    shown = " ".join(f"{each.value} {each.message} {each.fix}" for each in findings)
    assert ("S3CRET!" in shown) == ("ml-team" not in secret)


def state(*resources: tuple[str, dict[str, Any]], sensitive: Any = None) -> bytes:
    whole = {
        "version": 4,
        "terraform_version": "1.11.4",
        "resources": [
            {
                "mode": "managed",
                "type": native,
                "name": "web",
                "provider": 'provider["registry.terraform.io/hashicorp/kubernetes"]',
                "instances": [{"attributes": attributes, "sensitive_attributes": sensitive or []}],
            }
            for native, attributes in resources
        ],
    }
    return json.dumps(whole).encode()


def test_a_state_holds_them_too() -> None:
    spec = [{"template": template(LABELS)}]
    content = state(
        ("kubernetes_namespace_v1", {"metadata": [{"name": "ml", "labels": LABELS}]}),
        ("kubernetes_deployment", {"metadata": metadata(), "spec": spec}),
    )
    _, found = read_state(content, "x.tfstate", Place()).resources
    assert found.address == "kubernetes_deployment.web"
    assert found.parts[0].tags == LABELS
    assert found.inherited == (Layer("namespace", "ml", LABELS),)


def step(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value}


def way(*names: str | int) -> list[dict[str, Any]]:
    """Write a path as a state has it; labels are elements of a map, which it calls an index as well."""
    return [
        step("index", step("number" if isinstance(name, int) else "string", name))
        if isinstance(name, int) or name.startswith("ml-")
        else step("get_attr", name)
        for name in names
    ]


@pytest.mark.parametrize(
    ("path", "secret"),
    [
        (way("spec", 0, "template", 0, "metadata", 0, "labels", "ml-team"), {"ml-team"}),
        (way("spec", 0, "template", 0, "metadata", 0, "labels"), set(LABELS)),
        (way("spec"), set(LABELS)),
        (way("spec", 0, "template", 0, "spec", 0, "container", 0, "env"), set()),
        (way("metadata", 0, "labels", "ml-team"), set()),
    ],
)
def test_what_a_state_says_to_be_secret_is_not_shown(path: Any, secret: set[str]) -> None:
    attributes = {"metadata": metadata(), "spec": [{"template": template(LABELS)}]}
    content = state(("kubernetes_deployment", attributes), sensitive=[path, way("wait_for_rollout")])
    (found,) = read_state(content, "x.tfstate", Place()).resources
    assert found.sensitive == secret


def namespace(name: str, labels: Any, address: str = "", **fields: Any) -> dict[str, Any]:
    after = {"metadata": [{"name": name, "labels": labels}]}
    return change(address or f"kubernetes_namespace_v1.{name}", after, **fields)


def test_a_namespace_of_the_plan_is_inherited_by_what_lives_in_it(tmp_path: Any) -> None:
    changes = (namespace("ml", LABELS), deployment({"app": "x"}), namespace("other", {}))
    resources = read(plan(*changes))
    assert resources[1].inherited == (Layer("namespace", "ml", LABELS),)
    assert judged(inherited_policy(tmp_path), resources) == []


def test_manifests_and_typed_resources_give_to_each_other(tmp_path: Any) -> None:
    object_ = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ml", "labels": LABELS}}
    declared = change("kubernetes_manifest.ns", {"manifest": object_})
    text = change("kubectl_manifest.ns", {"yaml_body": json.dumps(object_)})
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "ml"}}
    inside = change("kubernetes_manifest.pod", {"manifest": pod})
    for namespaces in (declared, text, namespace("ml", LABELS)):
        first, *others = read(plan(namespaces, deployment({}), inside))
        assert first.inherited == ()
        assert [each.inherited for each in others] == [(Layer("namespace", "ml", LABELS),)] * 2
    assert judged(inherited_policy(tmp_path), others) == []


def test_a_manifest_that_only_speaks_of_namespaces_is_none() -> None:
    role = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "ml", "labels": {"a": "Namespace"}}}
    *_, resource = read(plan(change("kubernetes_manifest.x", {"manifest": role}), deployment({})))
    assert resource.inherited == ()


def test_unknown_labels_of_a_namespace_make_what_it_lacks_unknown(tmp_path: Any) -> None:
    late = change(
        "kubernetes_namespace.ml",
        {"metadata": [{"name": "ml"}]},
        {"metadata": [{"labels": True, "uid": True}]},
    )
    (finding,) = judged(inherited_policy(tmp_path), read(plan(late, deployment({}))))
    assert finding.code.value == "TW006"
    (finding,) = judged(inherited_policy(tmp_path), read(plan(late, deployment({}, {"ml-team": "search"}))))
    assert finding.code.value == "TW006"


def test_unknown_labels_of_a_namespace_say_nothing_where_they_do_not_count() -> None:
    late = change("kubernetes_namespace.ml", {"metadata": [{"name": "ml"}]}, {"metadata": [{"labels": True}]})
    findings = judged(load("pack:ml-platform", as_of=DAY), read(plan(late, deployment({}))))
    assert {each.code.value for each in findings} == {"TW001"}


def test_a_namespace_whose_name_is_not_known_is_found_by_reference(made: dict[str, Resource]) -> None:
    resource = made["kubernetes_pod_v1.generated"]
    assert resource.namespace is None
    assert resource.inherited == (Layer("namespace", "team-*", {"ml-team": "fraud-detection"}),)


def test_a_namespace_of_another_cluster_gives_nothing(made: dict[str, Resource]) -> None:
    assert made["kubernetes_pod_v1.elsewhere"].inherited == ()
    assert made["module.inner.kubernetes_pod_v1.pod"].inherited == (Layer("namespace", "west", LABELS),)


def test_two_namespaces_of_one_name_and_cluster_give_nothing_without_a_reference() -> None:
    twice = (namespace("ml", LABELS), namespace("ml", {}, "module.m.kubernetes_namespace_v1.ml"))
    assert read(plan(*twice, deployment({})))[-1].inherited == ()
    reference = {"references": ["kubernetes_namespace_v1.ml.metadata[0].name", "kubernetes_namespace_v1.ml"]}
    expressions = {"metadata": [{"namespace": reference}]}
    root = {"resources": [configured("kubernetes_deployment_v1.web", expressions, "kubernetes")]}
    resource = read(plan(*twice, deployment({}), configuration={"root_module": root}))[-1]
    assert resource.inherited == (Layer("namespace", "ml", LABELS),)
