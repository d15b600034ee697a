"""What there is to tell of a scan when it has ended, from the store alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from msgspec import Struct
from msgspec.structs import replace

from tagward.findings import SEVERITIES
from tagward.policy import Policy
from tagward_service.report import Summary
from tagward_service.scan.report import summary_of, untold_of
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.interface import Life, Scan, ScanState, Store, TagTally, Tally, Wanted


class Share(Struct, frozen=True):
    """How much of one account is covered, in resources."""

    name: str
    summary: Summary


class TagShare(Struct, frozen=True):
    """How many resources a tag is asked of, how many have it, and on how many it is right."""

    tag: str
    asked: int
    present: int
    valid: int


class Told(Struct, frozen=True):
    """One scan, summed up. `new` and `fixed` compare with what earlier scans saw."""

    scan: Scan
    summary: Summary
    accounts: tuple[Share, ...]
    severities: dict[str, int]
    tags: tuple[TagShare, ...]
    exempt: int
    new: int
    fixed: int
    unread: tuple[NotEvaluated, ...]
    ended_by: str
    threshold: float

    @property
    def took(self) -> timedelta:
        """How long the scan took, all attempts together."""
        return (self.scan.finished_at or self.scan.started_at) - self.scan.started_at

    @property
    def incomplete(self) -> bool:
        """Say whether something that should have been read was not."""
        return self.scan.state is not ScanState.COMPLETE or any(each.incomplete for each in self.unread)

    def fails_on(self, threshold: str) -> bool:
        """Say whether an open finding is at least so severe; `never` is never reached."""
        if threshold == "never":
            return False
        loud = SEVERITIES[SEVERITIES.index(threshold) :]
        return any(self.severities.get(severity) for severity in loud)


def told(store: Store, scan: Scan, policy: Policy, ended_by: str = "") -> Told:
    """Sum a scan up."""
    tallies = store.tallies([scan.id])
    seen = Wanted(policy=scan.policy_name, seen_in=scan.id)
    return Told(
        scan=scan,
        summary=summary_of(tallies),
        accounts=_accounts(tallies),
        severities={each: store.count(replace(seen, severities=(each,))) for each in SEVERITIES},
        tags=_tags(store.tag_tallies([scan.id])),
        exempt=store.count(replace(seen, life=(Life.EXEMPT,))),
        new=store.count(Wanted(policy=scan.policy_name, opened_in=scan.id)),
        fixed=store.count(Wanted(policy=scan.policy_name, life=(Life.RESOLVED,), resolved_in=scan.id)),
        unread=(*store.unread(scan.id), *untold_of(tallies)),
        ended_by=ended_by,
        threshold=policy.readiness.threshold,
    )


def _accounts(tallies: Iterable[Tally]) -> tuple[Share, ...]:
    """Sum up by account, the least covered first."""
    by_account: dict[str, list[Tally]] = {}
    for each in tallies:
        by_account.setdefault(each.account, []).append(each)
    shares = [Share(account, summary_of(each)) for account, each in sorted(by_account.items())]
    return tuple(sorted(shares, key=lambda share: _ratio(share.summary)))


def _ratio(summary: Summary) -> float:
    return summary.compliant / summary.taggable if summary.taggable else 2.0


def _tags(tallies: Iterable[TagTally]) -> tuple[TagShare, ...]:
    sums: dict[str, list[int]] = {}
    for each in tallies:
        counted = sums.setdefault(each.tag, [0, 0, 0])
        for index, count in enumerate((each.asked, each.present, each.valid)):
            counted[index] += count
    return tuple(TagShare(tag, *counted) for tag, counted in sums.items() if counted[0])
