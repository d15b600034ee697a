"""Forgetting what is old: scans, their snapshots, and findings that were resolved long ago."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, or_, select

from tagward_service.store import schema
from tagward_service.store.beginning import is_alive
from tagward_service.store.listing import latest


def prune_scans(connection: Connection, before: int) -> int:
    """Forget scans that began before a time, but none that says what exists now or is being written."""
    scan = schema.scan
    old = connection.execute(select(scan).where(scan.c.started_at < before)).all()
    policies = {row.policy for row in old}
    kept = {each.id for policy in policies for each in latest(connection, policy)}
    gone = [row.id for row in old if row.id not in kept and not is_alive(row)]
    for number in gone:
        connection.execute(delete(scan).where(scan.c.id == number))
    return len(gone)


def prune_findings(connection: Connection, before: int) -> int:
    """Forget findings that were resolved before a time, and resources that have none left."""
    finding, resource, slot = schema.finding, schema.resource, schema.slot
    old = (finding.c.life == schema.RESOLVED) & (finding.c.resolved_at < before)
    count = connection.execute(delete(finding).where(old)).rowcount
    has_findings = select(finding.c.resource_id)
    connection.execute(
        delete(resource).where(resource.c.slot_id.is_(None), resource.c.id.not_in(has_findings))
    )
    in_use = select(resource.c.slot_id).where(resource.c.slot_id.is_not(None))
    connection.execute(
        delete(slot).where(or_(slot.c.seen_at < before, slot.c.seen_at.is_(None)), slot.c.id.not_in(in_use))
    )
    return count


def prune_words(connection: Connection) -> None:
    """Forget places and wordings that nothing names any more.

    A scan that is being written remembers the numbers of some: while there is one, all are kept.
    """
    scan = schema.scan
    running = connection.execute(select(scan).where(scan.c.state == "running")).all()
    if any(is_alive(row) for row in running):
        return
    place, verdict, wording = schema.place, schema.verdict, schema.wording
    members = schema.verdict_wording
    connection.execute(delete(place).where(place.c.id.not_in(select(schema.resource.c.place_id))))
    given = select(schema.resource.c.verdict_id).where(schema.resource.c.verdict_id.is_not(None))
    connection.execute(delete(verdict).where(verdict.c.id.not_in(given)))
    connection.execute(
        delete(wording).where(
            wording.c.id.not_in(select(members.c.wording_id)),
            wording.c.id.not_in(select(schema.finding.c.wording_id)),
        )
    )


def forgotten(connection: Connection, numbers: Collection[int]) -> list[int]:
    """Return those of some scans that the store does not know."""
    known = set(connection.scalars(select(schema.scan.c.id)))
    return sorted(set(numbers) - known)
