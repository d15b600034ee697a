"""What a scan of Google Cloud is allowed to do: roles that read, and nothing else."""

import json

from tagward_service.scan.interface import Permission

INCLUDED = (
    "cloudasset.assets.searchAllResources",
    "resourcemanager.folders.get",
    "resourcemanager.folders.list",
    "resourcemanager.projects.get",
    "resourcemanager.projects.list",
)
QUOTA_ROLE = "roles/serviceusage.serviceUsageConsumer"


def permissions() -> tuple[Permission, ...]:
    """Return the custom role, and the roles of Google that hold as much."""
    role = {
        "title": "tagward scan",
        "description": "Reads which resources there are and how they are labelled; no data.",
        "stage": "GA",
        "includedPermissions": list(INCLUDED),
    }
    file = "gcloud iam roles create tagwardScan --organization=NUMBER --file=tagward-scan.json"
    roles = [
        {"role": "roles/cloudasset.viewer", "on": "the organization, folder or projects to scan"},
        {"role": "roles/browser", "on": "the organization, folder or projects to scan"},
        {"role": QUOTA_ROLE, "on": "the project that the requests are counted for"},
    ]
    return (
        Permission(f"Google Cloud custom role: {file}", json.dumps(role, indent=2) + "\n"),
        Permission("Google Cloud roles, in place of the custom role", json.dumps(roles, indent=2) + "\n"),
    )
