"""How it stands, from the store alone: the newest scan of every source together is what exists now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial

from msgspec import Struct

from tagward.policy import Policy
from tagward_service.coverage.dimensions import Breakdown, broken_down, checked, taggable
from tagward_service.coverage.fixes import Fixes, fewest
from tagward_service.coverage.forecast import Forecast, forecast
from tagward_service.coverage.housekeeping import Notice, notices
from tagward_service.coverage.tags import TagFigures, tag_figures
from tagward_service.coverage.trend import Point, comparable, trend
from tagward_service.coverage.unbilled import NOT_ASKED, Unbilled
from tagward_service.coverage.unfinished import missing_shards, untold_scans
from tagward_service.report import Summary
from tagward_service.scan.report import summary_of, untold_of
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.interface import Existed, Life, Scan, ScanState, Store, Wanted

DEFAULT_DIMENSIONS = ("cloud", "account")


class Change(Struct, frozen=True):
    """Findings that the newest scans saw first, or saw again, and those that they saw no more."""

    new: int
    fixed: int


class Readiness(Struct, frozen=True):
    """Whether the threshold is reached, and what is missing where it is not."""

    threshold: float
    ready: bool
    missing: tuple[str, ...]


class CoverageReport(Struct, frozen=True):
    """What the outputs render."""

    policy_name: str
    policy_version: str
    policy_sha256: str
    as_of: date
    scans: tuple[Scan, ...]
    summary: Summary
    untold: int
    breakdowns: tuple[Breakdown, ...]
    tags: tuple[TagFigures, ...]
    change: Change
    trend: tuple[Point, ...]
    forecast: Forecast
    fixes: Fixes
    notices: tuple[Notice, ...]
    readiness: Readiness
    not_scanned: tuple[NotEvaluated, ...]

    @property
    def incomplete(self) -> bool:
        """Say whether something that should have been read was not."""
        return is_incomplete(self.scans, self.not_scanned)


def coverage(
    store: Store,
    policy: Policy,
    as_of: date,
    dimensions: Sequence[str] = DEFAULT_DIMENSIONS,
    *,
    threshold: float | None = None,
    unbilled: Unbilled = NOT_ASKED,
) -> CoverageReport:
    """Work out how it stands; raises UsageError for a dimension that there is not."""
    dimensions = tuple(dict.fromkeys(checked(each, policy) for each in dimensions))
    threshold = policy.readiness.threshold if threshold is None else threshold
    scans = store.latest(policy.name)
    ids = [scan.id for scan in scans]
    tallies, by_tag = store.tallies(ids), store.tag_tallies(ids)
    summary = summary_of(tallies)
    alike = list(store.alike(policy.name))
    points = trend(store.history(policy.name), partial(_existed, store))
    unread = (each for scan in scans for each in store.unread(scan.id))
    # What every shard met, as an account that nobody may read, is told once.
    unfinished = store.unfinished(policy.name)
    begun = (*untold_scans(unfinished, scans), *missing_shards(unfinished, scans))
    not_scanned = tuple(dict.fromkeys((*begun, *unread, *unbilled.not_read, *untold_of(tallies))))
    fixes = fewest(alike, summary, threshold)
    return CoverageReport(
        policy.name,
        policy.version,
        policy.sha256,
        as_of,
        tuple(scans),
        summary,
        sum(each.untold for each in tallies),
        tuple(broken_down(each, tallies, by_tag) for each in dimensions),
        tag_figures(by_tag, policy),
        _change(store, policy.name, ids),
        points,
        forecast(_exact(comparable(points)), threshold),
        fixes,
        (*notices(policy, as_of, scans, by_tag, alike), *unbilled.notices),
        _readiness(scans, summary, fixes, not_scanned, threshold),
        not_scanned,
    )


def is_incomplete(scans: Iterable[Scan], not_scanned: Iterable[NotEvaluated]) -> bool:
    """Say whether something that should have been read was not."""
    states = [scan.state for scan in scans]
    return any(state is not ScanState.COMPLETE for state in states) or any(
        each.incomplete for each in not_scanned
    )


def _existed(store: Store, scans: Sequence[int]) -> Existed:
    """Sum some scans up."""
    tallies = store.tallies(scans)
    return Existed(sum(map(taggable, tallies)), sum(each.compliant for each in tallies))


def _exact(points: Iterable[Point]) -> list[tuple[date, float]]:
    return [(point.day, 100 * point.compliant / point.taggable) for point in points]


def _change(store: Store, policy: str, scans: Iterable[int]) -> Change:
    new = sum(store.count(Wanted(policy=policy, opened_in=scan)) for scan in scans)
    resolved = (Wanted(policy=policy, life=(Life.RESOLVED,), resolved_in=scan) for scan in scans)
    return Change(new, sum(map(store.count, resolved)))


def _readiness(
    scans: Sequence[Scan],
    summary: Summary,
    fixes: Fixes,
    not_scanned: Iterable[NotEvaluated],
    threshold: float,
) -> Readiness:
    missing = []
    if not scans:
        missing.append("nothing has been scanned")
    elif not summary.taggable:
        missing.append("no scan found a resource that takes tags")
    elif fixes.missing:
        missing.append(f"{fixes.missing} of {summary.taggable} taggable resources must become compliant")
    if is_incomplete(scans, not_scanned):
        missing.append("not everything could be scanned")
    return Readiness(threshold, not missing, tuple(missing))
