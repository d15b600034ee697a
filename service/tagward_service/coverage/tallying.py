"""Counting the resources of one part while a scan judges them: by kind and status, and by tag and value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import itemgetter

from msgspec.structs import replace

from tagward.clouds import service_of
from tagward.evaluation import Evaluator
from tagward.findings import Assessment, Status
from tagward.judging.sighting import Outline, Values
from tagward.resource import Resource
from tagward_service.store.interface import OTHER, TagTally, Tally

MOST_VALUES = 1000
"""So many values of one tag are kept apart; the rest are gathered."""
CROWD = 250
"""A tag is not told by value when it has more than this, and more than half as many as resources."""

UNCOUNTED = (Status.UNTAGGABLE, Status.UNTOLD)
WRONG = frozenset({"violation", "unknown", "exempt"})
"""The findings that make a tag not valid: an exempt violation is still one."""

Kind = tuple[str, str, str, str]
"""Cloud, account, region and type."""

Place = tuple[str, str, str, str, str]
"""Cloud, account, region, tag and service."""


class Tallies:
    """Counts the assessments of one part; `evaluator` is the one that made them.

    Most resources of an estate are of few shapes. What there is to count of a shape is found out once, so
    that a resource costs one count of its shape and one of each tag with its value.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._seen = evaluator.standings.seen
        self._shapes: dict[tuple[object, ...], _Shape] = {}
        self._columns: dict[tuple[object, ...], _Column] = {}
        self._counts: Counter[tuple[_Column, str]] = Counter()
        self._crowded: frozenset[str] = frozenset()
        self._look_at = CROWD

    def add(self, assessments: Iterable[Assessment]) -> None:
        """Count some assessments."""
        shapes, (untaggable, untold) = self._shapes, UNCOUNTED
        counted: list[tuple[_Column, str]] = []
        for assessment in assessments:
            resource, status = assessment.resource, assessment.status
            counts = status is not untaggable and status is not untold
            outline, values = self._seen(resource) if counts else (None, ())
            wrong = _wrong(assessment) if assessment.findings else ()
            place = (resource.cloud, resource.account, resource.region, resource.type)
            # Members of an enumeration are hashed by Python code, and their ids are not.
            known = (place, id(status), wrong, outline)
            shape = shapes.get(known)
            if shape is None:
                shape = shapes[known] = self._shape(resource, status, wrong, outline)
            shape.count += 1
            counted += zip(shape.columns, shape.pick(values) if shape.pick else values, strict=True)
        self._counts.update(counted)
        if len(self._counts) > self._look_at:
            self._look_for_crowds(sum(shape.count for shape in shapes.values()))

    def tallies(self) -> list[Tally]:
        """Give the counts by kind and status, sorted."""
        kinds: dict[Kind, Counter[str]] = {}
        for shape in self._shapes.values():
            kinds.setdefault(shape.kind, Counter())[shape.status] += shape.count
        return [_tally(kind, counts) for kind, counts in sorted(kinds.items())]

    def tags(self) -> list[TagTally]:
        """Give the counts by tag and value, sorted."""
        sums: dict[tuple[Place, str], list[int]] = {}
        counts = self._counts.copy()
        for shape in self._shapes.values():
            counts.update(shape.crowded())
        for (column, value), count in _gathered(counts).items():
            row = sums.setdefault((column.place, value), [0] * len(column.counts))
            row[:] = [known + count * counts for known, counts in zip(row, column.counts, strict=True)]
        return [_tag_tally(place, value, row) for (place, value), row in sorted(sums.items())]

    def _shape(
        self, resource: Resource, status: Status, wrong: tuple[str, ...], outline: Outline | None
    ) -> _Shape:
        kind = (resource.cloud, resource.account or "", resource.region or "", resource.type)
        marks = () if outline is None else outline.marks
        service = service_of(resource.type)
        columns = [
            self._column((*kind[:3], tag, service), asked, asked and present, tag in wrong, status)
            for tag, asked, present in marks
        ]
        shape = _Shape(kind, status, columns, () if outline is None else outline.valued)
        shape.leave_out(self._crowded)
        return shape

    def _column(self, place: Place, asked: bool, present: bool, wrong: bool, status: Status) -> _Column:
        counts = (True, asked, present, present and not wrong, status is Status.COMPLIANT)
        return self._columns.setdefault((place, counts), _Column(place, counts))

    def _look_for_crowds(self, resources: int) -> None:
        """Stop telling a tag by value when nearly every resource has one of its own (a run, a request)."""
        values: dict[str, set[str]] = {}
        for column, value in self._counts:
            values.setdefault(column.place[3], set()).add(value)
        crowded = {tag for tag, each in values.items() if len(each) > max(CROWD, resources / 2)}
        if not crowded <= self._crowded:
            self._crowded |= crowded
            self._counts = _without_values(self._counts, self._crowded)
            for shape in self._shapes.values():
                shape.leave_out(self._crowded)
        self._look_at = 2 * len(self._counts) + CROWD


