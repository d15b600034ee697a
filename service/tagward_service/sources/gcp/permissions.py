"""What a scan of Google Cloud is allowed to do: a role that reads, and nothing else."""

import json
from collections.abc import Sequence

from tagward_service.scan.interface import Permission

IN_A_PROJECT = ("cloudasset.assets.searchAllResources", "resourcemanager.projects.get")
LISTING = ("resourcemanager.folders.get", "resourcemanager.folders.list", "resourcemanager.projects.list")
"""What finds the projects of a folder; a custom role that is made in a project cannot hold it."""


def permissions(scopes: Sequence[str] = ()) -> tuple[Permission, ...]:
    """Return the custom role; roles/cloudasset.viewer and roles/browser hold as much.

    A custom role is made in an organization, or in a project; the only scope says in which.
    """
    kind, _, name = (scopes[0] if len(scopes) == 1 else "").partition("/")
    where = f"project={name}" if kind == "projects" else "organization=NUMBER"
    where = f"organization={name}" if kind == "organizations" else where
    role = {
        "title": "tagward scan",
        "description": "Reads which resources there are and how they are labelled; no data.",
        "stage": "GA",
        "includedPermissions": sorted(IN_A_PROJECT if kind == "projects" else IN_A_PROJECT + LISTING),
    }
    file = f"gcloud iam roles create tagwardScan --{where} --file=tagward-scan.json"
    return (Permission(f"Google Cloud custom role: {file}", json.dumps(role, indent=2) + "\n"),)
