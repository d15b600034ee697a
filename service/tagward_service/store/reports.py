"""Reports that are kept: what a bill came to, one for each kind, policy and day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select

from tagward_service.store import schema
from tagward_service.store.clock import from_micros, now
from tagward_service.store.gap_interface import KeptGap
from tagward_service.store.gap_rows import forget_others, keep_gaps
from tagward_service.store.interface import KeptReport

COSTS = "costs"
"""The kind of the reports that have gaps."""


def keep(
    connection: Connection,
    kind: str,
    policy: str,
    as_of: date,
    content: bytes,
    gaps: Iterable[KeptGap] = (),
) -> None:
    """Keep a report in place of the one that was there for the day; of gaps only those of the newest stay."""
    table = schema.report
    same = (table.c.kind == kind) & (table.c.policy == policy) & (table.c.as_of == as_of.isoformat())
    connection.execute(delete(table).where(same))
    values = {"kind": kind, "policy": policy, "as_of": as_of.isoformat(), "made_at": now()}
    number = connection.execute(
        insert(table).values(content=content, **values).returning(table.c.id)
    ).scalar_one()
    last = newest_of(connection, kind, policy)
    if last is not None and last.id == number and kind == COSTS:
        forget_others(connection, policy, number)
        keep_gaps(connection, number, gaps)


def newest(connection: Connection, kind: str, policy: str) -> KeptReport | None:
    """Give the report of the newest day."""
    row = newest_of(connection, kind, policy, with_content=True)
    if row is None:
        return None
    day, made = date.fromisoformat(row.as_of), from_micros(row.made_at)
    return KeptReport(row.kind, row.policy, day, made, row.content)


def prune_reports(connection: Connection, before: int) -> None:
    """Forget reports that were made before a time, but not the newest of each kind."""
    table = schema.report
    pairs = connection.execute(select(table.c.kind, table.c.policy).distinct()).all()
    for kind, policy in pairs:
        last = newest_of(connection, kind, policy)
        assert last is not None
        same = (table.c.kind == kind) & (table.c.policy == policy)
        connection.execute(delete(table).where(same, table.c.made_at < before, table.c.id != last.id))


def newest_of(
    connection: Connection, kind: str, policy: str, *, with_content: bool = False
) -> Row[Any] | None:
    """Find the row of the report of the newest day."""
    table = schema.report
    columns = [each for each in table.c if with_content or each is not table.c.content]
    same: Select[Any] = select(*columns).where(table.c.kind == kind, table.c.policy == policy)
    return connection.execute(same.order_by(table.c.as_of.desc()).limit(1)).first()
