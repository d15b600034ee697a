"""What is new since the scan before: a few findings by name, beside what was summed up."""

from __future__ import annotations

from msgspec import Struct

from tagward_service.scan.told import Told
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.interface import KeptFinding, Life, Store, Wanted

SHOWN = 10
"""So many findings are named; the rest are counted."""


class News(Struct, frozen=True):
    """One scan, against the scans before it; `new` and `fixed` are the first of those that `told` counts."""

    told: Told
    new: tuple[KeptFinding, ...]
    fixed: tuple[KeptFinding, ...]

    @property
    def not_scanned(self) -> tuple[NotEvaluated, ...]:
        """Name what should have been read and was not."""
        return tuple(each for each in self.told.unread if each.incomplete)

    @property
    def changed(self) -> bool:
        """Say whether there is anything to tell."""
        return bool(self.told.new or self.told.fixed or self.told.incomplete)


def news(store: Store, told: Told) -> News:
    """Put together what a finished scan has changed; the most severe findings are named."""
    scan = told.scan
    opened = Wanted(policy=scan.policy_name, opened_in=scan.id)
    resolved = Wanted(policy=scan.policy_name, life=(Life.RESOLVED,), resolved_in=scan.id)
    return News(told, _first(store, opened, told.new), _first(store, resolved, told.fixed))


def _first(store: Store, wanted: Wanted, count: int) -> tuple[KeptFinding, ...]:
    return store.findings(wanted, sort="-severity", limit=SHOWN).findings if count else ()
