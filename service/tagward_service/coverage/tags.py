"""How far each tag is: on how many of the resources that must have it it is there, and right."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from tagward.policy import Policy
from tagward_service.coverage.percent import percent
from tagward_service.store.interface import TagTally


class TagFigures(Struct, frozen=True):
    """One tag: resources that the policy asks it of, those that have it, those on which it is right."""

    tag: str
    asked: int
    present: int
    valid: int

    @property
    def present_percent(self) -> float | None:
        """Present of asked."""
        return percent(self.present, self.asked)

    @property
    def valid_percent(self) -> float | None:
        """Valid of asked."""
        return percent(self.valid, self.asked)


def tag_figures(tallies: Iterable[TagTally], policy: Policy) -> tuple[TagFigures, ...]:
    """Sum up by tag, in the order of the policy; a tag that is asked of nothing has no percent."""
    sums = {tag.id: [0, 0, 0] for tag in policy.tags}
    for each in tallies:
        counts = sums.setdefault(each.tag, [0, 0, 0])
        for index, count in enumerate((each.asked, each.present, each.valid)):
            counts[index] += count
    return tuple(TagFigures(tag, *counts) for tag, counts in sums.items())
