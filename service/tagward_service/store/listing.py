"""Asking about scans: which there are, what they counted, what they could not read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, case, func, select

from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.beginning import is_alive
from tagward_service.store.clock import from_micros
from tagward_service.store.interface import Scan, ScanState, TagTally, Tally
from tagward_service.store.packing import (
    sum_tag_tallies,
    sum_tallies,
)
from tagward_service.store.schema import part, scan, unread
from tagward_service.store.standing import standing

_FINISHED = (ScanState.COMPLETE.value, ScanState.INCOMPLETE.value)


def scans(connection: Connection, where: Sequence[ColumnElement[bool]], limit: int | None) -> list[Scan]:
    """List scans, newest first."""
    done = func.sum(case((part.c.state == "done", 1), else_=0))
    counts = (
        select(part.c.scan_id, func.count().label("parts"), done.label("parts_done"))
        .group_by(part.c.scan_id)
        .subquery()
    )
    chosen = select(scan.c.id).where(*where).order_by(scan.c.id.desc()).limit(limit)
    statement = (
        select(scan, counts.c.parts, counts.c.parts_done)
        .outerjoin(counts, counts.c.scan_id == scan.c.id)
        .where(scan.c.id.in_(chosen))
        .order_by(scan.c.id.desc())
    )
    return [_scan(row) for row in connection.execute(statement)]


def latest(connection: Connection, policy: str) -> list[Scan]:
    """Give the scans that say together what exists, newest first."""
    return standing(scans(connection, [scan.c.policy == policy, scan.c.state.in_(_FINISHED)], None))


def tallies(connection: Connection, numbers: Sequence[int]) -> list[Tally]:
    """Sum the tallies of some scans over their parts; a part that several have read counts once."""
    return sum_tallies(_packed(connection, part.c.tallies, numbers))


def tag_tallies(connection: Connection, numbers: Sequence[int]) -> list[TagTally]:
    """Sum the tallies by tag and value of some scans in the same way."""
    return sum_tag_tallies(_packed(connection, part.c.tag_tallies, numbers))


def _packed(connection: Connection, column: Column[bytes], numbers: Sequence[int]) -> Iterator[bytes]:
    """Give what is packed in the parts of some scans: scopes may overlap, and the newest scan counts then."""
    same = (scan.c.policy, scan.c.cloud, part.c.digest)
    age = func.row_number().over(partition_by=same, order_by=part.c.scan_id.desc())
    read = (
        select(part.c.id, age.label("age"))
        .join_from(part, scan, part.c.scan_id == scan.c.id)
        .where(part.c.scan_id.in_(numbers), column.is_not(None))
        .subquery()
    )
    wanted = select(column).join(read, read.c.id == part.c.id).where(read.c.age == 1).order_by(part.c.id)
    return iter(connection.execution_options(yield_per=100).scalars(wanted))


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
