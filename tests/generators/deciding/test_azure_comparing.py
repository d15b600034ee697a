"""What gets stricter or looser when definitions of Azure Policy, or what assigns them, change."""

import json
from random import Random
from typing import Any

import pytest

from tagward_generators.deciding.azure.policy import AzurePolicy
from tests.generators.azure_policy_laws import compiled, policy
from tests.generators.deciding.azure_comparisons import Objects, compared, objects, told, untrue

Body = dict[str, Any]

MISSING = {"field": "tags['team']", "exists": "false"}
SPARED = "/subscriptions/55556666-7777-4888-9999-aaaabbbbcccc"


def body(kind: str, name: str, properties: Body, **more: Any) -> dict[str, str]:
    written = {"type": f"Microsoft.Authorization/{kind}", "name": name, "properties": properties, **more}
    return dict(AzurePolicy().objects("x.json", json.dumps(written)))


def definition(rule: Body, mode: str = "Indexed", effect: str = "[parameters('effect')]") -> dict[str, str]:
    parameters = {"effect": {"type": "String", "defaultValue": "Audit"}}
    then = {"if": rule, "then": {"effect": effect}}
    return body("policyDefinitions", "x", {"mode": mode, "parameters": parameters, "policyRule": then})


def assigned(rule: Body, mode: str = "Indexed", /, **parts: Any) -> dict[str, str]:
    """A definition, in an initiative, that is assigned to deny."""
    passed = {"effect": {"value": "[parameters('denyEffect')]"}}
    member = {
        "policyDefinitionId": "{scope}/providers/Microsoft.Authorization/policyDefinitions/x",
        "policyDefinitionReferenceId": "x",
        "parameters": passed,
    }
    initiative = {"policyDefinitions": [member], "parameters": {"denyEffect": {"defaultValue": "Audit"}}}
    assignment = {
        "policyDefinitionId": "{scope}/providers/Microsoft.Authorization/policySetDefinitions/acme",
        "enforcementMode": "Default",
        "parameters": {"denyEffect": {"value": "Deny"}},
    }
    return (
        definition(rule, mode)
        | body("policySetDefinitions", "acme", initiative)
        | body("policyAssignments", "acme", assignment | parts)
    )


def exempt(until: str | None = "2027-02-28T23:59:59Z", scope: str = SPARED, **parts: Any) -> dict[str, str]:
    properties = {
        "policyAssignmentId": "{scope}/providers/Microsoft.Authorization/policyAssignments/acme",
        "policyDefinitionReferenceIds": ["x"],
        "exemptionCategory": "Waiver",
    }
    properties |= {"expiresOn": until} if until else {}
    return body("policyExemptions", "e", properties | parts, scope=scope)


REQUIRED = assigned(MISSING)
VM = "creating a Compute virtual machine"


def test_a_definition_that_is_new() -> None:
    assert told({}, REQUIRED) == [f"stricter: {VM} without `team` is denied now (was allowed)"]


def test_a_definition_that_nothing_assigns_decides_nothing() -> None:
    assert told({}, definition(MISSING)) == []


def test_mode_all_is_about_containers_too() -> None:
    assert told(REQUIRED, assigned(MISSING, "All")) == [
        "stricter: creating a resource group, or 1 other kind, without `team` is denied now (was allowed)"
    ]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"parameters": {"denyEffect": {"value": "Audit"}}}, "only recorded"),
        ({"parameters": {}}, "only recorded"),
        ({"parameters": {"denyEffect": {"value": "disabled"}}}, "allowed"),
        ({"enforcementMode": "DoNotEnforce"}, "only recorded"),
    ],
)
def test_what_the_assignment_passes_decides(parts: Body, said: str) -> None:
    assert told(REQUIRED, assigned(MISSING, **parts)) == [
        f"looser: {VM} without `team` is {said} now (was denied)"
    ]


def test_a_definition_that_is_assigned_by_itself() -> None:
    assignment = {
        "policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/x",
        "parameters": {"effect": {"value": "Deny"}},
    }
    alone = definition(MISSING) | body("policyAssignments", "acme", assignment)

    assert told(REQUIRED, alone) == []


def test_values_and_types_are_told() -> None:
    def among(*values: str) -> dict[str, str]:
        of_type = {"field": "type", "equals": "Microsoft.Storage/storageAccounts"}
        wrong = {"not": {"field": "tags['env']", "in": list(values)}}
        return assigned({"allOf": [of_type, {"field": "tags['env']", "exists": "true"}, wrong]})

    assert told(among("dev"), among("dev", "qa")) == [
        "looser: creating a Storage storage account with `env` = `qa`, `QA` or `Qa`"
        " is allowed now (was denied)"
    ]


def test_a_match_looks_at_case() -> None:
    def fits(pattern: str) -> dict[str, str]:
        wrong = {"not": {"field": "tags['id']", "match": pattern}}
        return assigned({"allOf": [{"field": "tags['id']", "exists": True}, wrong]})

    assert told(fits("cc-##"), fits("cc-???")) == [
        f"stricter: {VM} with `id` = `cc-00` is denied now (was allowed)",
        f"looser: {VM} with `id` = `cc-aaa` is allowed now (was denied)",
    ]


def test_a_subscription_that_is_exempt_until_a_day() -> None:
    assert told(REQUIRED, REQUIRED | exempt()) == [
        f"looser: {VM} in subscription `55556666-7777-4888-9999-aaaabbbbcccc` without `team`"
        " is allowed now (was denied)"
    ]


