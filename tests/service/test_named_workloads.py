"""Kinds that a policy names are judged in files, by the API and on admission, whatever stands in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.catalog import Kinds
from tagward.evaluation import evaluate
from tagward.findings import Assessment, Code, Status
from tagward.loader import load
from tagward.policy import Policy
from tagward_service.api.jobs import Done, LintJob, run
from tagward_service.sources.interface import Place
from tagward_service.sources.kubernetes.manifests import CATALOGUE, read_manifests
from tests.service.admission.test_configuration import asked, webhooks
from tests.service.admission.test_mutate import filled
from tests.service.admission.test_review import DAY, ask

WRITTEN = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme}
tags: {ml-team: {required: true, values: [nlp, vision]}}
workloads:
  example.com/TrainingRun: {templates: ["spec.workers[*].template", "spec.byRole.*.pod"]}
  example.com/Grid: {templates: ["spec.rows[*].cells[*].template"]}
  example.com/Session: {propagates: true, namespaced: false, plural: sessionz}
"""


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    path = tmp_path_factory.mktemp("policy") / "tagward.yaml"
    path.write_text(WRITTEN)
    return load(path, as_of=DAY)


def template(team: str | None) -> dict[str, Any]:
    return {"metadata": {"labels": {"ml-team": team} if team else {}}, "spec": {"containers": []}}


def training(*workers: str | None, **by_role: str | None) -> dict[str, Any]:
    spec = {
        "workers": [{"name": f"w{at}", "template": template(team)} for at, team in enumerate(workers)],
        "byRole": {role: {"pod": template(team)} for role, team in by_role.items()},
    }
    return thing("TrainingRun", spec)


def thing(kind: str, spec: Any, **metadata: Any) -> dict[str, Any]:
    named = {"name": "x", "namespace": "dev"} | metadata
    return {"apiVersion": "example.com/v1", "kind": kind, "metadata": named, "spec": spec}


def judged(policy: Policy, document: dict[str, Any]) -> Assessment:
    content = json.dumps(document).encode()
    reading = read_manifests(content, "m.json", Place(workloads=policy.workloads)).reading
    (resource,) = reading.resources
    return evaluate(policy, resource, as_of=DAY)


def places(assessment: Assessment) -> list[str]:
    return [place for finding in assessment.findings for place in finding.places]


def test_every_template_that_a_path_leads_to_is_judged(policy: Policy) -> None:
    assert judged(policy, training("nlp", "vision", launcher="nlp")).status is Status.COMPLIANT
    assert places(judged(policy, training("nlp", None, launcher="wrong"))) == [
        "spec.workers[1].template.metadata.labels",
        "spec.byRole.launcher.pod.metadata.labels",
    ]
    grid = thing("Grid", {"rows": [{"cells": [{"template": template("nlp")}, {"template": template(None)}]}]})
    assert places(judged(policy, grid)) == ["spec.rows[0].cells[1].template.metadata.labels"]


def test_labels_of_the_object_count_where_they_reach_its_pods_and_nowhere_else(policy: Policy) -> None:
    labels = {"ml-team": "nlp"}
    assert judged(policy, thing("Session", {}, labels=labels)).status is Status.COMPLIANT
    assert judged(policy, thing("Session", {})).status is Status.VIOLATING
    unlabelled = training(None) | {"metadata": {"name": "x", "labels": labels}}
    assert judged(policy, unlabelled).status is Status.VIOLATING


def test_a_kind_without_a_namespace_is_in_none(policy: Policy) -> None:
    assert judged(policy, thing("Session", {})).resource.namespace == ""
    assert judged(policy, training("nlp")).resource.namespace == "dev"


NO_TEMPLATE: list[Any] = [
    None,
    {},
    [],
    5,
    "text",
    {"workers": 5},
    {"workers": "text"},
    {"workers": {"a": {"template": template(None)}}},
    {"byRole": [{"pod": template(None)}]},
    {"workers": [5, "x", None, [], [{"template": template(None)}]]},
    {"workers": [{"template": [template(None)]}, {"template": "x"}, {"template": None}]},
]


@pytest.mark.parametrize("spec", NO_TEMPLATE, ids=str)
def test_where_no_path_leads_to_a_template_nothing_is_missing_for_sure(policy: Policy, spec: Any) -> None:
    """A `[*]` is a list and a `.*` is a map, as the guardrails have it."""
    odd = judged(policy, thing("TrainingRun", spec))

    assert [finding.code for finding in odd.findings] == [Code.UNKNOWN]
    assert "not in this TrainingRun" in odd.findings[0].message
    assert places(odd) == ["spec.workers[*].template.metadata.labels"]
    answer = ask(thing("TrainingRun", spec), policy, **about("TrainingRun"))
    assert answer["allowed"]


