"""Cost allocation tags: which of the policy's keys ever reach the bill.

A tag is in Cost Explorer and in cost exports only once its key is activated, by the payer account, and it can
be activated only after it was on something that was billed. Keys compare with their case: `ML-Team` is a
column of its own. Who activates a key late may ask AWS to fill in up to twelve months
(`ce:StartCostAllocationTagBackfill`), which adds no tags to what had none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from tagward.policy import Policy
from tagward_service.sources.aws.pages import pages
from tagward_service.sources.aws.sessions import Access, Sessions

State = Literal["active", "inactive", "unseen"]
PERMISSION = "ce:ListCostAllocationTags"
_HOME = {"aws": "us-east-1", "aws-cn": "cn-northwest-1"}
_AT_A_TIME = 1000
_NEXT: Mapping[State, str] = {
    "active": "",
    "inactive": "activate it: aws ce update-cost-allocation-tags-status"
    " --cost-allocation-tags-status TagKey={key},Status=Active",
    "unseen": "nothing that was billed carries it yet: it can be activated a day after something does",
}


class CostAllocationTag(Struct, frozen=True):
    """One key of the policy, as billing sees it.

    `alike` are keys that billing has and that differ only by case; dates are in ISO form, "" where unknown.
    """

    tag: str
    key: str
    state: State
    next_step: str = ""
    last_used: str = ""
    alike: tuple[str, ...] = ()


def cost_allocation_tags(policy: Policy, access: Access | None = None) -> tuple[CostAllocationTag, ...]:
    """Ask AWS about every key of the policy, in its order; raise ReadError, or Refused without permission."""
    sessions = Sessions(access or Access())
    client = sessions.own("ce", _HOME.get(sessions.partition, sessions.home))
    return tuple(compared(keys_of(policy), _listed(client)))


def keys_of(policy: Policy) -> dict[str, str]:
    """Return the keys of a policy on AWS, by the id of the tag."""
    return {tag.id: tag.keys["aws"] for tag in policy.tags if "aws" in tag.keys}


def compared(keys: Mapping[str, str], listed: Iterable[Mapping[str, Any]]) -> Iterator[CostAllocationTag]:
    """Compare keys with what billing lists, entries as `ListCostAllocationTags` gives them."""
    known = {each["TagKey"]: each for each in listed}
    for tag, key in keys.items():
        entry = known.get(key)
        state: State = "unseen" if entry is None else "active" if entry["Status"] == "Active" else "inactive"
        alike = tuple(sorted(each for each in known if each != key and each.casefold() == key.casefold()))
        used = str((entry or {}).get("LastUsedDate") or "")
        yield CostAllocationTag(tag, key, state, _NEXT[state].format(key=key), used, alike)


def _listed(client: Any) -> Iterator[dict[str, Any]]:
    # All of them, and not only those of the policy: a key that differs by case is worth a hint.
    operation, given = "ListCostAllocationTags", {"Type": "UserDefined"}
    for page in pages(client, operation, given, permission=PERMISSION, page=_AT_A_TIME):
        yield from page["CostAllocationTags"]
