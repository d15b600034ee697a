"""What gets stricter or looser when a ValidatingAdmissionPolicy changes."""

from typing import Any

import pytest
import yaml

from tests.generators.deciding.vap_comparisons import (
    BINDING,
    POLICY,
    Document,
    Objects,
    compared,
    compiled,
    objects,
    told,
    untrue,
)

HAS = '"{}" in object.metadata.?labels.orValue({{}})'
PODS = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}


def manifest(kind: str, spec: Document, name: str = "acme") -> str:
    document = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": name}}
    return yaml.safe_dump(document | {"spec": spec})


def policy(*expressions: str, bound: Document | None = None, **parts: Any) -> dict[str, str]:
    """A policy on pods, and how it is bound."""
    spec = {
        "matchConstraints": {"resourceRules": [PODS]},
        "validations": [{"expression": each} for each in expressions],
    }
    binding = {"policyName": "acme", "validationActions": ["Deny"]} | (bound or {})
    return objects("---\n".join((manifest(POLICY, spec | parts), manifest(BINDING, binding))))


TEAM, ENV = HAS.format("team"), HAS.format("env")
REQUIRED = policy(TEAM)


def rules(**parts: Any) -> Document:
    return {"resourceRules": [PODS | parts]}


def by_name(operator: str, *names: str) -> Document:
    """A selector of namespaces by name."""
    return {
        "matchExpressions": [
            {"key": "kubernetes.io/metadata.name", "operator": operator, "values": list(names)}
        ]
    }


def test_a_policy_that_is_new() -> None:
    assert told({}, REQUIRED) == ["stricter: creating a Pod without `team` is denied now (was allowed)"]


def test_a_label_more() -> None:
    assert told(REQUIRED, policy(TEAM, ENV)) == [
        "stricter: creating a Pod without `env` is denied now (was allowed)"
    ]


def test_a_validation_that_joins_labels_is_met_label_by_label() -> None:
    pattern = 'object.metadata.labels[k].matches("^[a-z]{3}[0-9]{2}$")'
    keys = '["team", "project", "stage", "owner"]'
    was = policy(f"has(object.metadata.labels) && {keys}.all(k, k in object.metadata.labels && {pattern})")
    now = policy(f"has(object.metadata.labels) && {keys}.all(k, k in object.metadata.labels)")

    assert any("looser: creating a Pod with `owner` = " in each for each in told(was, now))


def test_a_policy_that_nothing_binds_decides_nothing() -> None:
    unbound = objects(manifest(POLICY, {"matchConstraints": {"resourceRules": [PODS]}, "validations": []}))

    assert told(REQUIRED, unbound) == ["looser: creating a Pod without `team` is allowed now (was denied)"]


@pytest.mark.parametrize(("action", "said"), [("Warn", "warned about"), ("Audit", "only recorded")])
def test_an_action_that_does_not_deny(action: str, said: str) -> None:
    assert told(REQUIRED, policy(TEAM, bound={"validationActions": [action]})) == [
        f"looser: creating a Pod without `team` is {said} now (was denied)"
    ]


def test_values_are_told() -> None:
    def among(values: str) -> dict[str, str]:
        return policy(f'{TEAM} && object.metadata.labels["team"] in [{values}]')

    assert told(among('"a"'), among('"a", "b"')) == [
        "looser: creating a Pod with `team` = `b` is allowed now (was denied)"
    ]


def test_the_same_in_other_words_is_no_difference() -> None:
    other = policy("variables.there", variables=[{"name": "there", "expression": TEAM}])

    assert told(REQUIRED, other) == []


def test_another_kind() -> None:
    rules = {"resourceRules": [PODS | {"apiGroups": ["", "apps"], "resources": ["pods", "daemonsets"]}]}

    assert told(REQUIRED, policy(TEAM, matchConstraints=rules)) == [
        "stricter: creating a DaemonSet without `team` is denied now (was allowed)"
    ]


def test_a_failure_policy_decides_what_an_error_is() -> None:
    fails = policy('object.metadata.labels["team"] != ""')

    assert told(policy('object.metadata.labels["team"] != ""', failurePolicy="Ignore"), fails) == [
        "stricter: creating a Pod without `team` is denied now (was allowed)"
    ]


