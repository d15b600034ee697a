"""Resources as an inventory of AWS lists them: types in its own spelling, ARNs that may lack a part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Event
from typing import Protocol

from tagward.catalog import known_type, tagward_type
from tagward.resource import NO_TAGS, Resource, Taggability
from tagward_service.scan.interface import Found
from tagward_service.sources.aws.types import name_of, native_of, taggability_of

GLOBAL = "global"
"""The region that inventories write for what is in none."""


class Inventory(Protocol):
    """Something that lists resources of many types at once."""

    name: str

    def covers(self, account: str, region: str) -> frozenset[str]:
        """Return the tagward types that it lists in a place; raise ReadError or Refused."""
        ...

    def read(self, account: str, region: str, stop: Event) -> Iterable[Found]:
        """List a place; the region "" has what is in none. Raise ReadError or Refused."""
        ...


def listed(type_: str, arn: str, account: str, region: str, tags: Mapping[str, str], where: str) -> Resource:
    """Make a resource; `where` says who told the tags."""
    arn = _whole(arn, account)
    taggability = Taggability(True, f"{where} tells its tags") if tags else taggability_of(type_)
    return Resource(
        cloud="aws",
        type=type_,
        address=arn,
        native=native_of(type_),
        id=arn,
        name=name_of(arn, tags),
        account=account,
        region="" if region == GLOBAL else region,
        namespace="",
        tags=tags or NO_TAGS,
        taggability=taggability,
    )


def type_of(name: str, cloudformation: str = "") -> str:
    """Return the tagward type of `ec2:instance`, or of a CloudFormation type; else the name itself."""
    spelled = f"aws:{name}"
    if name and known_type(spelled):
        return spelled
    return tagward_type(cloudformation) or (spelled if name else cloudformation)


def _whole(arn: str, account: str) -> str:
    """Put the account into the ARN of an image or a snapshot, where some APIs leave it out."""
    parts = arn.split(":", 5)
    if len(parts) == 6 and parts[2] == "ec2" and not parts[4]:
        parts[4] = account
    return ":".join(parts)