class _Shape:
    """How many resources are alike in all but the values of their tags, and where those are counted.

    `columns` are those whose values are told apart, and `pick` takes them out of all (None: takes all).
    """

    __slots__ = ("_every", "_left_out", "_valued", "columns", "count", "kind", "pick", "status")

    def __init__(self, kind: Kind, status: Status, columns: list[_Column], valued: Sequence[bool]) -> None:
        self.kind = kind
        self.status = status
        self.columns = columns
        self.count = 0
        self.pick: Callable[[Values], Sequence[str]] | None = None
        self._every = columns
        self._valued = valued
        self._left_out: dict[int, int] = {}

    def leave_out(self, tags: frozenset[str]) -> None:
        """Tell some tags by value no more, from here on."""
        numbers = [number for number, column in enumerate(self._every) if column.place[3] in tags]
        if not numbers:
            return
        for number in numbers:
            self._left_out.setdefault(number, self.count)
        kept = [number for number in range(len(self._every)) if number not in self._left_out]
        self.columns = [self._every[number] for number in kept]
        self.pick = itemgetter(*kept) if len(kept) > 1 else partial(_picked, kept)

    def crowded(self) -> dict[tuple[_Column, str], int]:
        """Count the tags that were left out, by whether there is a value."""
        return {
            (self._every[number], OTHER if self._valued[number] else ""): self.count - before
            for number, before in self._left_out.items()
            if self.count > before
        }


def _picked(kept: Sequence[int], values: Values) -> Sequence[str]:
    """Do what `itemgetter` does for two and more."""
    return [values[number] for number in kept]


class _Column:
    """Where the values of one tag are counted that stand alike.

    `counts` says whether resources, asked, present, valid and compliant count one more.
    """

    __slots__ = ("counts", "place")

    def __init__(self, place: Place, counts: tuple[bool, ...]) -> None:
        self.place = place
        self.counts = counts


def _without_values(
    counts: Counter[tuple[_Column, str]], tags: frozenset[str]
) -> Counter[tuple[_Column, str]]:
    """Put the values of some tags together."""
    together: Counter[tuple[_Column, str]] = Counter()
    for (column, value), count in counts.items():
        together[column, OTHER if value and column.place[3] in tags else value] += count
    return together


def _wrong(assessment: Assessment) -> tuple[str, ...]:
    return tuple([finding.tag for finding in assessment.findings if finding.status in WRONG])


def _tally(kind: Kind, counts: Counter[str]) -> Tally:
    cloud, account, region, type_ = kind
    by_status = {str(status): count for status, count in counts.items()}
    return replace(Tally(cloud, account, region, service_of(type_), type_), **by_status)


def _tag_tally(place: Place, value: str, counts: Sequence[int]) -> TagTally:
    cloud, account, region, tag, service = place
    resources, asked, present, valid, compliant = counts
    return TagTally(
        cloud, account, region, tag, value, resources, asked, present, valid, compliant, service=service
    )


def _gathered(counts: Counter[tuple[_Column, str]]) -> Counter[tuple[_Column, str]]:
    """Keep the most common values of each tag and resources without one, and gather the others."""
    by_place: dict[Place, Counter[str]] = {}
    for (column, value), count in counts.items():
        by_place.setdefault(column.place, Counter())[value] += count
    kept = {place: _most_common(values) for place, values in by_place.items()}
    gathered: Counter[tuple[_Column, str]] = Counter()
    for (column, value), count in counts.items():
        gathered[column, value if value in kept[column.place] else OTHER] += count
    return gathered


def _most_common(values: Counter[str]) -> frozenset[str]:
    named = sorted((value for value in values if value not in ("", OTHER)), key=lambda v: (-values[v], v))
    return frozenset(("", *named[:MOST_VALUES]))
