"""Scans that began and have not ended: what they should have told is not in the figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC

from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.interface import Scan, ScanState
from tagward_service.store.standing import within


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


def days_of(scans: Sequence[Scan]) -> Iterator[str]:
    """Say of each cloud when the scans ended that the figures are of, and which they are."""
    for cloud in dict.fromkeys(scan.cloud for scan in scans):
        yield f"{cloud} {_ended([scan for scan in scans if scan.cloud == cloud])}"


def _name(scan: Scan) -> str:
    scope = (f"{name} {value}" for name, value in sorted(scan.scope.items()))
    shard = f"shard {scan.shard}" if scan.shard else ""
    return f"scan {scan.id} ({', '.join(filter(None, (scan.cloud, *scope, shard)))})"


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
