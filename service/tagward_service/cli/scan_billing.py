"""What a scan of AWS says of billing: tags that are not activated never reach the bill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from tagward.diagnostics import printable
from tagward_service.cli.settings import Settings

if TYPE_CHECKING:
    from tagward.policy import Policy
    from tagward_service.sources.aws.cost_allocation import CostAllocationTag
    from tagward_service.store.interface import Store

KIND = "cost-allocation-tags"
"""What the answer of AWS is kept as in the store."""

_STATES = {"inactive": "not activated", "unseen": "not seen on any bill"}


def billed_tags(store: Store, policy: Policy, settings: Settings) -> list[str]:
    """Ask AWS which tags of the policy reach the bill, keep the answer, and say what is wrong, in lines."""
    from tagward_service.coverage.unbilled import asked_of_aws

    asked = asked_of_aws(policy, settings.text("profile"))
    if asked.why_not:
        return [f"nobody knows which tags reach the bill: {printable(asked.why_not)}"]
    store.keep_report(KIND, policy.name, settings.day("as_of"), msgspec.json.encode(asked.tags))
    return list(_lines(asked.tags))


def _lines(found: tuple[CostAllocationTag, ...]) -> Iterator[str]:
    active = sum(each.state == "active" for each in found)
    if found:
        yield f"{active} of {len(found)} tags of the policy reach the bill (cost allocation tags)"
    for each in found:
        if each.state != "active":
            alike = f"; billing has `{'`, `'.join(each.alike)}`" if each.alike else ""
            yield printable(f"{each.key} is {_STATES[each.state]}{alike}: {each.next_step}")
