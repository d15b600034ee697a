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
