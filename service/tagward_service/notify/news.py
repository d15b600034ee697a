"""What is new since the scan before: a few findings by name, and how it stands."""

from __future__ import annotations

from msgspec import Struct

from tagward.policy import Policy
from tagward_service.report import Summary
from tagward_service.scan.report import summary_of
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.interface import KeptFinding, Life, Scan, ScanState, Store, Wanted

SHOWN = 10
"""So many findings are named; the rest are counted."""


class News(Struct, frozen=True):
    """One scan, against the scans before it; `new` and `fixed` are the first of so many."""

    scan: Scan
    summary: Summary
    threshold: float
    new: tuple[KeptFinding, ...]
    new_count: int
    fixed: tuple[KeptFinding, ...]
    fixed_count: int
    not_scanned: tuple[NotEvaluated, ...]

    @property
    def changed(self) -> bool:
        """Say whether there is anything to tell."""
        return bool(self.new_count or self.fixed_count or self.incomplete)

    @property
    def incomplete(self) -> bool:
        """Say whether something that should have been read was not."""
        return self.scan.state is not ScanState.COMPLETE or bool(self.not_scanned)


def news(store: Store, scan: int, policy: Policy) -> News:
    """Put together what a finished scan has changed; the most severe findings are named."""
    done = store.scan(scan)
    opened = Wanted(policy=done.policy_name, opened_in=scan)
    resolved = Wanted(policy=done.policy_name, life=(Life.RESOLVED,), resolved_in=scan)
    return News(
        done,
        summary_of(store.tallies([scan])),
        policy.readiness.threshold,
        store.findings(opened, sort="-severity", limit=SHOWN).findings,
        store.count(opened),
        store.findings(resolved, sort="-severity", limit=SHOWN).findings,
        store.count(resolved),
        tuple(each for each in store.unread(scan) if each.incomplete),
    )
