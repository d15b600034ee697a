"""Coverage day by day: what was known to exist at the end of each day on which something was scanned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date

from msgspec import Struct

from tagward_service.coverage.percent import percent
from tagward_service.store.history import moments
from tagward_service.store.interface import Ended, Existed


class Point(Struct, frozen=True):
    """How it stood at the end of a day.

    `sources` are the clouds, scopes and shards that had been scanned until then: what a percent is of
    changes with them, as it does with the version of the policy.
    """

    day: date
    taggable: int
    compliant: int
    sources: frozenset[str]
    policy_version: str
    complete: bool

    @property
    def percent(self) -> float | None:
        """Compliant of taggable."""
        return percent(self.compliant, self.taggable)


def source_of(scan: Ended) -> str:
    """Name what a scan looked at: the newest scan of each source tells what exists now."""
    scope = ",".join(f"{name}={value}" for name, value in sorted(scan.scope.items()))
    return " ".join(filter(None, (scan.cloud, scope, scan.shard)))


def trend(newest_first: Sequence[Ended], existed: Callable[[Sequence[int]], Existed]) -> tuple[Point, ...]:
    """Give a point for each day on which a scan ended.

    What existed then is kept with the scan; `existed` sums it up from the scans that counted where it is not.
    """
    days: dict[date, tuple[Ended, Sequence[Ended]]] = {}
    for ended, known in moments(newest_first):
        days[ended.finished_at.astimezone(UTC).date()] = ended, known
    return tuple(_point(day, ended, known, existed) for day, (ended, known) in days.items())


def _point(
    day: date, ended: Ended, known: Sequence[Ended], existed: Callable[[Sequence[int]], Existed]
) -> Point:
    found = ended.existed or existed([each.id for each in known])
    complete = all(each.complete for each in known)
    sources = frozenset(map(source_of, known))
    return Point(day, found.taggable, found.compliant, sources, known[0].policy_version, complete)


def comparable(points: Sequence[Point]) -> tuple[Point, ...]:
    """Keep the newest points that have the same sources, all of them read, and the same policy."""
    kept: list[Point] = []
    for point in reversed(points):
        if (point.sources, point.policy_version) != (points[-1].sources, points[-1].policy_version):
            break
        if point.complete and point.taggable:
            kept.append(point)
    return tuple(reversed(kept))
