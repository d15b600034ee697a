"""Writing one part of a scan: staged while it is read, merged all at once when it is done."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence

from msgspec import Struct
from sqlalchemy import Connection, delete, update

from tagward.findings import Assessment
from tagward.resource import Resource
from tagward_service.scan.interface import Part
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import schema
from tagward_service.store.database import Database
from tagward_service.store.identity import Identities, native_id
from tagward_service.store.interface import TagTally, Tally
from tagward_service.store.interning import Numbers
from tagward_service.store.lease import Lease
from tagward_service.store.merging import Merge, Merging
from tagward_service.store.numbering import Texts, place_of
from tagward_service.store.packing import pack_tag_tallies, pack_tallies
from tagward_service.store.slots import Slots
from tagward_service.store.snapshots import SnapshotWriter
from tagward_service.store.staging import StagedRow, Stagings
from tagward_service.store.texts import storable
from tagward_service.store.unread import keep_unread
from tagward_service.store.wordings import Verdicts

STAGED_AT_ONCE = 4096


class Shared(Struct, frozen=True):
    """What all parts of a scan write with."""

    scan: int
    database: Database
    lease: Lease
    slots: Slots
    stagings: Stagings
    identities: Identities
    verdicts: Verdicts
    places: Numbers[Texts]


class Writing:
    """A part on its way into the store."""

    def __init__(self, shared: Shared, part: Part, number: int, snapshot: SnapshotWriter | None) -> None:
        self._shared = shared
        self._part = part
        self._number = number
        self._snapshot = snapshot
        self._waiting: list[Assessment] = []
        self._clear = array("q")
        """Hashes of the ids of resources without findings, for when not all of the part can be read."""
        self._staging = shared.stagings.take()

    def add(self, assessments: Sequence[Assessment]) -> None:
        """Keep some assessments."""
        if self._snapshot:
            self._snapshot.add(assessments)
        mark = self._shared.identities.mark
        self._waiting += [each for each in assessments if each.findings]
        self._clear.extend([mark(_id(each.resource)) for each in assessments if not each.findings])
        if len(self._waiting) >= STAGED_AT_ONCE:
            self._stage()

    def done(
        self, tallies: Sequence[Tally], tags: Sequence[TagTally], unread: Sequence[NotEvaluated] = ()
    ) -> None:
        """Finish the part: all that was added counts from now on."""
        shared = self._shared
        try:
            if self._snapshot:
                self._snapshot.close()
            self._stage()
            path = self._snapshot.finished() if self._snapshot else None
            told = {"tallies": pack_tallies(tallies), "tag_tallies": pack_tag_tallies(tags)}
            with self._staging.merging() as connection:
                shared.lease.prove(connection)
                merged = shared.slots.open(connection, self._part)
                if merged is not None:
                    self._merge(connection, merged, any(entry.incomplete for entry in unread))
                    self._merge_beside(connection, {each.service for each in tallies})
                    shared.slots.close(connection, merged)
                self._end(connection, unread, state="done", snapshot=path, **told)
        finally:
            shared.stagings.give_back(self._staging)

    def failed(self, why: str) -> None:
        """Drop what was added, and keep that the part could not be read."""
        self._shared.stagings.give_back(self._staging)
        if self._snapshot:
            self._snapshot.drop()
        unread = NotEvaluated(str(self._part), why, incomplete=True)
        with self._shared.database.writing() as connection:
            self._shared.lease.prove(connection)
            self._end(connection, [unread], state="failed")

    def _stage(self) -> None:
        """Write what waits to where only this part can see it."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        shared = self._shared
        verdicts = shared.verdicts.of([each.findings for each in waiting])
        places = shared.places.of([place_of(each.resource) for each in waiting])
        rows: list[StagedRow] = []
        for each, verdict, place in zip(waiting, verdicts, places, strict=True):
            native = native_id(each.resource)
            name = storable(each.resource.name)
            rows.append((shared.identities.digest(native), verdict, place, native, name))
        self._staging.add(rows)

    def _merge(self, connection: Connection, merged: Merge, is_partial: bool) -> None:
        """Compare what was staged with what is known, and write what changed."""
        merging = Merging(connection, merged)
        merging.see()
        if not is_partial:
            merging.miss()
            merging.end()
            return
        merging.miss_some(self._cleared(merging.unseen()))
        merging.end()
        merging.leave()

    def _merge_beside(self, connection: Connection, services: Collection[str]) -> None:
        """Resolve what was in order here and is kept as a part that this scan does not have.

        What it does not hold any more may be something that only the other part lists: nobody can tell.
        """
        for other in self._shared.slots.beside(connection, self._part) if services else ():
            merging = Merging(connection, other)
            merging.miss_some(self._cleared(merging.unseen_of(services)))
            merging.end()

    def _cleared(self, unseen: Sequence[tuple[int, str]]) -> list[int]:
        """Pick what was read and has no findings any more; the rest may not have been read."""
        clear, mark = frozenset(self._clear), self._shared.identities.mark
        return [number for number, native in unseen if mark(native) in clear]

    def _end(self, connection: Connection, unread: Sequence[NotEvaluated], **told: object) -> None:
        """Keep how the part ended, in place of what an earlier attempt may have told of it."""
        part, table = schema.part, schema.unread
        connection.execute(update(part).where(part.c.id == self._number).values(told))
        connection.execute(delete(table).where(table.c.part_id == self._number))
        keep_unread(connection, self._shared.scan, self._number, unread)


def _id(resource: Resource) -> str:
    return resource.id or resource.address
