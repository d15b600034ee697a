"""Tags of AWS, through the Resource Groups Tagging API.

It answers 200 whatever became of single resources: what failed is in FailedResourcesMap. It reads nothing of
IAM and Auto Scaling (developer guide, "Services that support the Resource Groups Tagging API"): what cannot
be read is not written either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tagward_service.fix.interface import Failed, HaltError, Job, Refused, Target
from tagward_service.fix.writers import Reach
from tagward_service.scan.interface import ExpiredError, ReadError
from tagward_service.sources.aws.problems import Denied
from tagward_service.sources.aws.sessions import HOME, ROLE, Access, Sessions

MOST_READ, MOST_WRITTEN = 100, 20
"""Resources in a call (API reference: GetResources, TagResources)."""

FAILURES = (BotoCoreError, ClientError, Denied, ReadError)

_SERVICE = "resourcegroupstaggingapi"
_UNREADABLE = {"iam": "IAM", "autoscaling": "Auto Scaling"}
_OVER = ("ExpiredToken", "InvalidClientTokenId", "UnrecognizedClient", "RequestExpired")
_INTERNAL, _OWN_FAULT = "InternalServiceException", 500


def writer(reach: Reach) -> AwsWriter:
    """Make a writer with the standard credentials, and a role in accounts that are not the caller's."""
    access = Access(reach.profile, reach.role or ROLE, reach.external_id)
    return AwsWriter(Sessions(access).client)


class AwsWriter:
    """Reads and writes tags; `client` makes the client of an account, a service and a region."""

    chunk = MOST_READ

    def __init__(self, client: Callable[[str, str, str], Any]) -> None:
        self._client = client
        self._clients: dict[tuple[str, str], Any] = {}

    def current(self, targets: Sequence[Target]) -> Mapping[Target, Mapping[str, str] | Refused]:
        """Read tags; a resource that the API does not name has none, or is not there any more."""
        found: dict[Target, Mapping[str, str] | Refused] = {}
        asked = []
        for target in targets:
            why = _why_not(target)
            if why:
                found[target] = Refused(why)
            else:
                asked.append(target)
        if asked:
            found |= self._read(asked)
        return found

    def batches(self, jobs: Sequence[Job]) -> Iterator[Sequence[Job]]:
        """Group resources that get the same tags, 20 at a time."""
        for _, same in groupby(sorted(jobs, key=_signature), key=_signature):
            alike = list(same)
            yield from (alike[at : at + MOST_WRITTEN] for at in range(0, len(alike), MOST_WRITTEN))

    def write(self, batch: Sequence[Job]) -> Mapping[Target, Failed]:
        """Set and remove the tags of resources that all get the same."""
        sets, removes = batch[0].sets, list(batch[0].removes)
        failed = self._asked(batch, "tag_resources", Tags=sets) if sets else {}
        later = self._asked(batch, "untag_resources", TagKeys=removes) if removes else {}
        return failed | {
            target: Failed(each.why, each.unsure or bool(sets)) for target, each in later.items()
        }

    def _read(self, targets: Sequence[Target]) -> Mapping[Target, Mapping[str, str] | Refused]:
        try:
            tags = self._tags(self._of(targets[0]), [target.id for target in targets])
        except FAILURES as error:
            return dict.fromkeys(targets, Refused(f"its tags could not be read: {_failed(error).why}"))
        return {target: tags.get(target.id, {}) for target in targets}

    def _tags(self, client: Any, arns: list[str]) -> dict[str, Mapping[str, str]]:
        """Ask for the tags of resources; a list of ARNs has no second page, so half of it is asked for."""
        answer = client.get_resources(ResourceARNList=arns)
        if answer.get("PaginationToken") and len(arns) > 1:
            half = len(arns) // 2
            return self._tags(client, arns[:half]) | self._tags(client, arns[half:])
        return {
            each["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in each["Tags"]}
            for each in answer["ResourceTagMappingList"]
        }

    def _asked(self, batch: Sequence[Job], operation: str, **given: Any) -> dict[Target, Failed]:
        by_arn = {job.target.id: job.target for job in batch}
        try:
            answer = getattr(self._of(batch[0].target), operation)(ResourceARNList=list(by_arn), **given)
        except FAILURES as error:
            return dict.fromkeys(by_arn.values(), _failed(error))
        told = answer.get("FailedResourcesMap", {})
        return {by_arn[arn]: _told(each) for arn, each in told.items()}

    def _of(self, target: Target) -> Any:
        place = target.account, target.region or HOME
        if place not in self._clients:
            self._clients[place] = self._client(target.account, _SERVICE, place[1])
        return self._clients[place]


def _why_not(target: Target) -> str:
    service = target.id.split(":")[2] if target.id.startswith("arn:") else ""
    if not service:
        return "it has no ARN, which the Tagging API needs"
    if service in _UNREADABLE:
        name = _UNREADABLE[service]
        return f"the Tagging API does not read tags of {name}, so nobody could tell whether they changed"
    return ""


def _signature(job: Job) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    return sorted(job.sets.items()), job.removes


def _told(info: Mapping[str, Any]) -> Failed:
    """Read a FailureInfo; of an error of AWS's own nobody knows how far it got."""
    code = str(info.get("ErrorCode", ""))
    return Failed(f"{code}: {info.get('ErrorMessage', '')}", unsure=code == _INTERNAL)


def _failed(error: Exception) -> Failed:
    """Say in a line what went wrong. Raises HaltError when AWS does not know the caller (any more)."""
    if isinstance(error, ExpiredError):
        raise HaltError(error.why)
    if isinstance(error, ReadError | Denied):
        return Failed(error.why)
    if not isinstance(error, ClientError):
        return Failed(" ".join(str(error).split()), unsure=True)
    told, answered = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    code = str(told.get("Code", ""))
    if code.startswith(_OVER):
        raise HaltError(f"AWS does not accept the credentials (any more) ({code}): renew them, and go on")
    status = answered.get("HTTPStatusCode", 0)
    return Failed(f"{code}: {told.get('Message', '')}", unsure=status >= _OWN_FAULT)
