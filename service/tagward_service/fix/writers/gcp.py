"""Labels of Google Cloud projects.

Every service has an API of its own for labels; Resource Manager has that of projects, and of the rest it is
told which command writes them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError, ServerError, Unauthenticated
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError
from google.cloud import resourcemanager_v3
from google.cloud.resourcemanager_v3.services.projects.transports import ProjectsRestTransport

from tagward_service.fix.gcloud import command
from tagward_service.fix.interface import Failed, HaltError, Job, Refused, Target
from tagward_service.fix.writers import Reach

ENDPOINT = "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDRESOURCEMANAGER"

_PROJECT = re.compile(r"(?://cloudresourcemanager\.googleapis\.com/)?(projects/[^/]+)")
_FAILURES = (GoogleAPIError, GoogleAuthError)


def writer(reach: Reach) -> GcpWriter:  # noqa: ARG001  (the credentials say everything)
    """Make a writer with application default credentials; an ENDPOINT without TLS gets none."""
    override = urlsplit(os.environ.get(ENDPOINT, ""))
    if override.scheme != "http":
        options = {"api_endpoint": override.netloc} if override.netloc else {}
        return GcpWriter(resourcemanager_v3.ProjectsClient(transport="rest", client_options=options))
    nobody: Any = AnonymousCredentials  # its package is typed in part
    transport = ProjectsRestTransport(host=override.netloc, url_scheme="http", credentials=nobody())
    return GcpWriter(resourcemanager_v3.ProjectsClient(transport=transport))


class GcpWriter:
    """Reads and writes the labels of projects, one at a time; they are written as a whole, under an etag."""

    chunk = 1

    def __init__(self, client: Any) -> None:
        self._client = client
        self._seen: dict[Target, Any] = {}

    def current(self, targets: Sequence[Target]) -> Mapping[Target, Mapping[str, str] | Refused]:
        """Read labels."""
        return {target: self._read(target) for target in targets}

    def batches(self, jobs: Sequence[Job]) -> Iterator[Sequence[Job]]:
        """Write one project at a time."""
        return ([job] for job in jobs)

    def write(self, batch: Sequence[Job]) -> Mapping[Target, Failed]:
        """Write the labels of a project, unless somebody else has written it since it was read."""
        (job,) = batch
        project = self._seen.pop(job.target)
        kept = {key: value for key, value in project.labels.items() if key not in job.removes}
        changed = resourcemanager_v3.Project(
            name=project.name, etag=project.etag, labels={**kept, **job.sets}
        )
        try:
            asked = {"project": changed, "update_mask": {"paths": ["labels"]}}
            self._client.update_project(request=asked).result()
        except _FAILURES as error:
            return {job.target: _failed(error)}
        return {}

    def _read(self, target: Target) -> Mapping[str, str] | Refused:
        project = _PROJECT.fullmatch(target.id)
        if project is None:
            return Refused(_by_hand(target))
        try:
            found = self._client.get_project(name=project[1])
        except _FAILURES as error:
            return Refused(f"its labels could not be read: {_failed(error).why}")
        self._seen[target] = found
        return dict(found.labels)


def _by_hand(target: Target) -> str:
    """Say what writes the labels of what is no project."""
    known = command(target.id, {})
    if not known:
        return "labels of this type are written by the API of its own service: not supported"
    return f"its labels are written by `{known} ...`, which stands in the plan as a whole"


def _failed(error: Exception) -> Failed:
    """Say in a line what went wrong. Raises HaltError when the credentials are over."""
    told = " ".join(str(error).split())
    if isinstance(error, Unauthenticated | GoogleAuthError):
        raise HaltError(f"Google Cloud does not accept the credentials (any more): {told}")
    return Failed(told, unsure=isinstance(error, ServerError) or not isinstance(error, GoogleAPICallError))
