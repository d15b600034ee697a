"""Slots: a part as it lives on from scan to scan, and which scan wrote it last."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, select, update

from tagward_service.scan.interface import Part
from tagward_service.scan.schedule import in_shard
from tagward_service.store import clock
from tagward_service.store.interning import insert_missing
from tagward_service.store.merging import Merge
from tagward_service.store.schema import part as part_table
from tagward_service.store.schema import slot
from tagward_service.store.standing import within
from tagward_service.store.texts import digest, storable


class Slots:
    """The slots of one scan."""

    def __init__(self, scan: int, policy: str, cloud: str, scope: str, shard: str) -> None:
        self._scan = scan
        self._policy = storable(policy)
        self._cloud = cloud
        self._scope = scope
        self._shard = shard
        self._others: dict[tuple[str, str], list[int]] | None = None

    def open(self, connection: Connection, part: Part) -> Merge | None:
        """Give what is to be merged; None when a newer scan has been here, and this one comes too late."""
        key = self._digest(part)
        texts = {"policy": self._policy, "cloud": self._cloud, "scope": self._scope, **texts_of(part)}
        same = select(slot).where(slot.c.digest == key)
        row = connection.execute(same).one_or_none()
        if row is None:
            insert_missing(connection, slot, [{"digest": key, **texts}])
            row = connection.execute(same).one()
        if row.scan_id is not None and row.scan_id > self._scan:
            return None
        return self._merge(row)

    def close(self, connection: Connection, merged: Merge) -> None:
        """Say that this scan has seen the part, now that nothing asks any more when it was seen before."""
        values = {"scan_id": self._scan, "seen_at": merged.now, "scope": self._scope}
        connection.execute(update(slot).where(slot.c.id == merged.slot).values(values))

    def vanished(self, connection: Connection, parts: Collection[Part]) -> list[Merge]:
        """List the slots that earlier scans of this scope, or of less, saw and that are no parts any more.

        A scan of a shard knows only of its own accounts.
        """
        there = {self._digest(part) for part in parts}
        earlier = (slot.c.policy == self._policy, slot.c.cloud == self._cloud, slot.c.scan_id < self._scan)
        rows = connection.execute(select(slot).where(*earlier)).all()
        gone = (row for row in rows if bytes(row.digest) not in there and self._looks_at(row))
        return [self._merge(row) for row in gone]

    def beside(self, connection: Connection, part: Part) -> list[Merge]:
        """List the slots in the place of a part that this scan has no part for: it reads otherwise, or less.

        Which they are is looked up once. What newer scans have taken over meanwhile is left out.
        """
        if self._others is None:
            self._others = self._without_part(connection)
        numbers = self._others.get((storable(part.account), storable(part.region)), ())
        still = select(slot).where(slot.c.id.in_(numbers), slot.c.scan_id < self._scan)
        own = self._digest(part)
        rows = connection.execute(still).all() if numbers else ()
        return [self._merge(row) for row in rows if bytes(row.digest) != own]

    def narrowed(self, connection: Connection, parts: Collection[Part]) -> list[tuple[Merge, frozenset[str]]]:
        """List the slots that parts of this scan have read anew as far as some services go, with these."""
        whole = {self._digest(part.narrowed()[0]): part.narrowed()[1] for part in parts if part.narrowed()[1]}
        earlier = select(slot).where(slot.c.digest.in_(whole), slot.c.scan_id < self._scan)
        rows = connection.execute(earlier).all() if whole else ()
        return [(self._merge(row), whole[bytes(row.digest)]) for row in rows]

    def _without_part(self, connection: Connection) -> dict[tuple[str, str], list[int]]:
        """Look up the slots that this scan has no part for, by account and region."""
        columns = (part_table.c.account, part_table.c.region, part_table.c.service)
        rows = connection.execute(select(*columns).where(part_table.c.scan_id == self._scan))
        planned = {self._digest(Part(*row)) for row in rows}
        earlier = (slot.c.policy == self._policy, slot.c.cloud == self._cloud, slot.c.scan_id < self._scan)
        found: dict[tuple[str, str], list[int]] = {}
        for row in connection.execute(select(slot).where(*earlier)):
            if bytes(row.digest) not in planned:
                found.setdefault((row.account, row.region), []).append(row.id)
        return found

    def _looks_at(self, row: Row[Any]) -> bool:
        is_within = within(json.loads(row.scope), json.loads(self._scope))
        return is_within and in_shard(row.account, self._shard)

    def _merge(self, row: Row[tuple[object, ...]]) -> Merge:
        return Merge(self._scan, row.id, self._policy, clock.now(), row.seen_at, row.scan_id)

    def _digest(self, part: Part) -> bytes:
        return digest(self._policy, self._cloud, *texts_of(part).values())


def texts_of(part: Part) -> dict[str, str]:
    """Return the fields of a part as they are kept."""
    return {
        "account": storable(part.account),
        "region": storable(part.region),
        "service": storable(part.service),
    }
