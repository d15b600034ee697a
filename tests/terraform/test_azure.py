"""The plans of terraform/azure."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.terraform.engine import TerraformError, Workspace
from tests.terraform.plans import Values, artifacts, planned

GROUP = "/providers/Microsoft.Management/managementGroups/acme"
SANDBOX = "/providers/Microsoft.Management/managementGroups/acme-sandbox"
OLD = "/subscriptions/11111111-2222-3333-4444-555555555555"
OTHER = "/subscriptions/22222222-2222-3333-4444-555555555555"
TAG_CONTRIBUTOR = "/providers/Microsoft.Authorization/roleDefinitions/4a9ae827-6dc8-4573-8ac7-8239d42aa03f"


def bodies(compiled: Path, kind: str) -> dict[str, dict[str, Any]]:
    """Read the compiled bodies of a kind, by name."""
    files = [each["path"] for each in artifacts(compiled, "azure-policy") if each["kind"] == kind]
    read = [json.loads((compiled / path).read_text()) for path in files]
    return {body["name"]: body for body in read}


def reached(*subscriptions: str) -> dict[str, dict[str, object]]:
    """Let the data source of a management group find subscriptions."""
    return {"azurerm_management_group": {"all_subscription_ids": [Path(each).name for each in subscriptions]}}


def one(plan: dict[str, Any], type_: str) -> Values:
    (only,) = planned(plan, type_)
    return only


def test_every_kind_of_artifact_is_compiled_here(inherited: Path) -> None:
    kinds = {each["kind"] for each in artifacts(inherited, "azure-policy")}

    assert kinds == {"policyDefinitions", "policySetDefinitions", "policyAssignments", "policyExemptions"}


@pytest.mark.parametrize("example", ["compiled", "inherited"])
def test_definitions_are_deployed_as_they_are(
    workspace: Workspace, example: str, request: pytest.FixtureRequest
) -> None:
    compiled: Path = request.getfixturevalue(example)
    plan = workspace.finding(reached(OLD)).plan("azure", compiled=str(compiled), management_group_id=GROUP)
    made = {each["name"]: each for each in planned(plan, "azurerm_policy_definition")}
    wanted = bodies(compiled, "policyDefinitions")

    assert made.keys() == wanted.keys()
    for name, body in wanted.items():
        properties = body["properties"]
        assert json.loads(made[name]["policy_rule"]) == properties["policyRule"]
        assert json.loads(made[name]["parameters"]) == properties["parameters"]
        assert json.loads(made[name]["metadata"]) == properties["metadata"]
        assert made[name]["mode"] == properties["mode"]
        assert made[name]["display_name"] == properties["displayName"]
        assert made[name]["description"] == properties.get("description")
        assert made[name]["management_group_id"] == GROUP


def test_initiative_passes_each_definition_what_was_compiled(workspace: Workspace, inherited: Path) -> None:
    plan = workspace.finding(reached(OLD)).plan("azure", compiled=str(inherited), management_group_id=GROUP)
    initiative = one(plan, "azurerm_management_group_policy_set_definition")
    (body,) = bodies(inherited, "policySetDefinitions").values()
    wanted = {
        each["policyDefinitionReferenceId"]: each["parameters"]
        for each in body["properties"]["policyDefinitions"]
    }

    assert json.loads(initiative["parameters"]) == body["properties"]["parameters"]
    assert initiative["description"] == "Tags that are copied from resource groups."
    assert wanted == {
        each["reference_id"]: json.loads(each["parameter_values"])
        for each in initiative["policy_definition_reference"]
    }
    assert planned(plan, "azurerm_policy_set_definition") == []


@pytest.mark.parametrize(
    ("stage", "deny", "inherit", "enforce"),
    [
        ("audit", "Audit", "Disabled", True),
        ("dry-run", "Deny", "Modify", False),
        ("enforce", "Deny", "Modify", True),
    ],
)
def test_audits_before_it_denies(
    workspace: Workspace, inherited: Path, stage: str, deny: str, inherit: str, enforce: bool
) -> None:
    plan = workspace.finding(reached(OLD)).plan(
        "azure", compiled=str(inherited), management_group_id=GROUP, stage=stage
    )
    assignment = one(plan, "azurerm_management_group_policy_assignment")
    effects = {"denyEffect": deny, "auditEffect": "Audit", "inheritEffect": inherit}

    assert assignment["enforce"] is enforce
    assert json.loads(assignment["parameters"]) == {name: {"value": each} for name, each in effects.items()}
    assert plan["planned_values"]["outputs"]["effects"]["value"] == effects


def test_assignment_says_what_is_wrong_and_has_an_identity(workspace: Workspace, inherited: Path) -> None:
    plan = workspace.finding(reached(OLD)).plan("azure", compiled=str(inherited), management_group_id=GROUP)
    assignment = one(plan, "azurerm_management_group_policy_assignment")
    (body,) = bodies(inherited, "policyAssignments").values()

    assert [
        {"message": each["content"], "policyDefinitionReferenceId": each["policy_definition_reference_id"]}
        for each in assignment["non_compliance_message"]
    ] == body["properties"]["nonComplianceMessages"]
    assert assignment["location"] == "westeurope"
    assert [each["type"] for each in assignment["identity"]] == ["SystemAssigned"]
    role = one(plan, "azurerm_role_assignment")
    assert (role["scope"], role["role_definition_id"]) == (GROUP, TAG_CONTRIBUTOR)


def test_policy_that_copies_nothing_needs_no_identity(workspace: Workspace, compiled: Path) -> None:
    plan = workspace.plan("azure", compiled=str(compiled), management_group_id=GROUP)

    assert one(plan, "azurerm_management_group_policy_assignment")["identity"] == []
    assert planned(plan, "azurerm_role_assignment") == []


def test_without_a_management_group_all_is_in_the_subscription_of_the_provider(
    workspace: Workspace, inherited: Path
) -> None:
    plan = workspace.finding({"azurerm_subscription": {"id": OLD}}).plan("azure", compiled=str(inherited))
    role = one(plan, "azurerm_role_assignment")

    assert {each["management_group_id"] for each in planned(plan, "azurerm_policy_definition")} == {None}
    assert one(plan, "azurerm_policy_set_definition")["name"] == "inherited"
    assert one(plan, "azurerm_subscription_policy_assignment")["subscription_id"] == OLD
    assert (role["scope"], role["role_definition_id"]) == (OLD, OLD + TAG_CONTRIBUTOR)
    for type_ in ("policy_set_definition", "policy_assignment"):
        assert planned(plan, f"azurerm_management_group_{type_}") == []


@pytest.mark.parametrize(
    ("assign_to", "found", "exempted"),
    [
        (None, reached(OLD, OTHER), [OLD]),
        (SANDBOX, reached(OTHER), []),
        (SANDBOX, reached(), []),
        (OLD, {}, [OLD]),
        (OTHER, {}, []),
    ],
)
def test_exempts_what_the_assignment_reaches(
    workspace: Workspace,
    inherited: Path,
    assign_to: str | None,
    found: dict[str, dict[str, object]],
    exempted: list[str],
) -> None:
    given = {"compiled": str(inherited), "management_group_id": GROUP}
    given |= {"assign_to": assign_to} if assign_to else {}
    plan = workspace.finding(found).plan("azure", **given)
    made = planned(plan, "azurerm_subscription_policy_exemption")
    wanted = bodies(inherited, "policyExemptions")

    assert [each["subscription_id"] for each in made] == exempted
    for each in made:
        properties = wanted[each["name"]]["properties"]
        assert each["expires_on"] == properties["expiresOn"] == "2027-02-28T23:59:59Z"
        assert each["policy_definition_reference_ids"] == properties["policyDefinitionReferenceIds"]
        assert each["exemption_category"] == "Waiver"


def test_what_is_in_a_subscription_is_assigned_nowhere_else(workspace: Workspace, compiled: Path) -> None:
    found = {"azurerm_subscription": {"id": OLD}}

    for place in (OTHER, GROUP):
        with pytest.raises(TerraformError, match="What is made in a subscription holds nowhere else"):
            workspace.finding(found).plan("azure", compiled=str(compiled), assign_to=place)
    assert workspace.finding(found).plan("azure", compiled=str(compiled), assign_to=OLD)


def test_what_is_left_out_is_named(workspace: Workspace, compiled: Path) -> None:
    given = {"compiled": str(compiled), "management_group_id": GROUP}
    plan = workspace.plan("azure", not_scopes=[SANDBOX, OLD], **given)

    assert one(plan, "azurerm_management_group_policy_assignment")["not_scopes"] == [SANDBOX, OLD]
