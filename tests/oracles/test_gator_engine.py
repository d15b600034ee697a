"""The wrapper of gator gives back what Gatekeeper says, object by object and request by request."""

from typing import Any

import pytest

from tests.oracles import gator_engine
from tests.oracles.gator_engine import Violation, review, violations
from tests.oracles.manifests import namespace
from tests.oracles.tool import ToolError

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(bool(gator_engine.absent()), reason=gator_engine.absent()),
]

REGO = """package required

violation contains {"msg": message} if {
	not input.review.object.metadata.labels.team
	message := sprintf("no team %v", [input.review.operation])
}
"""
TEMPLATE: dict[str, Any] = {
    "apiVersion": "templates.gatekeeper.sh/v1",
    "kind": "ConstraintTemplate",
    "metadata": {"name": "required"},
    "spec": {
        "crd": {"spec": {"names": {"kind": "Required"}}},
        "targets": [
            {
                "target": "admission.k8s.gatekeeper.sh",
                "code": [{"engine": "Rego", "source": {"version": "v1", "rego": REGO}}],
            }
        ],
    },
}
CONSTRAINT = {
    "apiVersion": "constraints.gatekeeper.sh/v1beta1",
    "kind": "Required",
    "metadata": {"name": "team"},
    "spec": {
        "enforcementAction": "warn",
        "match": {
            "kinds": [{"apiGroups": [""], "kinds": ["Pod"]}],
            "namespaceSelector": {"matchLabels": {"judged": "yes"}},
        },
    },
}
NAMESPACES = [namespace("judged", {"judged": "yes"}), namespace("free")]


def pod(name: str, where: str = "judged", **labels: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": where, "labels": labels},
    }


def request(operation: str, new: Any, old: Any) -> dict[str, Any]:
    return {
        "operation": operation,
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "name": "p",
        "namespace": (new or old)["metadata"]["namespace"],
        "object": new,
        "oldObject": old,
        "userInfo": {"username": "someone"},
    }


def test_every_object_has_its_violations() -> None:
    objects = [pod("good", team="ml"), pod("bad"), pod("elsewhere", "free")]

    found = violations([TEMPLATE, CONSTRAINT], objects, namespaces=NAMESPACES)

    assert found == [(), (Violation("team", "warn", "no team "),), ()]


def test_no_violation_at_all() -> None:
    assert violations([TEMPLATE, CONSTRAINT], [pod("good", team="ml")], namespaces=NAMESPACES) == [()]


def test_object_that_gator_could_not_look_at_is_an_error() -> None:
    with pytest.raises(ToolError, match="missing Namespace"):
        violations([TEMPLATE, CONSTRAINT], [pod("lost", "nowhere")], namespaces=NAMESPACES)
    with pytest.raises(ToolError, match="missing Namespace"):
        review(TEMPLATE, CONSTRAINT, [request("CREATE", pod("lost", "nowhere"), None)])


def test_two_objects_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two objects"):
        violations([TEMPLATE, CONSTRAINT], [pod("same"), pod("same")], namespaces=NAMESPACES)


def test_template_that_does_not_compile_is_an_error() -> None:
    broken = TEMPLATE | {
        "spec": TEMPLATE["spec"] | {"targets": [TEMPLATE["spec"]["targets"][0] | {"code": []}]}
    }

    with pytest.raises(ToolError):
        violations([broken, CONSTRAINT], [pod("good")], namespaces=NAMESPACES)
    with pytest.raises(ToolError):
        review(broken, CONSTRAINT, [request("CREATE", pod("good"), None)])


def test_requests_have_operations() -> None:
    requests = [
        request("CREATE", pod("p"), None),
        request("UPDATE", pod("p", team="ml"), pod("p")),
        request("UPDATE", pod("p"), pod("p", team="ml")),
        request("DELETE", None, pod("p")),
        request("CREATE", pod("p", "free"), None),
    ]

    said = review(TEMPLATE, CONSTRAINT, requests, namespaces=NAMESPACES)

    assert [each.rpartition("messages")[2] for each in said] == [
        " [no team CREATE]",
        "",
        " [no team UPDATE]",
        " [no team DELETE]",
        "",
    ]
