"""Asking about scans: which there are, and what they could not read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, ScalarSelect, case, exists, func, select

from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.beginning import is_alive
from tagward_service.store.clock import from_micros
from tagward_service.store.history import history
from tagward_service.store.interface import Scan, ScanState
from tagward_service.store.schema import part, scan, unread
from tagward_service.store.standing import Looked, is_told_anew, standing


def scans(connection: Connection, where: Sequence[ColumnElement[bool]], limit: int | None) -> list[Scan]:
    """List scans, newest first."""
    done = func.sum(case((part.c.state == "done", 1), else_=0))
    chosen = select(scan.c.id).where(*where).order_by(scan.c.id.desc()).limit(limit)
    counts = (
        select(part.c.scan_id, func.count().label("parts"), done.label("parts_done"))
        .where(part.c.scan_id.in_(chosen))
        .group_by(part.c.scan_id)
        .subquery()
    )
    statement = (
        select(scan, counts.c.parts, counts.c.parts_done)
        .outerjoin(counts, counts.c.scan_id == scan.c.id)
        .where(scan.c.id.in_(chosen))
        .order_by(scan.c.id.desc())
    )
    return [_scan(row) for row in connection.execute(statement)]


def latest(connection: Connection, policy: str) -> list[Scan]:
    """Give the scans that say together what exists, newest first."""
    counted = standing(sorted(history(connection, policy), key=lambda each: -each.id))
    numbers = [each.id for each in counted]
    doubtful = [each.id for each in counted if not each.complete] if len(counted) > 1 else []
    made_up_for = {each for each in doubtful if _is_read_anew(connection, each, numbers)}
    return scans(connection, [scan.c.id.in_([each for each in numbers if each not in made_up_for])], None)


def _is_read_anew(connection: Connection, number: int, counted: Sequence[int]) -> bool:
    """Say whether newer scans, of whatever scope, have read every part of a scan that left something unread.

    One that could not even list what there is to read stands for as long as nothing takes its place.
    """
    newer, older = [each for each in counted if each > number], part.alias()
    untold = select(unread.c.id).where(
        unread.c.scan_id == number, unread.c.part_id.is_(None), unread.c.incomplete
    )
    if not newer or connection.execute(untold.limit(1)).first() is not None:
        return False
    same = (older.c.digest == part.c.digest, part.c.scan_id.in_(newer), part.c.state == "done")
    newly = exists().where(*same, part.c.scan_id == scan.c.id, scan.c.cloud == _cloud_of(number))
    left = select(older.c.id).where(older.c.scan_id == number, ~newly).limit(1)
    has_parts = select(older.c.id).where(older.c.scan_id == number).limit(1)
    return connection.execute(left).first() is None and connection.execute(has_parts).first() is not None


def _cloud_of(number: int) -> ScalarSelect[str]:
    asked = scan.alias()
    return select(asked.c.cloud).where(asked.c.id == number).scalar_subquery()


def unfinished(connection: Connection, policy: str) -> list[Scan]:
    """Give the scans that have not ended and that nothing newer has told anew, newest first."""
    begun = [scan.c.policy == policy, scan.c.finished_at.is_(None)]
    ended, found = history(connection, policy), list[Scan]()
    for each in scans(connection, begun, None):
        newer: list[Looked] = [one for one in ended if one.id > each.id]
        # A newer one that was interrupted, too, says all that there is to say.
        if each.state is ScanState.INTERRUPTED:
            newer += [one for one in found if one.state is ScanState.INTERRUPTED]
        if not is_told_anew(each, newer):
            found.append(each)
    return found


def not_read(connection: Connection, number: int) -> list[NotEvaluated]:
    """Say what a scan could not read."""
    columns = (unread.c.what, unread.c.why, unread.c.incomplete)
    rows = connection.execute(select(*columns).where(unread.c.scan_id == number).order_by(unread.c.id))
    return sorted((NotEvaluated(*row) for row in rows), key=lambda entry: (entry.what, entry.why))


def _scan(row: Row[Any]) -> Scan:
    state = ScanState(row.state)
    if state is ScanState.RUNNING and not is_alive(row):
        state = ScanState.INTERRUPTED
    return Scan(
        id=row.id,
        cloud=row.cloud,
        scope=json.loads(row.scope),
        shard=row.shard,
        policy_name=row.policy,
        policy_version=row.policy_version,
        policy_sha256=row.policy_sha256,
        as_of=date.fromisoformat(row.as_of),
        state=state,
        started_at=from_micros(row.started_at),
        finished_at=None if row.finished_at is None else from_micros(row.finished_at),
        parts=int(row.parts or 0),
        parts_done=int(row.parts_done or 0),
    )