def test_an_exemption_that_lasts_longer() -> None:
    longer = REQUIRED | exempt("2027-05-31T23:59:59Z")

    assert told(REQUIRED | exempt(), longer) == [
        f"looser: {VM} in subscription `55556666-7777-4888-9999-aaaabbbbcccc` after 2027-02-28 without `team`"
        " is allowed now (was denied)"
    ]


@pytest.mark.parametrize("scope", [SPARED, "/providers/Microsoft.Management/managementGroups/sandbox"])
def test_a_scope_that_is_left_out(scope: str) -> None:
    (one,) = told(REQUIRED, assigned(MISSING, notScopes=[scope]))

    assert one.startswith(f"looser: {VM} in ")
    assert scope.rpartition("/")[2] in one


def test_an_assignment_that_holds_in_one_place_only() -> None:
    group = f"{SPARED}/resourceGroups/web"
    assignment = json.loads(REQUIRED["policyAssignments/acme"]) | {"scope": group}
    only_there = REQUIRED | {"policyAssignments/acme": json.dumps(assignment)}

    assert told({}, only_there) == [f"stricter: {VM} in `{group}` without `team` is denied now (was allowed)"]


def test_tags_of_the_resource_group_count() -> None:
    nowhere = {"not": {"value": "[resourceGroup().tags]", "containsKey": "team"}}

    assert told(REQUIRED, assigned({"allOf": [MISSING, nowhere]})) == [
        f"looser: {VM} tagged on its resource group only with `team` is allowed now (was denied)"
    ]


def test_a_function_that_fails_denies_whatever_the_effect_is() -> None:
    careless = {"value": "[toLower(field('tags[''env'']'))]", "equals": "dev"}

    assert told({}, assigned(careless, parameters={})) == [
        f"stricter: {VM} without `env` is denied now (was allowed)",
        f"stricter: {VM} with `env` = `dev`, `DEV` or `Dev` is only recorded now (was allowed)",
    ]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (assigned({"field": "Microsoft.Compute/sku", "equals": "x"}), "the field `Microsoft.Compute/sku`"),
        (assigned({"value": "[guid('x')]", "equals": "x"}), "it calls `guid()`"),
        (assigned({"value": "[field('tags']", "equals": "x"}), "an expression that is not understood"),
        (assigned({"field": "tags['a']", "resembles": "x"}), "the operator `resembles`"),
        (assigned({"field": "tags['a']", "like": "*x*"}), "more than one `*`"),
        (assigned({"value": "[parameters('gone')]", "equals": "x"}), "its parameter `gone` has no value"),
        (assigned({"value": "[resourceGroup().id]", "equals": "x"}), "it looks at `resourcegroup().id`"),
        (assigned(MISSING, parameters={"denyEffect": {"value": "Modify"}}), "its effect `Modify` does more"),
        (assigned(MISSING, resourceSelectors=[{"name": "x"}]), "it has selectors or overrides"),
        (assigned(MISSING, policyDefinitionId="a/policySetDefinitions/b"), "initiative `b` is not among"),
        (assigned(MISSING, enforcementMode="Enroll"), "it is not written as Azure takes it"),
        (assigned(MISSING) | exempt(resourceSelectors=[{"name": "x"}]), "it has selectors"),
        (assigned({"allOf": 1}), "it is not written as Azure takes it"),
        (assigned({"field": "type", "in": "x"}), 'it has `in` with "x"'),
        (assigned({"field": "type", "less": "x"}), 'it has `less` with "x"'),
        (assigned(MISSING) | exempt(scope=["x"]), "it is not written as Azure takes it"),  # type: ignore[arg-type]
        ({"policyDefinitions/x": "hello"}, "it is not written as Azure takes it"),
    ],
)
def test_what_cannot_be_evaluated_is_said(document: Objects, why: str) -> None:
    assert any(why in each.why for _, each in compared(REQUIRED, document).undecided)


def test_what_azure_adds_is_no_difference() -> None:
    written = json.loads(REQUIRED["policyAssignments/acme"])
    served = body(
        "policyAssignments",
        "acme",
        written["properties"]
        | {
            "policyDefinitionId": f"{SPARED}/providers/Microsoft.Authorization/policySetDefinitions/acme",
            "scope": "/subscriptions/x",
            "instanceId": "1",
            "notScopes": [],
            "metadata": {"createdOn": "2026-11-20T10:00:00Z", "updatedBy": None},
        },
        id="/subscriptions/x/providers/Microsoft.Authorization/policyAssignments/acme",
        systemData={},
    )

    assert json.loads(served["policyAssignments/acme"]) == written


@pytest.mark.parametrize("seed", range(12))
def test_a_compilation_does_not_differ_from_itself(seed: int) -> None:
    made = objects(compiled(policy(Random(seed))))
    comparison = compared(made, made)

    assert (comparison.differences, comparison.undecided) == ((), ())


@pytest.mark.parametrize("seed", [0, 1])
def test_the_examples_of_two_random_policies_are_true(seed: int) -> None:
    was, now = (compiled(policy(Random(each))) for each in (seed, seed + 50))
    comparison = compared(objects(was), objects(now))

    assert comparison.undecided == ()
    assert comparison.differences
    assert list(untrue(comparison.differences, was, now)) == []
