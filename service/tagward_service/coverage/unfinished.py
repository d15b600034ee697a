"""Scans that began and have not ended, or never began: what they should have told is not in the figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC

from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.interface import Scan, ScanState
from tagward_service.store.standing import is_whole, within


def untold_scans(unfinished: Sequence[Scan], counted: Sequence[Scan]) -> Iterator[NotEvaluated]:
    """Say of each scan that did not end how far it came, and of which scan the figures are in its place.

    One that is still being written is a note: nothing is wrong with it. One that was interrupted leaves
    something unread.
    """
    for scan in unfinished:
        is_running = scan.state is ScanState.RUNNING
        far = (
            f"after {scan.parts_done:,} of {scan.parts:,} parts" if scan.parts else "before it read anything"
        )
        said = "it has not ended yet" if is_running else f"it was interrupted {far}"
        yield NotEvaluated(_name(scan), f"{said}; {_instead(scan, counted)}", incomplete=not is_running)


def missing_shards(unfinished: Sequence[Scan], counted: Sequence[Scan]) -> Iterator[NotEvaluated]:
    """Name the shards that nobody has scanned beside those that count, and those of an earlier day."""
    begun = {(each.cloud, _scope(each), each.shard) for each in unfinished}
    for shards in _families(counted).values():
        first, newest = shards[0], max(each.as_of for each in shards)
        told = {each.shard: each.as_of for each in shards}
        for shard in _shards_of(first):
            what = _named(first, shard)
            if (first.cloud, _scope(first), shard) in begun:
                continue
            if shard not in told:
                why = "no scan of this shard has ended yet: nothing of it is in the figures"
                yield NotEvaluated(what, why, incomplete=True)
            elif told[shard] < newest:
                why = f"its figures are as of {told[shard]}, those of other shards as of {newest}"
                yield NotEvaluated(what, why)


def days_of(scans: Sequence[Scan]) -> Iterator[str]:
    """Say of each cloud when the scans ended that the figures are of, and which they are."""
    for cloud in dict.fromkeys(scan.cloud for scan in scans):
        yield f"{cloud} {_ended([scan for scan in scans if scan.cloud == cloud])}"


def _families(counted: Sequence[Scan]) -> dict[tuple[str, str, str], list[Scan]]:
    """Gather the shards of one scope that belong together, where no others tell all of it."""
    found: dict[tuple[str, str, str], list[Scan]] = {}
    for scan in counted:
        if scan.shard:
            found.setdefault((scan.cloud, _scope(scan), scan.shard.partition("/")[2]), []).append(scan)
    return {family: shards for family, shards in found.items() if not _told_by_others(shards, counted)}


def _told_by_others(shards: Sequence[Scan], counted: Sequence[Scan]) -> bool:
    others = [each for each in counted if each not in shards and each.cloud == shards[0].cloud]
    return is_whole(each for each in others if within(shards[0].scope, each.scope))


def _shards_of(scan: Scan) -> Iterator[str]:
    count = scan.shard.partition("/")[2]
    return (f"{number}/{count}" for number in range(1, int(count) + 1))


def _name(scan: Scan) -> str:
    return f"scan {scan.id} ({_named(scan, scan.shard)})"


def _named(scan: Scan, shard: str) -> str:
    return ", ".join(filter(None, (scan.cloud, _scope(scan), f"shard {shard}" if shard else "")))


def _scope(scan: Scan) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(scan.scope.items()))


def _instead(scan: Scan, counted: Sequence[Scan]) -> str:
    """Say which scans looked there before, in whole or in part."""
    before = [each for each in counted if each.cloud == scan.cloud and _overlap(scan, each)]
    if before:
        return f"the figures are of what was seen before, {_ended(before)}"
    return "nothing that only it looked at is in the figures"


def _overlap(scan: Scan, other: Scan) -> bool:
    return within(scan.scope, other.scope) or within(other.scope, scan.scope)


def _ended(scans: Sequence[Scan]) -> str:
    days = sorted({f"{each.finished_at.astimezone(UTC):%Y-%m-%d}" for each in scans if each.finished_at})
    numbers = sorted(each.id for each in scans)
    which = f"scan {numbers[0]}" if len(numbers) == 1 else f"{len(numbers):,} scans up to {numbers[-1]}"
    return f"on {' to '.join(dict.fromkeys((days[0], days[-1])))} ({which})"
