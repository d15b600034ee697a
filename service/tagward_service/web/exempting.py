"""The exemptions of a policy, and how many resources each of them covers."""

from __future__ import annotations

from collections.abc import Sequence

from tagward.judging.exempting import names_exemption
from tagward.policy import Exemption, Policy
from tagward_service.store.interface import Alike, Life
from tagward_service.web.board import ExemptionBoard


def exemption_boards(policy: Policy, alike: Sequence[Alike], *, scanned: bool) -> tuple[ExemptionBoard, ...]:
    """Describe every exemption, the one that ends first at the top."""
    found = [
        ExemptionBoard(
            each.id,
            each.owner,
            each.reason,
            each.expires,
            each.tags,
            _match(each),
            _covered(each, alike) if scanned else None,
        )
        for each in policy.exemptions
    ]
    return tuple(sorted(found, key=lambda each: (each.expires, each.id)))


def _match(exemption: Exemption) -> tuple[tuple[str, str], ...]:
    fields = ((name, getattr(exemption.match, name)) for name in exemption.match.__struct_fields__)
    return tuple((name, ", ".join(values)) for name, values in fields if values)


def _covered(exemption: Exemption, alike: Sequence[Alike]) -> int:
    """Count the resources that have a finding which the exemption covers."""
    return sum(
        each.resources
        for each in alike
        if any(
            wrong.life is Life.EXEMPT and names_exemption(wrong.message, exemption) for wrong in each.wrong
        )
    )
