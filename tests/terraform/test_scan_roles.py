"""The roles that the modules make are those that `tagward scan --print-permissions` prints."""

import json
from typing import Any

import pytest

from tagward_service.sources.azure.permissions import permissions as azure_permissions
from tagward_service.sources.gcp.permissions import permissions as gcp_permissions
from tests.terraform.engine import TerraformError, Workspace
from tests.terraform.plans import planned

GROUP = "/providers/Microsoft.Management/managementGroups/ml"
WHO = "11111111-2222-3333-4444-555555555555"
QUOTA_ROLE = "roles/serviceusage.serviceUsageConsumer"
MEMBER = "serviceAccount:tagward@ops.iam.gserviceaccount.com"


def printed(content: str) -> Any:
    return json.loads(content)


@pytest.mark.parametrize("scope", [GROUP, f"/subscriptions/{WHO}"])
def test_the_role_for_azure(workspace: Workspace, scope: str) -> None:
    plan = workspace.plan("azure/scan-role", scope=scope, principals={"nightly": WHO})
    (permission,) = azure_permissions([scope])
    role = printed(permission.content)
    (made,) = planned(plan, "azurerm_role_definition")
    (granted,) = made["permissions"]
    (assigned,) = planned(plan, "azurerm_role_assignment")

    assert (made["name"], made["description"]) == (role["Name"], role["Description"])
    assert made["assignable_scopes"] == role["AssignableScopes"]
    assert granted["actions"] == role["Actions"]
    assert not granted["data_actions"]
    assert (assigned["scope"], assigned["principal_id"]) == (scope, WHO)


@pytest.mark.parametrize(
    ("scope", "given", "role", "member"),
    [
        ("organizations/1", {}, "google_organization_iam_custom_role", "google_organization_iam_member"),
        (
            "folders/2",
            {"organization": "1"},
            "google_organization_iam_custom_role",
            "google_folder_iam_member",
        ),
        ("projects/shop-ml", {}, "google_project_iam_custom_role", "google_project_iam_member"),
    ],
)
def test_the_role_for_google_cloud(
    workspace: Workspace, scope: str, given: dict[str, str], role: str, member: str
) -> None:
    plan = workspace.plan("gcp/scan-role", scope=scope, members=[MEMBER], quota_project="ops", **given)
    custom = printed(gcp_permissions([scope])[0].content)
    (made,) = planned(plan, role)
    members = planned(plan, member)
    counted = [each for each in planned(plan, "google_project_iam_member") if each.get("role") == QUOTA_ROLE]

    assert sorted(made["permissions"]) == custom["includedPermissions"]
    assert (made["title"], made["description"]) == (custom["title"], custom["description"])
    assert {each["member"] for each in members} == {MEMBER}
    assert [each["project"] for each in counted] == ["ops"]


def test_a_folder_needs_its_organization(workspace: Workspace) -> None:
    with pytest.raises(TerraformError, match="give `organization`"):
        workspace.plan("gcp/scan-role", scope="folders/2", members=[MEMBER])
