"""Tags of Azure, through the operations Merge and Delete of Resource Manager, which leave others alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError
from azure.mgmt.resource.resources.models import Tags, TagsPatchResource

from tagward_service.fix.interface import Failed, HaltError, Job, Refused, Target
from tagward_service.fix.writers import Reach
from tagward_service.sources.azure.connecting import connect

_RETRIES = 5


def writer(reach: Reach) -> AzureWriter:  # noqa: ARG001  (the credentials say everything)
    """Make a writer with the standard credentials."""
    return AzureWriter(connect().manager())


class AzureWriter:
    """Reads and writes tags, resource by resource."""

    chunk = 1

    def __init__(self, client: Any) -> None:
        self._tags = client.tags

    def current(self, targets: Sequence[Target]) -> Mapping[Target, Mapping[str, str] | Refused]:
        """Read tags; names that differ in case alone are the same to Azure, so they come as asked for."""
        return {target: self._read(target) for target in targets}

    def batches(self, jobs: Sequence[Job]) -> Iterator[Sequence[Job]]:
        """Write one resource at a time."""
        return ([job] for job in jobs)

    def write(self, batch: Sequence[Job]) -> Mapping[Target, Failed]:
        """Set and remove the tags of a resource."""
        (job,) = batch
        removed = {each.key: each.before or "" for each in job.changes if each.after is None}
        for operation, tags in (("Merge", job.sets), ("Delete", removed)):
            try:
                self._patch(job.target, operation, tags)
            except AzureError as error:
                failed = _failed(error)
                half_done = operation == "Delete" and bool(job.sets)
                return {job.target: Failed(failed.why, failed.unsure or half_done)}
        return {}

    def _read(self, target: Target) -> Mapping[str, str] | Refused:
        try:
            found = self._tags.get_at_scope(_scope(target), retry_total=_RETRIES)
        except AzureError as error:
            return Refused(f"its tags could not be read: {_failed(error).why}")
        return Folded(found.properties.tags or {})

    def _patch(self, target: Target, operation: str, tags: Mapping[str, str]) -> None:
        if tags:
            body = TagsPatchResource(operation=operation, properties=Tags(tags=dict(tags)))
            self._tags.begin_update_at_scope(_scope(target), body, retry_total=_RETRIES).result()


class Folded(dict[str, str]):
    """Tags whose names are looked up as Azure does, case aside."""

    def __init__(self, tags: Mapping[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in tags.items()})

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a tag."""
        return super().get(name.lower(), default)


def _scope(target: Target) -> str:
    return target.id.strip("/")


def _failed(error: AzureError) -> Failed:
    """Say in a line what went wrong. Raises HaltError when the credentials are over."""
    told = " ".join(str(error.message or error).split())
    status = error.status_code or 0 if isinstance(error, HttpResponseError) else 0
    if isinstance(error, ClientAuthenticationError) or status == HTTPStatus.UNAUTHORIZED:
        raise HaltError(f"Azure does not accept the credentials (any more): {told}")
    answered = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return Failed(told, unsure=not answered)
