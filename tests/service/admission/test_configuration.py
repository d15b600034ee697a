"""The API server is told to ask about what can be judged, and about nothing else."""

from typing import Any

import pytest

from tagward.policy import Policy, Requirement, Selector
from tagward_generators.kubernetes.shapes import judged_kinds
from tagward_service.admission.configuration import Calls, Endpoint, configurations
from tests.oracles.vap_matching import matches
from tests.service.admission.test_review import deployment, tag

POLICY = Policy("acme", "1", "0" * 64, tags=(tag(),))


def webhooks(policy: Policy = POLICY, endpoint: Endpoint | None = None, **calls: Any) -> dict[str, Any]:
    made = configurations(policy, endpoint or Endpoint(), Calls(**calls), name="tagward")
    return {each["kind"].removesuffix("WebhookConfiguration"): each["webhooks"][0] for each in made}


def asked(policy: Policy, group: str, resource: str, operation: str, **more: Any) -> list[str]:
    """Name the webhooks whose rules and selectors fit a request."""
    request = {
        "resource": {"group": group, "version": "v1", "resource": resource},
        "operation": operation,
        "name": "x",
        "namespace": "dev",
        "subResource": "",
        "object": deployment({}),
        "oldObject": None,
    } | more
    name = request["namespace"]
    namespace = {"metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}}}
    return [
        kind
        for kind, webhook in webhooks(policy).items()
        if matches(
            {"resourceRules": webhook["rules"], "namespaceSelector": webhook["namespaceSelector"]},
            request,
            namespace,
        )
    ]


def test_every_kind_that_is_judged_is_asked_about_when_it_is_made_and_when_it_changes() -> None:
    for kind in judged_kinds(POLICY):
        assert asked(POLICY, kind.group, kind.plural, "CREATE") == ["Validating", "Mutating"], kind.name
        assert asked(POLICY, kind.group, kind.plural, "UPDATE") == ["Validating", "Mutating"], kind.name


@pytest.mark.parametrize(
    ("resource", "operation", "more"),
    [
        ("deployments", "DELETE", {}),
        ("deployments", "CONNECT", {}),
        ("deployments", "UPDATE", {"subResource": "status"}),
        ("deployments", "UPDATE", {"subResource": "scale"}),
        ("controllerrevisions", "CREATE", {}),
        ("deployments", "CREATE", {"namespace": "kube-system"}),
        ("deployments", "CREATE", {"namespace": "tagward"}),
    ],
)
def test_nothing_else_is_asked_about(resource: str, operation: str, more: dict[str, Any]) -> None:
    assert asked(POLICY, "apps", resource, operation, **more) == []


def test_kinds_that_only_a_rule_names_are_validated_but_never_filled() -> None:
    types = ("kubernetes:example.com/Policy", "kubernetes:Ingress", "kubernetes:*", "aws:ec2:instance")
    requirement = Requirement(on=Selector(types=types))
    policy = Policy("acme", "1", "0" * 64, tags=(tag(requirements=(requirement,)),))

    assert asked(policy, "example.com", "policies", "CREATE") == ["Validating"]
    assert asked(policy, "", "ingresses", "UPDATE") == ["Validating"]


def test_the_defaults_keep_the_cluster_working_when_the_webhook_is_away() -> None:
    made = webhooks()

    assert (made["Validating"]["failurePolicy"], made["Mutating"]["failurePolicy"]) == ("Fail", "Ignore")
    assert all(each["timeoutSeconds"] == 5 for each in made.values())
    assert all(each["sideEffects"] == "None" for each in made.values())
    assert made["Mutating"]["reinvocationPolicy"] == "IfNeeded"
    assert "reinvocationPolicy" not in made["Validating"]


def test_exempt_namespaces_are_left_to_the_selector_and_globs_to_a_condition() -> None:
    webhook = webhooks(exempt_namespaces=("infra", "team-*"))["Validating"]

    assert "infra" in webhook["namespaceSelector"]["matchExpressions"][0]["values"]
    assert "team-" in webhook["matchConditions"][-1]["expression"]


@pytest.mark.parametrize("name", ["Tag Policy", "x" * 80, "---", "a.b"])
def test_the_name_of_a_webhook_is_a_domain_name_whatever_the_policy_is_called(name: str) -> None:
    found = webhooks(Policy(name, "1", "0" * 64, tags=(tag(),)))["Validating"]["name"]

    assert len(found.split(".")) == 3
    assert all(part.strip("-") == part != "" and len(part) <= 63 for part in found.split("."))
