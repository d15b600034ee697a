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


class Unbilled(Struct, frozen=True):
    """What there is to say of tags and bills, and what could not be asked."""

    notices: tuple[Notice, ...] = ()
    not_read: tuple[NotEvaluated, ...] = ()


NOT_ASKED = Unbilled()


def asked_of_aws(policy: Policy) -> Unbilled:
    """Ask AWS about the tags of a policy; raises ImportError where its extra is not there."""
    from tagward_service.scan.interface import ReadError
    from tagward_service.sources.aws.cost_allocation import cost_allocation_tags
    from tagward_service.sources.aws.problems import Refused

    try:
        return Unbilled(tuple(unbilled(cost_allocation_tags(policy))))
    except (ReadError, Refused) as error:
        return Unbilled(not_read=(NotEvaluated("AWS cost allocation tags", error.why, incomplete=True),))


def unbilled(tags: Iterable[CostAllocationTag]) -> Iterator[Notice]:
    """Name the tags that do not reach the bill."""
    for each in tags:
        if each.state == "active":
            continue
        state = "is not activated" if each.state == "inactive" else "is not known to billing"
        alike = f"; billing has {', '.join(f'`{key}`' for key in each.alike)}" if each.alike else ""
        said = f"`{each.key}` {state} as an AWS cost allocation tag, so that it never reaches the bill{alike}"
        yield Notice("not-billed", "", each.tag, said, each.next_step)
