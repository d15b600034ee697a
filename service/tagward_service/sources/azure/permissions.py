"""What a scan of Azure is allowed to do: a role that reads, and nothing else."""

import json
from collections.abc import Sequence

from tagward_service.scan.interface import Permission

_ROOT = "/providers/Microsoft.Management/managementGroups/MANAGEMENT-GROUP"


def permissions(scopes: Sequence[str] = ()) -> tuple[Permission, ...]:
    """Return the role definition; `scopes` are the ids of subscriptions and management groups."""
    role = {
        "Name": "tagward scan",
        "IsCustom": True,
        "Description": "Reads which resources there are and how they are tagged; no keys and no data.",
        # Resource Graph shows those resources that may be read themselves, and hides the others silently.
        "Actions": ["*/read"],
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": list(scopes) or [_ROOT],
    }
    title = "Azure role definition: az role definition create --role-definition @tagward-scan.json"
    return (Permission(title, json.dumps(role, indent=2) + "\n"),)
