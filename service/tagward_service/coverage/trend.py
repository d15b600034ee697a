"""Coverage day by day: what was known to exist at the end of each day on which something was scanned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date

from msgspec import Struct

from tagward_service.coverage.percent import percent
from tagward_service.store.interface import Scan, ScanState, Tally


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


def trend(scans: Iterable[Scan], tally_of: Callable[[int], Tally]) -> tuple[Point, ...]:
    """Give a point for each day with a finished scan; `tally_of` sums one scan up."""
    finished = sorted(filter(is_finished, scans), key=lambda scan: (scan.finished_at, scan.id))
    newest: dict[str, Scan] = {}
    points: dict[date, Point] = {}
    for scan in finished:
        newest = {name: each for name, each in newest.items() if not _puts_aside(scan, each)}
        newest[source_of(scan)] = scan
        day = _day(scan)
        points[day] = _point(day, scan.policy_version, newest, tally_of)
    return tuple(points.values())


def _puts_aside(newer: Scan, older: Scan) -> bool:
    """Say whether a scan looks at the same as another that was cut into another number of shards."""
    if (newer.cloud, newer.scope) != (older.cloud, older.scope):
        return False
    return newer.shard.partition("/")[2] != older.shard.partition("/")[2]


def _day(scan: Scan) -> date:
    return (scan.finished_at or scan.started_at).astimezone(UTC).date()


def _point(day: date, version: str, newest: dict[str, Scan], tally_of: Callable[[int], Tally]) -> Point:
    tallies = [tally_of(scan.id) for scan in newest.values()]
    compliant = sum(each.compliant for each in tallies)
    others = sum(each.violating + each.unknown + each.exempt for each in tallies)
    complete = all(scan.state is ScanState.COMPLETE for scan in newest.values())
    return Point(day, compliant + others, compliant, frozenset(newest), version, complete)


def comparable(points: Sequence[Point]) -> tuple[Point, ...]:
    """Keep the newest points that have the same sources, all of them read, and the same policy."""
    kept: list[Point] = []
    for point in reversed(points):
        if (point.sources, point.policy_version) != (points[-1].sources, points[-1].policy_version):
            break
        if point.complete and point.taggable:
            kept.append(point)
    return tuple(reversed(kept))