def test_parameters_are_read() -> None:
    def listed(values: str) -> dict[str, str]:
        expression = f'{TEAM} && object.metadata.labels["team"] in params.data.teams.split(",")'
        reference = {"name": "teams", "namespace": "x", "parameterNotFoundAction": "Deny"}
        kind = {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}}
        data = f"{{kind: ConfigMap, metadata: {{name: teams, namespace: x}}, data: {{teams: '{values}'}}}}"
        return policy(expression, bound={"paramRef": reference}, **kind) | objects(data)

    assert told(listed("a"), listed("a,b")) == [
        "looser: creating a Pod with `team` = `b` is allowed now (was denied)"
    ]


def test_a_selector_on_labels_leaves_objects_out() -> None:
    rules = {"resourceRules": [PODS], "objectSelector": {"matchLabels": {"tier": "gold"}}}

    assert told(policy(TEAM, matchConstraints=rules), REQUIRED) == [
        "stricter: creating a Pod without any tag is denied now (was allowed)",
        "stricter: creating a Pod without `team` while `tier` = `zz-other`, `tbd`, `GOLD` or `Gold`"
        " is denied now (was allowed)",
        "stricter: creating a Pod without `team` while `tier` is empty is denied now (was allowed)",
    ]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (policy("object.metadata."), "its CEL is refused"),
        (policy("authorizer.group('').resource('pods').check('create').allowed()"), "its CEL is refused"),
        (policy(TEAM, bound={"validationActions": ["Shout"]}), "not written as the API server takes it"),
        (objects("hello"), "it is no object of the API"),
        (policy(TEAM, matchConstraints={"resourceRules": "x"}), "not written as the API server takes it"),
        (policy(TEAM, matchConstraints=rules(operations=["DELETE"])), "about the operation `DELETE`"),
        (policy(TEAM, matchConstraints=rules(operations=["*"])), "about the operation `*`"),
        (policy(TEAM, matchConstraints=rules(resources=["pods/exec"])), "it is about subresources"),
        (policy(TEAM, matchConstraints=rules(resourceNames=["a"])), "it is about single objects, by name"),
        (policy(TEAM, bound={"matchResources": rules(resourceNames=["a"])}), "about single objects, by name"),
        (policy("object.spec.containers.all(c, c.image != '')"), "it looks at `containers`"),
        (policy("object.metadata.annotations.all(a, a != '')"), "it looks at `annotations`"),
        (policy("request.userInfo.username != 'me'"), "it looks at `userInfo`"),
        (policy(TEAM, paramKind={"apiVersion": "v1", "kind": "ConfigMap"}), "its parameters are not among"),
    ],
)
def test_what_cannot_be_evaluated_is_said(document: Objects, why: str) -> None:
    assert any(why in each.why for _, each in compared(REQUIRED, document).undecided)


def test_manifests_that_are_strange_are_read_as_they_are() -> None:
    strange = "{kind: ConfigMap, metadata: {name: x, annotations: 1}, data: {day: 2026-11-21}}"

    assert objects(strange) == {
        "ConfigMap/x": '{"kind": "ConfigMap", "data": {"day": "2026-11-21"}, '
        '"metadata": {"name": "x", "annotations": 1}}'
    }


def test_what_cannot_be_evaluated_and_did_not_change_is_no_difference() -> None:
    odd = policy(TEAM, "request.userInfo.username != 'me'")

    assert compared(odd, odd).undecided == ()


def test_a_namespace_that_a_binding_leaves_out() -> None:
    spared = policy(TEAM, bound={"matchResources": {"namespaceSelector": by_name("NotIn", "sandbox")}})

    assert told(REQUIRED, spared) == [
        "looser: creating a Pod in namespace `sandbox` without `team` is allowed now (was denied)"
    ]


def test_namespaces_that_are_told_apart_by_a_label() -> None:
    gold = {"namespaceSelector": {"matchLabels": {"tier": "gold"}}}

    assert told({}, policy(TEAM, bound={"matchResources": gold})) == [
        "stricter: creating a Pod in a namespace with `tier` = `gold` without `team` is denied now"
        " (was allowed)"
    ]


def test_a_namespace_that_an_expression_names() -> None:
    def spared(pattern: str) -> dict[str, str]:
        return policy(f"object.metadata.namespace.matches('{pattern}') || {TEAM}")

    assert told(spared("^(?:dev-.*|test)$"), spared("^(?:dev-.*|test|web)$")) == [
        "looser: creating a Pod in namespace `web` without `team` is allowed now (was denied)"
    ]


