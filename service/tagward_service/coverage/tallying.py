"""Counting the resources of one part while a scan judges them: by kind and status, and by tag and value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

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
        self._crowded: frozenset[str] = frozenset()
        self._look_at = CROWD

    def add(self, assessments: Iterable[Assessment]) -> None:
        """Count some assessments."""
        shapes, (untaggable, untold) = self._shapes, UNCOUNTED
        met: list[_Shape] = []
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
            if not shape.rows:
                met.append(shape)
            shape.rows.append(values)
        for shape in met:
            shape.settle()
        if sum(len(column.values) for column in self._columns.values()) > self._look_at:
            self._look_for_crowds(sum(shape.count for shape in shapes.values()))

    def tallies(self) -> list[Tally]:
        """Give the counts by kind and status, sorted."""
        kinds: dict[Kind, Counter[str]] = {}
        for shape in self._shapes.values():
            kinds.setdefault(shape.kind, Counter())[shape.status] += shape.count
        return [_tally(kind, counts) for kind, counts in sorted(kinds.items())]

    def tags(self) -> list[TagTally]:
        """Give the counts by tag and value, sorted."""
        counts = {column: column.values.copy() for column in self._columns.values()}
        for shape in self._shapes.values():
            for column, value, count in shape.crowded():
                counts[column][value] += count
        sums: dict[tuple[Place, str], list[int]] = {}
        kept = _kept(counts)
        for column, values in counts.items():
            told = kept.get(column.place)
            for value, count in values.items():
                named = value if told is None or value in told else OTHER
                row = sums.setdefault((column.place, named), [0] * len(column.counts))
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
        for column in self._columns.values():
            values.setdefault(column.tag, set()).update(column.values)
        crowded = {tag for tag, each in values.items() if len(each) > max(CROWD, resources / 2)}
        if not crowded <= self._crowded:
            self._crowded |= crowded
            for column in self._columns.values():
                if column.tag in self._crowded:
                    column.put_together()
            for shape in self._shapes.values():
                shape.leave_out(self._crowded)
        self._look_at = 2 * sum(len(column.values) for column in self._columns.values()) + CROWD


class _Shape:
    """How many resources are alike in all but the values of their tags, and where those are counted.

    `rows` are the values of those that are not counted yet.
    """

    __slots__ = ("_columns", "_left_out", "_valued", "count", "kind", "rows", "status")

    def __init__(self, kind: Kind, status: Status, columns: list[_Column], valued: Sequence[bool]) -> None:
        self.kind = kind
        self.status = status
        self.count = 0
        self.rows: list[Values] = []
        self._columns = columns
        self._valued = valued
        self._left_out: dict[int, int] = {}

    def settle(self) -> None:
        """Count the values that wait, tag by tag."""
        for number, values in enumerate(zip(*self.rows, strict=True)):
            if number not in self._left_out:
                self._columns[number].values.update(values)
        self.count += len(self.rows)
        self.rows.clear()

    def leave_out(self, tags: frozenset[str]) -> None:
        """Tell some tags by value no more, from here on."""
        for number, column in enumerate(self._columns):
            if column.tag in tags:
                self._left_out.setdefault(number, self.count)

    def crowded(self) -> Iterator[tuple[_Column, str, int]]:
        """Count the tags that were left out, by whether there is a value."""
        for number, before in self._left_out.items():
            if self.count > before:
                yield self._columns[number], OTHER if self._valued[number] else "", self.count - before


class _Column:
    """How many resources have which value of one tag, of those on which it stands alike.

    `counts` says whether resources, asked, present, valid and compliant count one more.
    """

    __slots__ = ("counts", "place", "values")

    def __init__(self, place: Place, counts: tuple[bool, ...]) -> None:
        self.place = place
        self.counts = counts
        self.values: Counter[str] = Counter()

    @property
    def tag(self) -> str:
        """The tag whose values are counted."""
        return self.place[3]

    def put_together(self) -> None:
        """Tell values no more apart, only whether there is one."""
        without = self.values.pop("", 0)
        together = Counter({OTHER: self.values.total(), "": without})
        self.values = +together


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


def _kept(counts: Mapping[_Column, Counter[str]]) -> dict[Place, frozenset[str]]:
    """Say which values are told where there are too many: the most common ones, and that there is none."""
    by_place: dict[Place, Counter[str]] = {}
    for column, values in counts.items():
        by_place.setdefault(column.place, Counter()).update(values)
    return {place: _most_common(values) for place, values in by_place.items() if len(values) > MOST_VALUES}


def _most_common(values: Counter[str]) -> frozenset[str]:
    named = sorted((value for value in values if value not in ("", OTHER)), key=lambda v: (-values[v], v))
    return frozenset(("", *named[:MOST_VALUES]))
