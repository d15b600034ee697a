"""What is easy to get wrong about ValidatingAdmissionPolicies, one test each."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from tagward.catalog import KubernetesKind, kubernetes_kinds
from tagward.language import KubernetesVap
from tagward.policy import Alias, Allowed, Exemption, Matches, Requirement, Selector, Stage
from tagward_generators.kubernetes.limits import LONGEST_EXPRESSION
from tagward_generators.targets import CompileError
from tests.generators.admission_laws import Asked
from tests.generators.kubernetes_objects import Data
from tests.generators.vap_policies import (
    TEAM,
    Cluster,
    cluster,
    compiled,
    deployment,
    manifests,
    obj,
    pod,
    policy,
    tag,
)
from tests.oracles import cel_engine
from tests.oracles.manifests import namespace
from tests.oracles.vap_engine import MAX_MESSAGE

pytestmark = pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent() or "")

RUNTIME = "kubernetes:serving.kserve.io/ClusterServingRuntime"
MISSING = "metadata.labels: team is missing: set it"


@pytest.mark.parametrize("labels", [None, {}, {"team": ""}, {"Team": "nlp"}])
def test_labels_that_are_not_there_are_no_error(labels: Data | None) -> None:
    said = cluster(policy()).refusal(pod(labels))

    assert said is not None
    assert said.startswith(
        "Pod/web does not carry the labels of the policy acme 1: metadata.labels: team is "
    )


@pytest.mark.parametrize(
    "template",
    [
        {},
        {"metadata": {}},
        {"metadata": {"labels": None}},
        {"metadata": {"labels": {}}},
        {"metadata": {"creationTimestamp": None}},
    ],
)
def test_templates_without_metadata_or_labels_are_no_error(template: Data) -> None:
    said = cluster(policy()).refusal(deployment(template, labels=TEAM))

    assert said is not None
    assert said.endswith(f"spec.template.{MISSING}")


@pytest.mark.parametrize("groups", [{}, {"workerGroupSpecs": None}, {"workerGroupSpecs": []}])
def test_lists_that_are_null_hold_nothing(groups: Data) -> None:
    head = {"headGroupSpec": {"template": {"metadata": {"labels": TEAM}}}}

    assert cluster(policy()).refusal(obj("RayCluster", "ray.io/v1", head | groups)) is None


def test_labels_of_a_workload_itself_do_not_reach_its_pods() -> None:
    assert cluster(policy()).refusal(deployment({"metadata": {"labels": TEAM}})) is None
    assert cluster(policy()).refusal(deployment({}, labels=TEAM)) is not None


@pytest.fixture(scope="module")
def busy() -> Cluster:
    return cluster(policy(tag(), tag("env", constraint=Allowed(("dev",))), closed=True, max_tags=3))


@pytest.mark.parametrize("kind", kubernetes_kinds(), ids=lambda each: each.name)
def test_an_object_with_nothing_in_it_is_no_error(kind: KubernetesKind, busy: Cluster) -> None:
    version = f"{kind.group}/v1" if kind.group else "v1"
    where = {"namespace": "ml"} if kind.namespaced else {}
    bare: Data = {"apiVersion": version, "kind": kind.kind, "metadata": {"name": "x"} | where}
    around = namespace("ml") if kind.namespaced else None
    for each in (bare, bare | {"spec": {}}, bare | {"spec": {"template": {}}}):
        for one in (Asked("CREATE", each, None, around), Asked("UPDATE", each, bare, around)):
            for verdict in filter(None, (stage.decide(one) for stage in busy.stages)):
                assert [decision for decision in verdict.decisions if decision.outcome == "error"] == []


def test_what_a_judged_controller_made_is_not_judged_twice() -> None:
    def owned(kind: str, version: str, **more: Any) -> Data:
        return pod(ownerReferences=[{"apiVersion": version, "kind": kind, "name": "web", "uid": "1"} | more])

    refusal = cluster(policy()).refusal

    assert refusal(owned("ReplicaSet", "apps/v1", controller=True)) is None
    assert refusal(owned("PyTorchJob", "kubeflow.org/v1", controller=True)) is None
    assert refusal(owned("ReplicaSet", "apps/v1", controller=False)) is not None
    assert refusal(owned("ReplicaSet", "apps/v1")) is not None
    assert refusal(owned("Deployment", "example.com/v1", controller=True)) is not None
    assert refusal(owned("Backup", "example.com/v1", controller=True)) is not None


def test_finalizers_can_be_removed_from_what_is_being_deleted() -> None:
    old = pod(finalizers=["example.com/x"], deletionTimestamp="2026-11-21T00:00:00Z", labels=TEAM)
    new = pod(deletionTimestamp="2026-11-21T00:00:00Z")

    assert cluster(policy()).refusal(new, old=old) is None


def test_updates_are_judged_by_what_they_change() -> None:
    fair, strict = cluster(policy()), cluster(policy(settings=KubernetesVap(updates="strict")))
    annotated = pod({"x": "y"}, annotations={"a": "b"})

    assert fair.refusal(annotated, old=pod({"x": "y"})) is None
    assert fair.refusal(pod({"x": "z"}), old=pod({"x": "y"})) is not None
    assert fair.refusal(pod(), old=pod(TEAM)) is not None
    assert fair.refusal(pod(), old=pod({})) is None
    assert strict.refusal(annotated, old=pod({"x": "y"})) is not None


def test_a_template_that_is_added_is_judged_on_update() -> None:
    head = {"template": {"metadata": {"labels": TEAM}}}
    old = obj("RayCluster", "ray.io/v1", {"headGroupSpec": head})
    new = deepcopy(old)
    new["spec"]["workerGroupSpecs"] = [{"groupName": "gpu", "template": {}}]

    said = cluster(policy()).refusal(new, old=old)

    assert said is not None
    assert said.endswith("spec.workerGroupSpecs[gpu].template.metadata.labels: team is missing: set it")


def test_there_is_no_old_object_when_one_is_made() -> None:
    for stage in cluster(policy()).stages:
        request = Asked("CREATE", pod(), None, namespace("ml")).request | {"oldObject": None}

        verdict = stage.admission.decide(request, namespace=namespace("ml"))

        assert [each.outcome for each in verdict.decisions] == ["deny", "admit"]


@pytest.mark.parametrize("name", ["kube-system", "kube-public", "kube-node-lease"])
def test_what_the_cluster_runs_in_is_left_alone(name: str) -> None:
    assert cluster(policy()).refusal(pod(namespace=name)) is None
    assert cluster(policy(settings=KubernetesVap(exclude_namespaces=[]))).refusal(pod(namespace=name))


def test_excluded_namespaces_may_be_globs() -> None:
    refusal = cluster(policy(settings=KubernetesVap(exclude_namespaces=["ops-*", "vendor"]))).refusal

    assert refusal(pod(namespace="ops-1")) is None
    assert refusal(pod(namespace="vendor")) is None
    assert refusal(pod(namespace="vendor-2"))
    assert refusal(pod(namespace="kube-system"))


def test_objects_outside_of_namespaces_have_no_namespace_to_look_at() -> None:
    made = policy(
        tag(inherit=("namespace",), requirements=(Requirement(Selector(types=(RUNTIME,))),)),
        tag("env", requirements=(Requirement(Selector(namespaces=("prod-*",))),)),
        tag("zone", requirements=(Requirement(Selector(namespaces=("!prod-*",))),)),
    )
    runtime = obj("ClusterServingRuntime", "serving.kserve.io/v1alpha1", {"labels": {}})
    del runtime["metadata"]["namespace"]

    assert cluster(made).refusal(runtime) == (
        "ClusterServingRuntime/web does not carry the labels of the policy acme 1: "
        "spec.labels: team is missing: set it; spec.labels: zone is missing: set it"
    )
    assert cluster(made).refusal(runtime | {"spec": {"labels": TEAM | {"zone": "a"}}}) is None


def test_labels_of_the_namespace_count_where_they_are_inherited() -> None:
    inherits = cluster(policy(tag(inherit=("namespace",))))

    assert inherits.refusal(pod(), around=namespace("ml", TEAM)) is None
    assert inherits.refusal(pod(), around=namespace("ml"))
    assert inherits.refusal(pod({"team": ""}), around=namespace("ml", TEAM))
    assert cluster(policy()).refusal(pod(), around=namespace("ml", TEAM))


def test_a_name_that_the_server_will_make_up_is_shown_as_what_it_begins_with() -> None:
    generated = pod(generateName="web-")
    del generated["metadata"]["name"]
    said = cluster(policy()).refusal(generated)

    assert said is not None
    assert said.startswith("Pod/web-* does not carry")


def test_subresources_and_deletions_are_not_matched() -> None:
    for document in manifests(policy()):
        if document["kind"] == "ValidatingAdmissionPolicy":
            for rule in document["spec"]["matchConstraints"]["resourceRules"]:
                assert rule["operations"] == ["CREATE", "UPDATE"]
                assert not [each for each in rule["resources"] if "/" in each or "*" in each]
                assert rule["apiVersions"] == ["*"]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    made = policy(
        tag(), tag("env", constraint=Allowed(("dev", "prod"))), tag("cost", constraint=Matches("[0-9]+"))
    )

    said = cluster(made).refusal(pod({"env": "qa", "cost": "a1"}))

    assert said is not None
    assert said.split(": ", 1)[1] == (
        "metadata.labels: team is missing: set it; "
        "metadata.labels: env is qa, which is not accepted: use one of dev, prod; "
        "metadata.labels: cost is a1, which is not accepted: use a value of the form [0-9]+"
    )


def test_of_many_pods_alike_the_first_few_are_named() -> None:
    groups = [{"groupName": f"group-{number}", "template": {}} for number in range(40)]
    said = cluster(policy()).refusal(obj("RayCluster", "ray.io/v1", {"workerGroupSpecs": groups}))

    assert said is not None
    assert said.count("team is missing") == 5
    assert said.endswith("[group-4].template.metadata.labels: team is missing: set it; and 35 more like this")


def test_messages_are_one_line_and_short_enough_for_the_server_to_keep() -> None:
    keys = [f"team-{number}" for number in range(60)]
    long = "Ask\nthe platform team é" * 20
    made = policy(*(tag(key, constraint=Matches("[a-z]+"), message=long) for key in keys))
    labels = dict.fromkeys(keys[:30], "É" * 63)

    (deny,) = cluster(made).stages
    verdict = deny.decide(Asked("CREATE", pod(labels), None, namespace("ml")))

    assert verdict is not None
    for each in verdict.decisions:
        assert "\n" not in each.message
        assert len(each.message.encode()) <= MAX_MESSAGE
        assert each.outcome == "admit" or each.message.startswith("Pod/web does not carry")


def test_values_that_may_be_secrets_are_not_shown() -> None:
    secret = "AKIA0123456789ABCDEF"
    made = policy(
        tag("team", constraint=Allowed(("nlp",))),
        tag("db-password", constraint=Matches("x+"), requirements=()),
        forbidden_values=("AKIA[0-9A-Z]{16}",),
        forbidden_keys=("*password*",),
    )

    said = cluster(made).refusal(pod({"team": secret, "db-password": "hunter2", "other": secret}))

    assert said is not None
    assert secret not in said
    assert "hunter2" not in said
    assert "team is a value that is not shown, which is not accepted: use one of nlp" in said


def test_a_value_with_quotes_and_backslashes_stays_text() -> None:
    odd = ('it\'s "x"', "a\\d", "{{b}}", "${c}", "%d")
    made = policy(tag(constraint=Allowed(odd), message='Say "hi" \\ {{x}}'), closed=True)
    refusal = cluster(made).refusal

    assert all(refusal(pod({"team": value})) is None for value in odd)
    said = refusal(pod({"team": 'no"pe'}))
    assert said is not None
    assert said.endswith(
        'team is no"pe, which is not accepted: use one of it\'s "x", a\\d, {{b}}, ${c}, %d. Say "hi" \\ {{x}}'
    )


def test_warnings_never_deny_and_denials_never_warn() -> None:
    made = policy(tag(), tag("env", enforce=(Stage("warn"),)), tag("cost", enforce=(Stage("audit"),)))

    bound = {
        each["spec"]["policyName"]: each["spec"]["validationActions"]
        for each in manifests(made)
        if each["kind"].endswith("Binding")
    }

    assert bound == {"acme-deny": ["Deny"], "acme-warn": ["Warn", "Audit"], "acme-audit": ["Audit"]}


def test_lists_can_be_kept_in_parameters() -> None:
    teams = Allowed(("nlp", "vision"), registry="teams")
    made = policy(tag(constraint=teams), settings=KubernetesVap(parameters=True))
    later = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"team": "vision\nspeech"}}

    assert cluster(made).refusal(pod(TEAM)) is None
    assert cluster(made).refusal(pod({"team": "speech"}))
    assert cluster(made, later).refusal(pod({"team": "speech"})) is None
    assert cluster(made, later).refusal(pod(TEAM))


def test_lost_parameters_keep_nobody_from_working() -> None:
    teams = Allowed(("nlp", "vision"), registry="teams")
    made = policy(tag(constraint=teams), settings=KubernetesVap(parameters=True))
    every = manifests(made)
    (binding,) = [each["spec"] for each in every if each["kind"].endswith("Binding")]

    assert binding["paramRef"] == {
        "name": "acme-values",
        "namespace": "kube-system",
        "parameterNotFoundAction": "Allow",
    }
    assert [note for note in compiled(made).notes if "#130887" in note]
    assert not [note for note in compiled(policy()).notes if "#130887" in note]


def test_a_registry_whose_values_are_all_retired_offers_none() -> None:
    retired = Allowed(("nlp",), registry="teams", until={"nlp": date(2026, 1, 1)})

    said = cluster(policy(tag(constraint=retired))).refusal(pod(TEAM))

    assert said is not None
    assert said.endswith("team is nlp, which is not accepted: use a value of teams")


def test_expressions_that_the_server_would_refuse_are_not_written() -> None:
    values = tuple(f"value-number-{number:06}" for number in range(6_000))
    large = tag(constraint=Allowed(values, registry="teams"))

    with pytest.raises(CompileError, match="keep registries in parameters"):
        compiled(policy(large))
    kept = manifests(policy(large, settings=KubernetesVap(parameters=True)))
    expressions = [
        each["expression"] for m in kept for each in m["spec" if "spec" in m else "data"].get("variables", [])
    ]
    assert max(map(len, expressions)) < LONGEST_EXPRESSION


def test_expired_keys_and_exemptions_do_not_count() -> None:
    gone, due = date(2026, 11, 20), date(2026, 11, 21)
    exempt = Selector(names=("legacy-*",))
    made = policy(
        tag(aliases=(Alias("owner", gone), Alias("squad", due))),
        exemptions=(Exemption("EX-1", "ops", "vendor", due, ("team",), exempt),),
    )
    refusal = cluster(made).refusal

    assert refusal(pod({"squad": "nlp"})) is None
    assert refusal(pod(name="legacy-1")) is None
    said = refusal(pod({"owner": "nlp"}))
    assert said is not None
    assert "team is missing, but owner is there, which does not count any more: set it" in said


def test_labels_to_remove_are_named_together() -> None:
    made = policy(closed=True, forbidden_keys=("tmp-*",))

    said = cluster(made).refusal(pod(TEAM | {"tmp-1": "", "app.kubernetes.io/name": "web"}))

    assert said is not None
    assert "metadata.labels: remove tmp-1: a forbidden key; " in said
    assert said.endswith("metadata.labels: remove tmp-1: not a key of the policy")


def test_warnings_name_the_object() -> None:
    (warn,) = cluster(policy(tag(enforce=(Stage("warn"),)))).stages

    verdict = warn.decide(Asked("CREATE", pod(), None, namespace("ml")))

    assert verdict is not None
    assert verdict.messages == ("Pod/web: metadata.labels: team is missing: set it",)