def test_a_kind_that_is_spared_in_one_namespace_under_one_name() -> None:
    kinds = rules(apiGroups=["", "batch", "apps"], resources=["pods", "jobs", "deployments"])
    spared = (
        'object.kind == "Job" && object.apiVersion in ["batch/Job", object.apiVersion] &&'
        f' object.metadata.namespace == "web" && object.metadata.name == "nightly" || {TEAM}'
    )

    assert told(policy(TEAM, matchConstraints=kinds), policy(spared, matchConstraints=kinds)) == [
        "looser: creating a Job named `nightly` in namespace `web` without `team` is allowed now (was denied)"
    ]


def test_labels_of_the_namespace_count() -> None:
    inherited = f'{TEAM} || "team" in namespaceObject.metadata.labels'

    assert told(REQUIRED, policy(inherited)) == [
        "looser: creating a Pod labelled on its namespace only with `team` is allowed now (was denied)"
    ]


def test_labels_of_the_template_count_no_more() -> None:
    deployments = rules(apiGroups=["apps"], resources=["deployments"])
    template = '"team" in object.spec.template.metadata.?labels.orValue({})'
    was = policy(template, matchConstraints=deployments)

    assert told(was, policy(TEAM, matchConstraints=deployments)) == [
        "stricter: creating a Deployment labelled on its pods only with `team` is denied now (was allowed)",
        "looser: creating a Deployment labelled on itself only with `team` is allowed now (was denied)",
    ]


def test_an_update_that_leaves_the_labels() -> None:
    both = rules(operations=["CREATE", "UPDATE"])
    fair = f"oldObject != null && object.metadata.?labels == oldObject.metadata.?labels || {TEAM}"

    assert told(policy(TEAM, matchConstraints=both), policy(fair, matchConstraints=both)) == [
        "looser: updating a Pod by a change that leaves its labels without `team` is allowed now (was denied)"
    ]


def test_an_update_of_a_kind_that_nobody_knows() -> None:
    both = rules(apiGroups=["example.com"], resources=["things"], operations=["CREATE", "UPDATE"])
    fair = f"oldObject != null && object.metadata.?labels == oldObject.metadata.?labels || {TEAM}"

    assert told(policy(TEAM, matchConstraints=both), policy(fair, matchConstraints=both)) == [
        "looser: updating a Thing by a change that leaves its labels without `team`"
        " is allowed now (was denied)"
    ]


def test_what_a_controller_made_is_told_apart() -> None:
    spared = [
        {"name": "owned", "expression": "!object.metadata.?ownerReferences.orValue([]).exists(o, true)"}
    ]

    assert told(REQUIRED, policy(TEAM, matchConditions=spared)) == [
        "looser: creating a Pod made by `apps/ReplicaSet` without `team` is allowed now (was denied)"
    ]


def test_kinds_without_a_namespace_are_everywhere() -> None:
    runtimes = rules(apiGroups=["trainer.kubeflow.org"], resources=["clustertrainingruntimes"])
    constraints = runtimes | {"namespaceSelector": by_name("In", "web")}

    assert told({}, policy(TEAM, matchConstraints=constraints)) == [
        "stricter: creating a ClusterTrainingRuntime without `team` is denied now (was allowed)"
    ]


def test_a_version_of_an_api_is_asked_about() -> None:
    beta = rules(apiGroups=["serving.kserve.io"], apiVersions=["v1beta1"], resources=["inferenceservices"])

    assert told({}, policy(TEAM, matchConstraints=beta)) == [
        "stricter: creating an InferenceService without `team` is denied now (was allowed)"
    ]


@pytest.mark.parametrize("seed", range(4))
def test_a_compilation_does_not_differ_from_itself(seed: int) -> None:
    comparison = compared(compiled(seed), compiled(seed))

    assert (comparison.differences, comparison.undecided) == ((), ())


@pytest.mark.parametrize("seed", [2])
def test_the_examples_of_two_random_policies_are_true(seed: int) -> None:
    was, now = compiled(seed), compiled(seed + 50)
    differences = compared(was, now).differences

    assert differences
    assert list(untrue(differences, was, now)) == []
