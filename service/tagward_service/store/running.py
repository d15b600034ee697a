"""A scan that is being written: its parts, its lease, its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from weakref import finalize

from msgspec import Struct
from sqlalchemy import Connection, delete, select, update

from tagward_service.scan.interface import Part
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import clock, schema
from tagward_service.store.counting import existed
from tagward_service.store.database import Database
from tagward_service.store.history import sum_up
from tagward_service.store.identity import Identities
from tagward_service.store.interface import ScanState
from tagward_service.store.interning import insert_missing
from tagward_service.store.lease import Lease
from tagward_service.store.merging import Merging
from tagward_service.store.numbering import places
from tagward_service.store.slots import Slots, texts_of
from tagward_service.store.snapshots import Snapshots
from tagward_service.store.staging import Stagings
from tagward_service.store.texts import digest
from tagward_service.store.unread import keep_unread
from tagward_service.store.wordings import Verdicts
from tagward_service.store.writing import Shared, Writing

_FINISHED = (ScanState.COMPLETE, ScanState.INCOMPLETE)


class Begun(Struct, frozen=True):
    """A scan that this process may write."""

    id: int
    cloud: str
    policy: str
    scope: str
    shard: str


class Running:
    """A scan that is being written."""

    def __init__(
        self, database: Database, lease: Lease, begun: Begun, store: str, snapshots: Snapshots | None
    ) -> None:
        self.id = begun.id
        self._begun = begun
        self._store = store
        self._snapshots = snapshots
        self._shared = Shared(
            begun.id,
            database,
            lease,
            Slots(begun.id, begun.policy, begun.cloud, begun.scope, begun.shard),
            Stagings(database),
            Identities(begun.policy, begun.cloud),
            Verdicts(database),
            places(database),
        )
        self._numbers: dict[bytes, int] = {}
        finalize(self, lease.end)

    def done_parts(self) -> frozenset[Part]:
        """Give the parts that an earlier attempt finished."""
        part = schema.part
        with self._shared.database.reading() as connection:
            rows = connection.execute(
                select(part.c.account, part.c.region, part.c.service).where(
                    part.c.scan_id == self.id, part.c.state == "done"
                )
            )
            return frozenset(Part(*row) for row in rows)

    def plan(self, parts: Sequence[Part], unread: Sequence[NotEvaluated]) -> None:
        """Keep what there is to read, and what is known not to be readable."""
        part, table = schema.part, schema.unread
        with self._shared.database.writing() as connection:
            self._shared.lease.prove(connection)
            connection.execute(delete(part).where(part.c.scan_id == self.id, part.c.state != "done"))
            self._insert(connection, parts)
            if not any(entry.incomplete for entry in unread):
                self._drop_others(connection, parts)
            connection.execute(delete(table).where(table.c.scan_id == self.id, table.c.part_id.is_(None)))
            keep_unread(connection, self.id, None, unread)

    def _drop_others(self, connection: Connection, parts: Sequence[Part]) -> None:
        """Forget what an earlier attempt read and is no part any more: it may be in another part now."""
        for digested in self._numbers.keys() - set(map(_digest, parts)):
            number = self._numbers.pop(digested)
            connection.execute(delete(schema.part).where(schema.part.c.id == number))

    def part(self, part: Part) -> Writing:
        """Begin to write a part."""
        number = self._numbers.get(_digest(part))
        if number is None:
            with self._shared.database.writing() as connection:
                self._shared.lease.prove(connection)
                self._insert(connection, [part])
            number = self._numbers[_digest(part)]
        snapshot = self._snapshots.begin(self._store, self.id, number) if self._snapshots else None
        return Writing(self._shared, part, number, snapshot)

    def finish(self, state: ScanState) -> None:
        """End the scan; what an earlier attempt could not read was not read."""
        if state is ScanState.COMPLETE and self._left_unread():
            state = ScanState.INCOMPLETE
        if state is ScanState.COMPLETE:
            self._resolve_vanished()
        scan = schema.scan
        ended = clock.now() if state in _FINISHED else None
        with self._shared.database.writing() as connection:
            self._shared.lease.prove(connection)
            connection.execute(
                update(scan)
                .where(scan.c.id == self.id)
                .values(state=state.value, finished_at=ended, owner=None, lease_until=None)
            )
            if ended is not None:
                sum_up(connection, self._begun.policy, partial(existed, connection))
        self._end()

    def _left_unread(self) -> bool:
        table = schema.unread
        asked = select(table.c.id).where(table.c.scan_id == self.id, table.c.incomplete).limit(1)
        with self._shared.database.reading() as connection:
            return connection.execute(asked).first() is not None

    def give_up(self) -> None:
        """Let others go on with the scan."""
        self._shared.lease.give_up()
        self._shared.stagings.close()

    def _end(self) -> None:
        self._shared.lease.end()
        self._shared.stagings.close()

    def _resolve_vanished(self) -> None:
        """Resolve what was found in parts that are no longer there."""
        staging = self._shared.stagings.take()
        try:
            with staging.merging() as connection:
                self._shared.lease.prove(connection)
                parts, slots = self._parts(connection), self._shared.slots
                for merged in slots.vanished(connection, parts):
                    merging = Merging(connection, merged)
                    merging.miss()
                    merging.end()
                    staging.clear()
                for merged, services in slots.narrowed(connection, parts):
                    merging = Merging(connection, merged)
                    merging.miss_of(services)
                    merging.end()
                    staging.clear()
        finally:
            self._shared.stagings.give_back(staging)

    def _parts(self, connection: Connection) -> frozenset[Part]:
        part = schema.part
        rows = connection.execute(
            select(part.c.account, part.c.region, part.c.service).where(part.c.scan_id == self.id)
        )
        return frozenset(Part(*row) for row in rows)

    def _insert(self, connection: Connection, parts: Iterable[Part]) -> None:
        rows = [
            {"scan_id": self.id, "digest": _digest(part), "state": "planned", **texts_of(part)}
            for part in parts
        ]
        if rows:
            insert_missing(connection, schema.part, rows)
        table = schema.part
        numbered = select(table.c.digest, table.c.id).where(table.c.scan_id == self.id)
        self._numbers = {bytes(key): number for key, number in connection.execute(numbered)}


def _digest(part: Part) -> bytes:
    return digest(*texts_of(part).values())
