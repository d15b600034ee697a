"""The store: scans are begun here, and questions are answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from weakref import WeakSet

from sqlalchemy import select

from tagward.policy import Policy
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import alike, asking, counting, history, listing, pruning, reports, schema
from tagward_service.store.about import about, compact
from tagward_service.store.beginning import begin, identity_of
from tagward_service.store.clock import to_micros
from tagward_service.store.database import Database
from tagward_service.store.disputes import TabledDisputes
from tagward_service.store.errors import BusyError, QueryError
from tagward_service.store.forget_interface import About, Forgetting, Forgotten
from tagward_service.store.forgetting import Forgets, drop_unfinished
from tagward_service.store.gap_interface import KeptGap
from tagward_service.store.gaps import TabledGaps
from tagward_service.store.interface import (
    Alike,
    Ended,
    KeptFinding,
    KeptReport,
    Page,
    Pruned,
    Scan,
    ScanState,
    TagTally,
    Tally,
    Wanted,
)
from tagward_service.store.lease import Lease, new_owner
from tagward_service.store.running import Running
from tagward_service.store.snapshots import Snapshots
from tagward_service.store.texts import bounded

MOST_DAYS = 1_000_000
"""More days than any calendar has."""


class TabledStore:
    """A store of scans, reports and disputes in the tables of a database."""

    def __init__(self, database: Database, snapshots: Snapshots | None, lease: float) -> None:
        self.disputes = TabledDisputes(database)
        self.gaps = TabledGaps(database)
        self._database = database
        self._snapshots = snapshots
        self._lease = lease
        self._running: WeakSet[Running] = WeakSet()

    def begin(
        self,
        cloud: str,
        scope: Mapping[str, str],
        policy: Policy,
        *,
        as_of: date,
        shard: str = "",
        resume: bool = True,
    ) -> Running:
        """Begin a scan, or go on with an interrupted one."""
        owner, identity = new_owner(), identity_of(cloud, scope, policy, as_of, shard)
        with self._database.writing() as connection:
            begun = begin(connection, identity, resume=resume, owner=owner, seconds=self._lease)
            name = connection.execute(select(schema.identity.c.name)).scalar_one()
        lease = Lease(self._database, begun.id, owner, self._lease)
        running = Running(self._database, lease, begun, name, self._snapshots)
        self._running.add(running)
        return running

    def scan(self, number: int) -> Scan:
        """Give one scan by its id. Raises QueryError when there is none."""
        with self._database.reading() as connection:
            found = listing.scans(connection, [schema.scan.c.id == bounded(number)], 1)
        if not found:
            raise QueryError(f"there is no scan {number} in this store")
        return found[0]

    def scans(self, *, cloud: str | None = None, policy: str | None = None, limit: int = 100) -> list[Scan]:
        """List scans, newest first."""
        scan = schema.scan
        pairs = ((scan.c.cloud, cloud), (scan.c.policy, policy))
        where = [column == value for column, value in pairs if value is not None]
        with self._database.reading() as connection:
            return listing.scans(connection, where, limit)

    def history(self, policy: str) -> list[Ended]:
        """List the scans of a policy that ran to their end, the one that ended last first."""
        with self._database.reading() as connection:
            return history.history(connection, policy)

    def findings(
        self, wanted: Wanted, *, sort: str = "id", limit: int = 100, cursor: str | None = None
    ) -> Page:
        """Give a page of findings."""
        with self._database.reading() as connection:
            return asking.page(connection, wanted, sort, limit, cursor)

    def every_finding(self, wanted: Wanted) -> Iterator[KeptFinding]:
        """Give all findings, streamed, as they are at one moment."""
        with self._database.reading() as connection:
            yield from asking.every(connection, wanted)

    def alike(self, policy: str) -> Iterator[Alike]:
        """Count resources with findings that are not resolved, by account and by all that is wrong."""
        with self._database.reading() as connection:
            yield from alike.alike(connection, policy)

    def count(self, wanted: Wanted) -> int:
        """Count findings."""
        with self._database.reading() as connection:
            return asking.count(connection, wanted)

    def tallies(self, scans: Sequence[int]) -> list[Tally]:
        """Give the tallies of some scans, summed over their parts."""
        with self._database.reading() as connection:
            return counting.tallies(connection, scans)

    def tag_tallies(self, scans: Sequence[int]) -> list[TagTally]:
        """Give the tallies by tag and value of some scans, summed over their parts."""
        with self._database.reading() as connection:
            return counting.tag_tallies(connection, scans)

    def unread(self, scan: int) -> list[NotEvaluated]:
        """Say what a scan could not read."""
        with self._database.reading() as connection:
            return listing.not_read(connection, bounded(scan))

    def latest(self, policy: str) -> list[Scan]:
        """Give the finished scans that say together what exists now, newest first."""
        with self._database.reading() as connection:
            return listing.latest(connection, policy)

    def unfinished(self, policy: str) -> list[Scan]:
        """Give the scans that have not ended and that nothing newer has told anew, newest first."""
        with self._database.reading() as connection:
            return listing.unfinished(connection, policy)

    def snapshot(self, scan: int) -> list[str]:
        """Give the Parquet files that hold the inventory of a scan."""
        part = schema.part
        wanted = select(part.c.snapshot).where(part.c.scan_id == scan, part.c.snapshot.is_not(None))
        with self._database.reading() as connection:
            return sorted(connection.scalars(wanted))

    def keep_report(
        self, kind: str, policy: str, as_of: date, content: bytes, gaps: Iterable[KeptGap] = ()
    ) -> None:
        """Keep a report in place of the one that was there for the day, with its gaps."""
        with self._database.writing() as connection:
            reports.keep(connection, kind, policy, as_of, content, gaps)

    def report(self, kind: str, policy: str) -> KeptReport | None:
        """Give the newest report of a kind."""
        with self._database.reading() as connection:
            return reports.newest(connection, kind, policy)

    def prune(self, *, keep_days: int, now: datetime) -> Pruned:
        """Forget what is older than so many days."""
        since_ever = now - datetime.min.replace(tzinfo=now.tzinfo)
        before = to_micros(now - min(timedelta(days=min(keep_days, MOST_DAYS)), since_ever))
        with self._database.writing() as connection:
            scans = pruning.prune_scans(connection, before)
            findings = pruning.prune_findings(connection, before)
            pruning.prune_words(connection)
            reports.prune_reports(connection, before)
        return Pruned(scans, findings, self._prune_snapshots())

    def forget(self, which: Forgetting, *, dry: bool) -> Forgotten:
        """Forget what was scanned, or say what that would come to."""
        if dry:
            with self._database.reading() as connection:
                return Forgets(connection, which).count()
        with self._database.writing() as connection:
            forgets = Forgets(connection, which)
            forgotten, snapshots = forgets.count(), forgets.forget()
        if self._snapshots:
            self._snapshots.delete(snapshots)
            self._prune_snapshots()
        return forgotten

    def drop(self, number: int, *, dry: bool) -> Scan:
        """Forget a scan that has not ended, or say which that would be."""
        found = self.scan(number)
        if found.finished_at is not None:
            raise QueryError(f"scan {number} has ended; forget what was scanned by its cloud and account")
        if found.state is ScanState.RUNNING:
            raise BusyError(f"scan {number} is being written by another process; let it finish, or stop it")
        if dry:
            return found
        with self._database.writing() as connection:
            drop_unfinished(connection, number)
        self._prune_snapshots()
        return found

    def about(self) -> About:
        """Say where the store is, and how big."""
        return about(self._database)

    def compact(self) -> None:
        """Give room that is not needed any more back to the disk."""
        compact(self._database)

    def close(self) -> None:
        """Give up what is being written, and close connections."""
        for running in list(self._running):
            running.give_up()
        if self._snapshots:
            self._snapshots.close()
        self._database.close()

    def _prune_snapshots(self) -> int:
        """Delete the snapshots of scans that are not known any more, also of an earlier try that was cut."""
        if self._snapshots is None:
            return 0
        with self._database.reading() as connection:
            name = connection.execute(select(schema.identity.c.name)).scalar_one()
            gone = pruning.forgotten(connection, self._snapshots.kept(name))
        self._snapshots.forget(name, gone)
        return len(gone)
