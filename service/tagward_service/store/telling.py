"""What is told of a finished part beside its findings: tallies, and what was unread."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert

from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.interface import TagTally, Tally
from tagward_service.store.interning import Numbers
from tagward_service.store.numbering import Texts
from tagward_service.store.schema import tag_tally, tally, unread
from tagward_service.store.texts import storable

KINDS = ("compliant", "violating", "unknown", "exempt", "untaggable", "untold")
COUNTS = ("resources", "asked", "present", "valid", "compliant")


class Told:
    """Tallies made ready to be kept: their places and values have numbers already."""

    def __init__(
        self,
        places: Numbers[Texts],
        values: Numbers[Texts],
        tallies: Sequence[Tally],
        tags: Sequence[TagTally],
    ) -> None:
        kinds = places.of([(t.cloud, t.account, t.region, "", t.service, t.type) for t in tallies])
        self._tallies = [
            {"place_id": place, **{name: getattr(each, name) for name in KINDS}}
            for each, place in zip(tallies, kinds, strict=True)
        ]
        where = places.of([(t.cloud, t.account, t.region, "", "", "") for t in tags])
        what = values.of([(t.tag, t.value) for t in tags])
        self._tags = [
            {"place_id": place, "tag_value_id": value, **{name: getattr(each, name) for name in COUNTS}}
            for each, place, value in zip(tags, where, what, strict=True)
        ]

    def keep(self, connection: Connection, part: int) -> None:
        """Keep the tallies of a part."""
        for table, rows in ((tally, self._tallies), (tag_tally, self._tags)):
            if rows:
                connection.execute(insert(table), [{"part_id": part, **row} for row in rows])


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
