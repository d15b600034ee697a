"""What coverage is broken down by: where resources are, what they are, and the values of a tag."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

from msgspec import Struct

from tagward.policy import Policy
from tagward_service.coverage.naming import TAG, dimension_of
from tagward_service.coverage.percent import percent
from tagward_service.store.interface import TagTally, Tally

FIELDS = ("cloud", "account", "region", "service", "type")


class Group(Struct, frozen=True):
    """The resources that share one thing; `name` is "" for those that have it not.

    `exempt` and `untaggable` are None where they are not counted: by the value of a tag.
    """

    name: str
    taggable: int
    compliant: int
    exempt: int | None = None
    untaggable: int | None = None

    @property
    def percent(self) -> float | None:
        """Compliant of taggable."""
        return percent(self.compliant, self.taggable)

    @property
    def lacking(self) -> int:
        """How many taggable resources are not compliant."""
        return self.taggable - self.compliant


class Breakdown(Struct, frozen=True):
    """Coverage by one dimension, the groups with the most to do first."""

    dimension: str
    groups: tuple[Group, ...]


def checked(dimension: str, policy: Policy) -> str:
    """Return a dimension that there is: a field, or `tag:ID` of the policy; raises UsageError."""
    return dimension_of(dimension, policy, FIELDS, "coverage")


def broken_down(dimension: str, tallies: Iterable[Tally], tags: Iterable[TagTally]) -> Breakdown:
    """Break coverage down by a dimension."""
    if dimension.startswith(TAG):
        named = dimension.removeprefix(TAG)
        return Breakdown(dimension, _sorted(_by_value(each for each in tags if each.tag == named)))
    return Breakdown(dimension, _sorted(_by_field(tallies, attrgetter(dimension))))


def _by_field(tallies: Iterable[Tally], name_of: Callable[[Tally], str]) -> Iterable[Group]:
    sums: dict[str, list[int]] = {}
    for each in tallies:
        counts = sums.setdefault(name_of(each), [0, 0, 0, 0])
        _add(counts, (taggable(each), each.compliant, each.exempt, each.untaggable))
    return (Group(name, *counts) for name, counts in sums.items())


def _by_value(tallies: Iterable[TagTally]) -> Iterable[Group]:
    sums: dict[str, list[int]] = {}
    for each in tallies:
        _add(sums.setdefault(each.value, [0, 0]), (each.resources, each.compliant))
    return (Group(name, *counts) for name, counts in sums.items())


def taggable(tally: Tally) -> int:
    """Count the resources that take tags, as far as anybody knows."""
    return tally.compliant + tally.violating + tally.unknown + tally.exempt


def _add(counts: list[int], more: Sequence[int]) -> None:
    for index, count in enumerate(more):
        counts[index] += count


def _sorted(groups: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda group: (-group.lacking, -group.taggable, group.name)))
