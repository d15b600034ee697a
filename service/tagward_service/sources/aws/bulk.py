"""The Tagging API as a source of tags, a hundred resources at a time.

It is never asked what there is: it knows only what is tagged or once was (`GetResources`, API reference), so
that what it lists has no resource that nobody ever tagged. What it does not know here is asked of the
resource's own service, and so is everything where it may not be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tagward_service.scan.interface import ExpiredError, ReadError
from tagward_service.sources.aws.answers import tags_of
from tagward_service.sources.aws.problems import Refused, asking

SERVICE = "resourcegroupstaggingapi"
PERMISSION = "tag:GetResources"
AT_A_TIME = 100
"""How many ARNs `GetResources` takes."""


class Bulk:
    """The tags of one account and region, as far as the Tagging API knows them."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._client: Any = None
        self._usable = True

    def tags(self, arns: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the tags of those resources that it knows; a single one is not worth a call."""
        if len(arns) < 2 or not self._usable:
            return {}
        try:
            with asking(PERMISSION):
                self._client = self._client or self._connect()
                answer = self._client.get_resources(ResourceARNList=list(arns))
        except ExpiredError:
            raise
        except (Refused, ReadError):
            self._usable = False
            return {}
        return {each["ResourceARN"]: tags_of(each.get("Tags")) for each in answer["ResourceTagMappingList"]}
