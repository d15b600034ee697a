"""Kyverno's webhook answers requests as Kyverno does in a cluster."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.oracles import kyverno_webhook
from tests.oracles.kyverno_webhook import Result, Webhook
from tests.oracles.manifests import namespace
from tests.oracles.test_kyverno_engine import IN_CEL, NAMESPACES, pod
from tests.oracles.tool import ToolError

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(bool(kyverno_webhook.absent()), reason=kyverno_webhook.absent()),
]

GROUPLESS = {"group": "", "version": "v1"}


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    with Webhook() as found:
        yield found


def request(made: dict[str, Any], old: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "operation": "UPDATE" if old else "CREATE",
        "kind": {**GROUPLESS, "kind": "Pod"},
        "resource": {**GROUPLESS, "resource": "pods"},
        "name": made["metadata"]["name"],
        "namespace": made["metadata"]["namespace"],
        "object": made,
        "oldObject": old,
    }


def with_spec(**changed: Any) -> dict[str, Any]:
    return IN_CEL | {"spec": IN_CEL["spec"] | changed}


def test_only_what_fails_is_denied(webhook: Webhook) -> None:
    asked = [request(pod("good", team="ml")), request(pod("bad")), request(pod("elsewhere", "free"))]

    good, bad, elsewhere = webhook.review([IN_CEL], asked, namespaces=NAMESPACES)

    assert good.allowed
    assert good.results == (Result("in-cel", "pass", "success"),)
    assert not bad.allowed
    assert bad.message == "Policy in-cel failed: CREATE"
    assert elsewhere.allowed
    assert elsewhere.results == ()


def test_warnings_do_not_deny(webhook: Webhook) -> None:
    policy = with_spec(validationActions=["Warn"])

    (review,) = webhook.review([policy], [request(pod("bad"))], namespaces=NAMESPACES)

    assert review.allowed
    assert review.warnings == ("Policy in-cel failed: CREATE",)


def test_old_object_is_another(webhook: Webhook) -> None:
    changed = "object.metadata.labels == oldObject.metadata.labels"
    policy = with_spec(validations=[{"expression": changed, "message": "changed"}])
    asked = [request(pod("x"), pod("x")), request(pod("x"), pod("x", team="ml"))]

    reviews = webhook.review([policy], asked, namespaces=NAMESPACES)

    assert [each.allowed for each in reviews] == [True, False]


def test_error_denies_whatever_the_failure_policy_says(webhook: Webhook) -> None:
    policy = with_spec(failurePolicy="Ignore", validations=[{"expression": "object.nothing == 1"}])

    (review,) = webhook.review([policy], [request(pod("x"))], namespaces=NAMESPACES)

    assert not review.allowed
    assert review.results[0].outcome == "error"


def test_namespace_is_seen(webhook: Webhook) -> None:
    mine = 'namespaceObject.metadata.?labels.owner.orValue("") == "me"'
    policy = with_spec(matchConstraints=IN_CEL["spec"]["matchConstraints"] | {"namespaceSelector": {}})
    policy["spec"]["validations"] = [{"expression": mine}]
    asked = [request(pod("x", "mine")), request(pod("x", "free"))]

    reviews = webhook.review([policy], asked, namespaces=[namespace("mine", {"owner": "me"}), *NAMESPACES])

    assert [each.allowed for each in reviews] == [True, False]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"validatons": []}, "unknown field"),
        ({"validations": [{"expression": "nothing == 1"}]}, "undeclared reference"),
        ({"validations": [{"expression": '"text"'}]}, "expected to be of type bool"),
        ({"matchConstraints": {}}, "at least one resource rule"),
    ],
)
def test_policy_that_kyverno_refuses_is_an_error(
    webhook: Webhook, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(ToolError, match=said):
        webhook.take(with_spec(**changed))


def test_policy_that_kyverno_takes_is_none(webhook: Webhook) -> None:
    webhook.take(IN_CEL)


def test_scans_find_no_kind_by_any_version(webhook: Webhook) -> None:
    """The reason why compiled policies name versions once more."""
    served = [("", "v1", "Pod")]
    rule = IN_CEL["spec"]["matchConstraints"]["resourceRules"][0]
    anything = with_spec(matchConstraints={"resourceRules": [rule | {"apiVersions": ["*"]}]})

    assert webhook.scanned(IN_CEL, served) == ["v1/Pod"]
    assert webhook.scanned(anything, served) == []
