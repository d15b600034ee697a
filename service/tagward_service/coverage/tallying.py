"""Counting the resources of one part while a scan judges them: by kind and status, and by tag and value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tagward.clouds import service_of
from tagward.evaluation import Evaluator
from tagward.findings import Assessment, Status
from tagward_service.store.interface import OTHER, TagTally, Tally

if TYPE_CHECKING:
    from tagward.judging.standing import Look

MOST_LOOKS = 4096
"""So many different looks are told apart before they are counted; each holds one resource."""
MOST_VALUES = 1000
"""So many values of one tag are kept apart; the rest are gathered."""

TAGGABLE = frozenset({Status.COMPLIANT, Status.VIOLATING, Status.UNKNOWN, Status.EXEMPT})
WRONG = frozenset({"violation", "unknown", "exempt"})
"""The findings that make a tag not valid: an exempt violation is still one."""

Kind = tuple[str, str | None, str | None, str]
"""Cloud, account, region and type."""


class Tallies:
    """Counts the assessments of one part; `evaluator` is the one that made them.

    Most resources of an estate look alike, so that each look is counted, and only looks are taken apart.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._standings = evaluator.standings
        self._looks: dict[tuple[Kind, Status, tuple[str, ...], Look], _Alike] = {}
        self._statuses: dict[Kind, dict[Status, int]] = {}
        self._tags: dict[tuple[str, str, str, str], dict[str, _Counts]] = {}

    def add(self, assessments: Iterable[Assessment]) -> None:
        """Count some assessments."""
        looks, look = self._looks, self._standings.look
        for assessment in assessments:
            resource, status = assessment.resource, assessment.status
            kind = (resource.cloud, resource.account, resource.region, resource.type)
            seen = look(resource) if status in TAGGABLE else ()
            known = (kind, status, _wrong(assessment) if assessment.findings else (), seen)
            alike = looks.get(known)
            if alike is not None:
                alike.count += 1
                continue
            looks[known] = _Alike(assessment)
            if len(looks) >= MOST_LOOKS:
                self._take_apart()

    def tallies(self) -> list[Tally]:
        """Give the counts by kind and status, sorted."""
        self._take_apart()
        return sorted((_tally(kind, counts) for kind, counts in self._statuses.items()), key=_place_of_tally)

    def tags(self) -> list[TagTally]:
        """Give the counts by tag and value, sorted."""
        self._take_apart()
        return [
            TagTally(*place, value, *counts)
            for place, values in sorted(self._tags.items())
            for value, counts in sorted(_gathered(values).items())
        ]

    def _take_apart(self) -> None:
        for (kind, status, wrong, _), alike in self._looks.items():
            counts = self._statuses.setdefault(kind, {})
            counts[status] = counts.get(status, 0) + alike.count
            if status in TAGGABLE:
                self._count_tags(kind, status is Status.COMPLIANT, wrong, alike)
        self._looks.clear()

    def _count_tags(self, kind: Kind, compliant: bool, wrong: tuple[str, ...], alike: _Alike) -> None:
        cloud, account, region, _ = kind
        for standing in self._standings.of(alike.resource):
            asked, present = standing.asked, standing.asked and standing.present
            valid = present and standing.tag not in wrong
            place = (cloud, account or "", region or "", standing.tag)
            values = self._tags.setdefault(place, {})
            counts = values.setdefault(standing.value or "", [0, 0, 0, 0, 0])
            for index, holds in enumerate((True, asked, present, valid, compliant)):
                counts[index] += alike.count * holds
            if len(values) > 8 * MOST_VALUES:
                self._tags[place] = _gathered(values)


_Counts = list[int]
"""resources, asked, present, valid, compliant."""


class _Alike:
    """How many resources look like this one."""

    __slots__ = ("count", "resource")

    def __init__(self, assessment: Assessment) -> None:
        self.resource = assessment.resource
        self.count = 1


def _wrong(assessment: Assessment) -> tuple[str, ...]:
    return tuple([finding.tag for finding in assessment.findings if finding.status in WRONG])


def _tally(kind: Kind, counts: dict[Status, int]) -> Tally:
    cloud, account, region, type_ = kind
    by_status = {str(status): count for status, count in counts.items()}
    return Tally(cloud, account or "", region or "", service_of(type_), type_, **by_status)


def _place_of_tally(tally: Tally) -> tuple[str, str, str, str]:
    return tally.cloud, tally.account, tally.region, tally.type


def _gathered(values: dict[str, _Counts]) -> dict[str, _Counts]:
    """Keep the most common values and those without one, and gather the others."""
    if len(values) <= MOST_VALUES + 2:
        return values
    named = sorted((value for value in values if value not in ("", OTHER)), key=lambda v: (-values[v][0], v))
    kept = {value: values[value] for value in named[:MOST_VALUES]}
    kept |= {value: values[value] for value in ("", OTHER) if value in values}
    other = kept.setdefault(OTHER, [0, 0, 0, 0, 0])
    for value in named[MOST_VALUES:]:
        for index, count in enumerate(values[value]):
            other[index] += count
    return kept
