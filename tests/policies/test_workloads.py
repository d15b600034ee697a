"""Kinds of Kubernetes that a policy names: what is taken, and what is refused at which place."""

from __future__ import annotations

import pytest

from tagward.catalog import Kinds, kubernetes_kinds
from tagward.policy import Workload
from tests.policies.policy_files import Policies

TEAM = "tags: {team: {required: true}}\n"
RUN = "example.com/TrainingRun"


def one(policies: Policies, fields: str) -> Workload:
    (workload,) = policies.load(f"{TEAM}workloads: {{{RUN}: {{{fields}}}}}").workloads
    return workload


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("spec.template", "spec.template"),
        ("template", "template"),
        (".spec.template", "spec.template"),
        ("$.spec.template", "spec.template"),
        ("spec.workers[*].template", "spec.workers.[].template"),
        ("spec.replicas.*.template", "spec.replicas.{}.template"),
        ("spec.podTemplates[*]", "spec.podTemplates.[]"),
        ("spec.groups[*].roles[*].template", "spec.groups.[].roles.[].template"),
        ("spec.matrix[*][*]", "spec.matrix.[].[]"),
    ],
)
def test_paths_are_read_as_kubernetes_writes_them(policies: Policies, written: str, read: str) -> None:
    assert one(policies, f'templates: ["{written}"]').templates == (read,)


def test_what_is_left_out_is_as_most_kinds_have_it(policies: Policies) -> None:
    assert one(policies, "templates: [spec.template]") == Workload(RUN, ("spec.template",))
    odd = one(policies, "propagates: true, namespaced: false, plural: runs")
    assert odd == Workload(RUN, propagates=True, namespaced=False, plural="runs")


def test_the_kinds_of_a_policy_stand_beside_those_of_the_catalogue() -> None:
    kinds = Kinds((Workload(RUN, ("spec.template",)), Workload("example.com/Policy", propagates=True)))
    assert kinds.all()[: len(kubernetes_kinds())] == kubernetes_kinds()
    run, policy = kinds.further
    assert kinds.find("example.com", "TrainingRun") is run
    assert kinds.find("example.com", "Other") is None
    assert (run.plural, policy.plural) == ("trainingruns", "policies")
    assert [place.at for place in policy.templates] == [""]
    assert not any(kind.plural == "" or not kind.catalogued for kind in kubernetes_kinds())


def refused_path(name: str, path: str, *said: str) -> object:
    return pytest.param(path, list(said), id=name)


PATHS = [
    refused_path("an element", "spec.workers[0].template", "write `spec.workers[*].template`"),
    refused_path("a filter", "spec.workers[?(@.a)].template", "every element counts"),
    refused_path("a quoted step", "spec['template']", "every element counts"),
    refused_path("an open bracket", "spec.workers[", "every element counts"),
    refused_path("a closing bracket", "spec.workers]", "`workers]` is no field"),
    refused_path("an empty step", "spec..template", "a step is empty"),
    refused_path("nothing but a root", "$", "a step is empty"),
    refused_path("a step with a dash", "spec.pod-template", "`pod-template` is no field"),
    refused_path("a keyword", "spec.in", "`in` is no field"),
    refused_path("a misspelt start", "sepc.template", "did you mean `spec.template`?"),
    refused_path("another case", "Spec.template", "did you mean `spec.template`?"),
    refused_path("the status", "status.template", "no pod template is in `status`"),
    refused_path("a list of objects", "[*].template", "begins with a field"),
    refused_path("labels", "spec.template.metadata.labels", "name the template itself: `spec.template`"),
    refused_path("labels of many", "spec.a[*].metadata.labels", "name the template itself: `spec.a[*]`"),
    refused_path("metadata", "spec.a.*.template.metadata", "name the template itself: `spec.a.*.template`"),
    refused_path("too many steps", ".".join("a" * 33), "more than 32 steps"),
]


@pytest.mark.parametrize(("path", "said"), PATHS)
def test_a_path_must_lead_to_pod_templates(policies: Policies, path: str, said: list[str]) -> None:
    policies.check_marks(f'{TEAM}workloads: {{{RUN}: {{templates: [spec.a, ⟦"{path}"⟧]}}}}', said)


KINDS = [
    refused_path("with a version", "example.com/v1/TrainingRun", "write `example.com/TrainingRun`"),
    refused_path("as a type", "kubernetes:example.com/TrainingRun", "write `example.com/TrainingRun`"),
    refused_path("without a group", "TrainingRun", "GROUP/Kind"),
    refused_path("in a group without a domain", "batch/TrainingRun", "GROUP/Kind"),
    refused_path("a plural", "example.com/trainingruns", "GROUP/Kind"),
    refused_path("a known kind", "apps/Deployment", "has `apps/Deployment` already"),
    refused_path("a known kind of many", "jobset.x-k8s.io/JobSet", "`spec.replicatedJobs.*.template"),
    refused_path("a pod", "Pod", "has `Pod` already"),
]


@pytest.mark.parametrize(("kind", "said"), KINDS)
def test_a_kind_must_be_one_that_anybody_could_define(policies: Policies, kind: str, said: list[str]) -> None:
    policies.check_marks(f"{TEAM}workloads:\n  ⟦{kind}⟧: {{templates: [spec.template]}}", said)


def test_something_must_say_where_labels_are(policies: Policies) -> None:
    policies.check_marks(f"{TEAM}workloads: {{⟦{RUN}⟧: {{}}}}", ["`propagates: true`"])
    policies.check_marks(f"{TEAM}workloads: {{⟦{RUN}⟧: {{propagates: false}}}}", ["`templates`"])
    policies.check_marks(f"{TEAM}workloads: {{{RUN}: {{⟦template⟧: [a]}}}}", ["did you mean `templates`?"])
    policies.check_marks(
        f'{TEAM}workloads: {{{RUN}: {{templates: [spec.a, ⟦".spec.a"⟧]}}}}', ["is there already"]
    )


def test_workloads_add_up_and_nobody_redefines_them(policies: Policies) -> None:
    base = {"base.yaml": f"{TEAM}workloads: {{example.com/Base: {{templates: [spec.template]}}}}"}
    both = policies.load(f"extends: ./base.yaml\nworkloads: {{{RUN}: {{propagates: true}}}}", base)
    assert [each.name for each in both.workloads] == ["example.com/Base", RUN]

    child = "extends: ./base.yaml\nworkloads: {⟦example.com/Base⟧: {templates: [spec.other]}}"
    policies.check_marks(child, ["`example.com/Base` is there already"], base)
