"""Reports that are kept: what a bill came to, one for each kind, policy and day."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select

from tagward_service.store import schema
from tagward_service.store.clock import from_micros, now
from tagward_service.store.interface import KeptReport


def keep(connection: Connection, kind: str, policy: str, as_of: date, content: bytes) -> None:
    """Keep a report in place of the one that was there for the day."""
    table = schema.report
    same = (table.c.kind == kind) & (table.c.policy == policy) & (table.c.as_of == as_of.isoformat())
    connection.execute(delete(table).where(same))
    connection.execute(
        insert(table).values(
            kind=kind, policy=policy, as_of=as_of.isoformat(), made_at=now(), content=content
        )
    )


def newest(connection: Connection, kind: str, policy: str) -> KeptReport | None:
    """Give the report of the newest day."""
    row = connection.execute(_newest(kind, policy)).first()
    if row is None:
        return None
    day, made = date.fromisoformat(row.as_of), from_micros(row.made_at)
    return KeptReport(row.kind, row.policy, day, made, row.content)


def prune_reports(connection: Connection, before: int) -> None:
    """Forget reports that were made before a time, but not the newest of each kind."""
    table = schema.report
    pairs = connection.execute(select(table.c.kind, table.c.policy).distinct()).all()
    for kind, policy in pairs:
        last = connection.execute(_newest(kind, policy)).one()
        same = (table.c.kind == kind) & (table.c.policy == policy)
        connection.execute(delete(table).where(same, table.c.made_at < before, table.c.id != last.id))


def _newest(kind: str, policy: str) -> Select[Any]:
    table = schema.report
    same = select(table).where(table.c.kind == kind, table.c.policy == policy)
    return same.order_by(table.c.as_of.desc()).limit(1)
