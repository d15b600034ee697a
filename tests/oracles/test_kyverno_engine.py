"""The wrapper of Kyverno's command gives back what it says, object by object."""

from typing import Any

import pytest

from tests.oracles import kyverno_engine
from tests.oracles.kyverno_engine import apply
from tests.oracles.manifests import namespace
from tests.oracles.tool import ToolError

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(bool(kyverno_engine.absent()), reason=kyverno_engine.absent()),
]

SELECTOR = {"matchLabels": {"judged": "yes"}}
PATTERN = {"metadata": {"labels": {"team": "?*"}}}
CLASSIC: dict[str, Any] = {
    "apiVersion": "kyverno.io/v1",
    "kind": "ClusterPolicy",
    "metadata": {"name": "classic"},
    "spec": {
        "background": True,
        "rules": [
            {
                "name": "team",
                "match": {"any": [{"resources": {"kinds": ["Pod"], "namespaceSelector": SELECTOR}}]},
                "validate": {
                    "failureAction": "Enforce",
                    "allowExistingViolations": False,
                    "message": "no team {{request.operation}}",
                    "pattern": PATTERN,
                },
            }
        ],
    },
}
IN_CEL: dict[str, Any] = {
    "apiVersion": "policies.kyverno.io/v1",
    "kind": "ValidatingPolicy",
    "metadata": {"name": "in-cel"},
    "spec": {
        "validationActions": ["Deny"],
        "matchConstraints": {
            "namespaceSelector": SELECTOR,
            "resourceRules": [
                {
                    "apiGroups": [""],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE", "UPDATE"],
                    "resources": ["pods"],
                }
            ],
        },
        "validations": [
            {
                "expression": "object.metadata.?labels.team.hasValue()",
                "messageExpression": "request.operation",
            }
        ],
    },
}
NAMESPACES = [namespace("judged", {"judged": "yes"}), namespace("free")]


def pod(name: str, where: str = "judged", **labels: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": where, "labels": labels},
    }


OBJECTS = [pod("good", team="ml"), pod("bad"), pod("elsewhere", "free")]


@pytest.mark.parametrize(("policy", "rule"), [(CLASSIC, "team"), (IN_CEL, "")], ids=["classic", "cel"])
@pytest.mark.parametrize("operation", ["CREATE", "UPDATE"])
def test_every_object_has_its_results(policy: dict[str, Any], rule: str, operation: Any) -> None:
    good, bad, elsewhere = apply([policy], OBJECTS, namespaces=NAMESPACES, operation=operation)

    assert [(each.rule, each.outcome) for each in good] == [(rule, "pass")]
    assert [(each.rule, each.outcome) for each in bad] == [(rule, "fail")]
    assert operation in bad[0].message
    assert elsewhere == ()


def test_policy_that_says_nothing_of_deletions_is_silent() -> None:
    assert apply([IN_CEL], OBJECTS, namespaces=NAMESPACES, operation="DELETE") == [(), (), ()]


def test_several_policies_are_told_apart() -> None:
    results = apply([CLASSIC, IN_CEL], OBJECTS, namespaces=NAMESPACES)

    assert [each.policy for each in results[1]] == ["classic", "in-cel"]


@pytest.mark.parametrize("policy", [CLASSIC, IN_CEL], ids=["classic", "cel"])
def test_policy_that_kyverno_would_silently_leave_out_is_an_error(policy: dict[str, Any]) -> None:
    broken = policy | {"spec": policy["spec"] | {"validatons": []}}

    with pytest.raises(ToolError, match="validatons"):
        apply([broken], OBJECTS, namespaces=NAMESPACES)


def test_expression_that_does_not_compile_is_an_error() -> None:
    broken = IN_CEL | {"spec": IN_CEL["spec"] | {"validations": [{"expression": "nothing == 1"}]}}

    with pytest.raises(ToolError, match="undeclared"):
        apply([broken], OBJECTS, namespaces=NAMESPACES)


def test_exception_turns_a_failure_into_a_skip() -> None:
    exception = {
        "apiVersion": "kyverno.io/v2",
        "kind": "PolicyException",
        "metadata": {"name": "except", "namespace": "judged"},
        "spec": {
            "exceptions": [{"policyName": "classic", "ruleNames": ["team"]}],
            "match": {"any": [{"resources": {"kinds": ["Pod"], "names": ["bad"]}}]},
        },
    }

    results = apply([CLASSIC], OBJECTS, namespaces=NAMESPACES, exceptions=[exception])

    assert [each.outcome for each in results[1]] == ["skip"]
