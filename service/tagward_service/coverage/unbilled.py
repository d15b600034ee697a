"""Tags that are on resources and still never reach the bill: AWS wants them activated for cost allocation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from tagward.policy import Policy
from tagward_service.coverage.housekeeping import Notice
from tagward_service.sources.interface import NotEvaluated

if TYPE_CHECKING:
    from tagward_service.sources.aws.cost_allocation import CostAllocationTag


class Asked(Struct, frozen=True):
    """What AWS says of the tags of a policy, or why nobody could ask."""

    tags: tuple[CostAllocationTag, ...] = ()
    why_not: str = ""


class Unbilled(Struct, frozen=True):
    """What there is to say of tags and bills, and what could not be asked."""

    notices: tuple[Notice, ...] = ()
    not_read: tuple[NotEvaluated, ...] = ()


NOT_ASKED = Unbilled()


def asked_of_aws(policy: Policy, profile: str | None = None) -> Asked:
    """Ask AWS which tags of a policy reach the bill; raises ImportError where its extra is not there."""
    from tagward_service.scan.interface import ReadError
    from tagward_service.sources.aws.cost_allocation import cost_allocation_tags
    from tagward_service.sources.aws.problems import Refused
    from tagward_service.sources.aws.sessions import Access

    try:
        return Asked(cost_allocation_tags(policy, Access(profile=profile)))
    except (ReadError, Refused) as error:
        return Asked(why_not=error.why)


def unbilled_of(asked: Asked) -> Unbilled:
    """Say what a report of coverage has to tell of it."""
    if asked.why_not:
        return Unbilled(not_read=(NotEvaluated("AWS cost allocation tags", asked.why_not, incomplete=True),))
    return Unbilled(tuple(unbilled(asked.tags)))


def unbilled(tags: Iterable[CostAllocationTag]) -> Iterator[Notice]:
    """Name the tags that do not reach the bill."""
    for each in tags:
        if each.state == "active":
            continue
        state = "is not activated" if each.state == "inactive" else "is not known to billing"
        alike = f"; billing has {', '.join(f'`{key}`' for key in each.alike)}" if each.alike else ""
        said = f"`{each.key}` {state} as an AWS cost allocation tag, so that it never reaches the bill{alike}"
        yield Notice("not-billed", "", each.tag, said, each.next_step)
