"""A ValidatingAdmissionPolicy means what Kubernetes documents; so must the evaluator that tests rely on."""

from typing import Any

import pytest

from tests.oracles import cel_engine
from tests.oracles.cel_engine import CompileError
from tests.oracles.vap_engine import Policy, Verdict

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent()),
]

TRUE = {"expression": "true"}
FALSE = {"expression": "false"}
ERROR = {"expression": "object.none == 1"}


def decide(spec: dict[str, Any], created: Any = None, **more: Any) -> Verdict:
    request = {"operation": "CREATE", "object": created or {"metadata": {}}, "oldObject": None}
    return Policy({"spec": {"validations": [TRUE]} | spec}).decide(request, **more)


def outcomes(spec: dict[str, Any]) -> list[str]:
    return [each.outcome for each in decide(spec).decisions]


def test_validation_that_is_true_admits_and_one_that_is_false_denies() -> None:
    assert not decide({"validations": [TRUE]}).denied
    assert decide({"validations": [FALSE]}).denied
    assert outcomes({"validations": [TRUE, FALSE, ERROR]}) == ["admit", "deny", "error"]


@pytest.mark.parametrize(("policy", "denied"), [("Fail", True), ("Ignore", False)])
def test_failure_policy_is_about_errors(policy: str, denied: bool) -> None:
    assert decide({"failurePolicy": policy, "validations": [ERROR]}).denied is denied
    assert decide({"failurePolicy": policy, "validations": [FALSE]}).denied


def test_failure_policy_is_fail_by_default() -> None:
    assert decide({"validations": [ERROR]}).denied


def test_first_message_is_the_one_that_deny_reports() -> None:
    verdict = decide({"validations": [TRUE, FALSE | {"message": " one "}, FALSE | {"message": "two"}]})

    assert verdict.message == "one"
    assert verdict.messages == ("one", "two")


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("'worded ' + 'message'", "worded message"),
        ("object.none + 'x'", "plain"),
        ("' '", "plain"),
        ("'two\\nlines'", "plain"),
        (f"'{'x' * 5121}'", "plain"),
    ],
)
def test_message_expression_falls_back_to_the_message(expression: str, message: str) -> None:
    validation = FALSE | {"message": "plain", "messageExpression": expression}

    assert decide({"validations": [validation]}).message == message


def test_message_falls_back_to_the_expression() -> None:
    assert decide({"validations": [FALSE]}).message == "failed expression: false"


def test_reason_is_invalid_unless_given() -> None:
    spec = {"validations": [FALSE, FALSE | {"reason": "Forbidden"}]}

    assert [each.reason for each in decide(spec).decisions] == ["Invalid", "Forbidden"]


def test_variables_are_ordered_and_typed() -> None:
    variables = [
        {"name": "labels", "expression": "object.metadata.?labels.orValue({})"},
        {"name": "team", "expression": "'team' in variables.labels ? string(variables.labels.team) : ''"},
    ]
    spec = {"variables": variables, "validations": [{"expression": "variables.team == 'ml'"}]}

    assert decide(spec).denied
    assert not decide(spec, {"metadata": {"labels": {"team": "ml"}}}).denied
    with pytest.raises(CompileError, match="undeclared"):
        decide(spec | {"variables": variables[::-1]})
    with pytest.raises(CompileError, match="overload"):
        decide(spec | {"validations": [{"expression": "variables.team == 1"}]})


def test_variable_that_fails_is_an_error_only_where_it_is_needed() -> None:
    spec = {"variables": [{"name": "broken", "expression": "object.none"}]}
    used = [{"expression": "variables.broken == 1"}]
    unneeded = [{"expression": "true || variables.broken == 1"}, TRUE]

    assert decide(spec | {"validations": used}).denied
    assert not decide(spec | {"validations": unneeded}).denied


def condition(expression: str) -> dict[str, str]:
    return {"name": "when", "expression": expression}


@pytest.mark.parametrize(
    ("conditions", "policy", "denied"),
    [
        (["true"], "Fail", True),
        (["false"], "Fail", False),
        (["object.none == 1"], "Fail", True),
        (["object.none == 1"], "Ignore", False),
        (["object.none == 1", "false"], "Fail", False),
        (["true", "object.none == 1"], "Ignore", False),
        (["request.operation == 'CREATE'"], "Fail", True),
        (["request.operation == 'DELETE'"], "Fail", False),
    ],
)
def test_match_conditions(conditions: list[str], policy: str, denied: bool) -> None:
    spec = {"failurePolicy": policy, "matchConditions": [condition(each) for each in conditions]}

    assert decide(spec | {"validations": [FALSE]}).denied is denied


def test_match_conditions_do_not_see_variables() -> None:
    with pytest.raises(CompileError, match="undeclared"):
        decide(
            {
                "matchConditions": [condition("variables.x")],
                "variables": [{"name": "x", "expression": "true"}],
            }
        )


def test_namespace_is_an_object_or_null() -> None:
    spec = {
        "validations": [
            {"expression": "namespaceObject == null || 'team' in namespaceObject.metadata.labels"}
        ]
    }

    assert not decide(spec).denied
    assert not decide(spec, namespace={"metadata": {"labels": {"team": "ml"}}}).denied
    assert decide(spec, namespace={"metadata": {"labels": {}}}).denied


def test_params_are_known_only_where_they_have_a_kind() -> None:
    spec = {"validations": [{"expression": "params.data.max == '3'"}]}
    kind = {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}}

    assert not decide(spec | kind, params={"data": {"max": "3"}}).denied
    with pytest.raises(CompileError, match="undeclared"):
        decide(spec)


@pytest.mark.parametrize("expression", ["'text'", "object.flag", "1"])
def test_validation_must_be_a_bool_when_it_is_created(expression: str) -> None:
    with pytest.raises(CompileError, match="must evaluate to bool"):
        decide({"validations": [{"expression": expression}]})


def test_request_does_not_repeat_the_objects() -> None:
    assert not decide({"validations": [{"expression": "!has(request.object)"}]}).denied
