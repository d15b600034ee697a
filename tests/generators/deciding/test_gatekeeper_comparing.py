"""What gets stricter or looser when a template of Gatekeeper, or a constraint, changes."""

from typing import Any

import pytest
import yaml

from tests.generators.deciding.gatekeeper_comparisons import Objects, compared, compiled, objects, told

TEAM, ENV = '"team" in anyObject.metadata.?labels.orValue({})', '"env" in object.metadata.?labels.orValue({})'
PODS = {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}


def template(*expressions: str, rego: str = "", **parts: Any) -> dict[str, str]:
    source = {"failurePolicy": "Fail", "validations": [{"expression": each} for each in expressions]}
    code = [{"engine": "K8sNativeValidation", "source": source | parts}]
    code += [{"engine": "Rego", "source": {"rego": rego}}] if rego else []
    names = {"crd": {"spec": {"names": {"kind": "Acme"}}}}
    spec = names | {"targets": [{"target": "admission.k8s.gatekeeper.sh", "code": code}]}
    document = {"apiVersion": "templates.gatekeeper.sh/v1", "kind": "ConstraintTemplate"}
    return objects(yaml.safe_dump(document | {"metadata": {"name": "acme"}, "spec": spec}))


def constraint(
    action: str = "deny", parameters: Any = None, kind: str = "Acme", **match: Any
) -> dict[str, str]:
    spec = {"enforcementAction": action, "match": PODS | match, "parameters": parameters or {}}
    document = {"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": kind}
    return objects(yaml.safe_dump(document | {"metadata": {"name": "acme-deny"}, "spec": spec}))


HAS_TEAM = TEAM.replace("anyObject", "variables.anyObject")
TEMPLATE = template(HAS_TEAM)
REQUIRED = TEMPLATE | constraint()


def test_a_constraint_that_is_new() -> None:
    assert told(TEMPLATE, REQUIRED) == ["stricter: creating a Pod without `team` is denied now (was allowed)"]


@pytest.mark.parametrize(("action", "said"), [("warn", "warned about"), ("dryrun", "only recorded")])
def test_an_action_that_does_not_deny(action: str, said: str) -> None:
    assert told(REQUIRED, TEMPLATE | constraint(action)) == [
        f"looser: creating a Pod without `team` is {said} now (was denied)"
    ]


def test_faults_that_are_joined_are_told_one_by_one() -> None:
    lists = [
        {"name": "one", "expression": f'{TEAM.replace("anyObject", "object")} ? [] : ["no team"]'},
        {"name": "two", "expression": f'{ENV} ? [] : ["no env"]'},
        {"name": "said", "expression": '[variables.one.join(""), variables.two.join("")].join("")'},
    ]
    joined = template('variables.said == ""', variables=lists) | constraint()

    assert told(REQUIRED, joined) == ["stricter: creating a Pod without `env` is denied now (was allowed)"]


def test_parameters_are_read() -> None:
    listed = template(f'{HAS_TEAM} && object.metadata.labels["team"] in variables.params.teams')

    assert told(
        listed | constraint(parameters={"teams": ["a"]}),
        listed | constraint(parameters={"teams": ["a", "b"]}),
    ) == ["looser: creating a Pod with `team` = `b` is allowed now (was denied)"]


def test_namespaces_are_left_out_by_pattern() -> None:
    assert told(REQUIRED, TEMPLATE | constraint(excludedNamespaces=["dev-*"])) == [
        "looser: creating a Pod in namespace `dev-x` without `team` is allowed now (was denied)"
    ]


def test_a_part_of_an_object_is_told_apart() -> None:
    spared = {"name": "no-part", "expression": 'request.?subResource.orValue("") == ""'}

    assert told(REQUIRED, template(HAS_TEAM, matchCondition=[spared]) | constraint()) == [
        "looser: creating a Pod by its status without `team` is allowed now (was denied)"
    ]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (template(HAS_TEAM, rego="package x") | constraint(), "Rego is not evaluated"),
        (template("object.spec.replicas < 3") | constraint(), "it looks at `replicas`"),
        (TEMPLATE | constraint(kind="Other"), "there is no template in CEL for it"),
        (TEMPLATE | constraint(source="Original"), "not written as the API server takes it"),
        (TEMPLATE | constraint("scoped"), "not written as the API server takes it"),
    ],
)
def test_what_cannot_be_evaluated_is_said(document: Objects, why: str) -> None:
    assert any(why in each.why for _, each in compared(REQUIRED, document).undecided)


def test_rego_that_did_not_change_is_no_difference() -> None:
    was, now = (template(HAS_TEAM, rego="package x") | constraint(action) for action in ("deny", "warn"))

    assert compared(was, now).undecided == ()


@pytest.mark.parametrize("seed", range(2))
def test_a_compilation_does_not_differ_from_itself(seed: int) -> None:
    comparison = compared(compiled(seed), compiled(seed))

    assert (comparison.differences, comparison.undecided) == ((), ())
