"""What could not be read, kept beside a scan."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert

from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.schema import unread
from tagward_service.store.texts import storable


def keep_unread(connection: Connection, scan: int, part: int | None, entries: Sequence[NotEvaluated]) -> None:
    """Keep what could not be read."""
    rows = [
        {
            "scan_id": scan,
            "part_id": part,
            "what": storable(entry.what),
            "why": storable(entry.why),
            "incomplete": entry.incomplete,
        }
        for entry in entries
    ]
    if rows:
        connection.execute(insert(unread), rows)