def about(kind: str) -> dict[str, Any]:
    return {"kind": {"group": "example.com", "version": "v1", "kind": kind}, "name": "x"}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ("workers", "byRole", "template", "pod", "metadata", "labels", "ml-team", "rows", "cells")
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=20,
)


@given(kind=st.sampled_from(("TrainingRun", "Grid", "Session")), spec=ANYTHING)
def test_whatever_stands_in_an_object_it_is_judged_and_filled_or_left(
    policy: Policy, kind: str, spec: Any
) -> None:
    odd = thing(kind, spec)
    judged(policy, odd)
    ask(odd, policy, **about(kind))
    filled(odd, policy, defaults={"ml-team": "nlp"})


def test_many_thousand_templates_are_told_in_few_words(policy: Policy) -> None:
    many = ask(training(*["wrong"] * 5_000), policy, **about("TrainingRun"))
    deep = ask(
        thing("Grid", {"rows": [{"cells": [{"template": template(None)}] * 70}] * 70}),
        policy,
        **about("Grid"),
    )
    for answer in (many, deep):
        assert not answer["allowed"]
        assert len(answer["status"]["message"]) < 4096
    assert "the w8 pods and 4991 more" in many["status"]["message"]


def test_the_webhook_names_each_template_that_lacks_a_label(policy: Policy) -> None:
    answer = ask(training("nlp", None), policy, **about("TrainingRun"))

    assert answer["status"]["message"].splitlines()[1:] == [
        "- `ml-team` is missing on the w1 pods: add `ml-team` (one of nlp, vision) "
        "to `spec.workers[1].template.metadata.labels`"
    ]
    assert ask(training("nlp"), policy, **about("TrainingRun"))["allowed"]


def test_pods_of_a_named_kind_are_its_own_to_answer_for(policy: Policy) -> None:
    owner = {"apiVersion": "example.com/v1", "kind": "TrainingRun", "name": "x", "controller": True}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "ownerReferences": [owner]}}
    kind = {"kind": {"group": "", "version": "v1", "kind": "Pod"}}

    assert ask(pod, policy, **kind)["allowed"]
    assert not ask(pod, msgspec.structs.replace(policy, workloads=()), **kind)["allowed"]


def test_labels_are_filled_in_every_template(policy: Policy) -> None:
    made = training("vision", None, launcher=None)
    del made["spec"]["byRole"]["launcher"]["pod"]["metadata"]
    _, after = filled(made, policy, defaults={"ml-team": "nlp"})

    pods = [each["template"] for each in after["spec"]["workers"]]
    pods.append(after["spec"]["byRole"]["launcher"]["pod"])
    assert [pod["metadata"]["labels"] for pod in pods] == [
        {"ml-team": "vision"},
        {"ml-team": "nlp"},
        {"ml-team": "nlp"},
    ]
    answer, _ = filled(after, policy, defaults={"ml-team": "nlp"})
    assert "patch" not in answer


def test_the_api_server_is_told_to_ask_about_named_kinds(policy: Policy) -> None:
    for plural in ("trainingruns", "grids", "sessionz"):
        assert asked(policy, "example.com", plural, "CREATE") == ["Validating", "Mutating"]
        assert asked(policy, "example.com", plural, "UPDATE") == ["Validating", "Mutating"]
        assert asked(policy, "example.com", plural, "DELETE") == []
    conditions = json.dumps(webhooks(policy)["Validating"]["matchConditions"])
    assert "example.com/TrainingRun" in conditions
    assert "example.com/Grid" in conditions


def test_a_rule_may_be_about_a_named_kind_alone(policy: Policy, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(
        WRITTEN.replace("required: true", 'required: {on: {types: ["kubernetes:example.com/TrainingRun"]}}')
    )
    narrow = load(path, as_of=DAY)

    assert judged(narrow, training(None)).status is Status.VIOLATING
    assert judged(narrow, thing("Session", {})).status is Status.COMPLIANT
    (rules,) = [
        each for each in webhooks(narrow)["Validating"]["rules"] if each["apiGroups"] == ["example.com"]
    ]
    assert rules["resources"] == ["trainingruns", "grids", "sessionz"]


def test_the_api_judges_named_kinds(policy: Policy) -> None:
    job = LintJob(as_of=DAY, file="run.json")
    outcome, body = run(job, policy, json.dumps(training("nlp", None)).encode())

    assert outcome == Done("findings")
    assert b"spec.workers[1].template.metadata.labels" in body


def test_what_the_catalogue_knows_is_read_as_before(policy: Policy) -> None:
    assert CATALOGUE.further == ()
    assert Kinds(policy.workloads).find("apps", "Deployment") is CATALOGUE.find("apps", "Deployment")
