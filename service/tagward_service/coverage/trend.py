"""Coverage day by day: what was known to exist at the end of each day on which something was scanned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date

from msgspec import Struct

from tagward_service.coverage.dimensions import taggable
from tagward_service.coverage.percent import percent
from tagward_service.store.interface import Scan, ScanState, Tally
from tagward_service.store.standing import standing


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


def source_of(scan: Scan) -> str:
    """Name what a scan looked at: the newest scan of each source tells what exists now."""
    scope = ",".join(f"{name}={value}" for name, value in sorted(scan.scope.items()))
    return " ".join(filter(None, (scan.cloud, scope, scan.shard)))


def is_finished(scan: Scan) -> bool:
    """Say whether a scan ran to its end."""
    return scan.state in (ScanState.COMPLETE, ScanState.INCOMPLETE) and scan.finished_at is not None


def trend(scans: Iterable[Scan], tally_of: Callable[[Sequence[int]], Tally]) -> tuple[Point, ...]:
    """Give a point for each day with a finished scan; `tally_of` sums the scans that count then up."""
    finished = sorted(filter(is_finished, scans), key=lambda scan: (scan.finished_at, scan.id))
    known: list[Scan] = []
    days: dict[date, list[Scan]] = {}
    for scan in finished:
        known = standing([scan, *known])
        days[_day(scan)] = known
    return tuple(_point(day, known, tally_of) for day, known in days.items())


def _day(scan: Scan) -> date:
    return (scan.finished_at or scan.started_at).astimezone(UTC).date()


def _point(day: date, known: Sequence[Scan], tally_of: Callable[[Sequence[int]], Tally]) -> Point:
    tally = tally_of([scan.id for scan in known])
    complete = all(scan.state is ScanState.COMPLETE for scan in known)
    sources = frozenset(map(source_of, known))
    return Point(day, taggable(tally), tally.compliant, sources, known[0].policy_version, complete)


def comparable(points: Sequence[Point]) -> tuple[Point, ...]:
    """Keep the newest points that have the same sources, all of them read, and the same policy."""
    kept: list[Point] = []
    for point in reversed(points):
        if (point.sources, point.policy_version) != (points[-1].sources, points[-1].policy_version):
            break
        if point.complete and point.taggable:
            kept.append(point)
    return tuple(reversed(kept))
