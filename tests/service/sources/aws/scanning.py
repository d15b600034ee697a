"""Reading a source from end to end, as a scan does."""

from collections.abc import Iterable, Mapping
from threading import Event
from typing import NamedTuple

from tagward.resource import Resource
from tagward_service.scan.interface import Part, Source
from tagward_service.sources.interface import NotEvaluated
from tests.service.sources.aws.cloud.organization import Planted


class Inventory(NamedTuple):
    """All that a source gave."""

    resources: tuple[Resource, ...]
    notes: tuple[NotEvaluated, ...]

    @property
    def incomplete(self) -> list[str]:
        return [note.what for note in self.notes if note.incomplete]


def inventory(source: Source) -> Inventory:
    """Read every part."""
    resources: list[Resource] = []
    notes: list[NotEvaluated] = []
    for part in source.parts():
        for found in (part,) if isinstance(part, NotEvaluated) else source.read(part, Event()):
            (notes if isinstance(found, NotEvaluated) else resources).append(found)  # type: ignore[arg-type]
    return Inventory(tuple(resources), tuple(notes))


def parts(source: Source) -> list[Part]:
    return [each for each in source.parts() if isinstance(each, Part)]


def seen(
    resources: Iterable[Resource],
) -> list[tuple[str, str, str | None, str | None, Mapping[str, object]]]:
    """Return what matters of resources, in the order of their ARNs."""
    return sorted(
        ((each.id, each.type, each.account, each.region, dict(each.tags)) for each in resources),
        key=lambda each: each[0],
    )


def expected(
    planted: Iterable[Planted],
) -> list[tuple[str, str, str | None, str | None, Mapping[str, object]]]:
    """Return what a scan must have seen of what was planted."""
    return sorted(
        ((each.arn, each.type, each.account, each.region, dict(each.tags)) for each in planted),
        key=lambda each: each[0],
    )
