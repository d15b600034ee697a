"""Merging what a scan saw of a part into the findings: SQL that means the same in SQLite and PostgreSQL.

A writer stages one row for each resource with findings, in tables that only its connection sees. Merging
compares them with what is known and writes only what changed, so that the nightly repeat of a scan, where
nearly everything is as it was, reads much and writes little.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct
from sqlalchemy import Connection, Text, TextClause, bindparam, text

from tagward_service.store.schema import RESOLVED, RULE_BITS

_RULES = 1 << RULE_BITS


class Merge(Struct, frozen=True):
    """Which part is merged: its slot, the scan, the time, and when the slot was seen before."""

    scan: int
    slot: int
    policy: str
    now: int
    before: int | None
    before_in: int | None


class Merging:
    """One merge, within the transaction that is open; what has nothing to do is left out."""

    def __init__(self, connection: Connection, merged: Merge) -> None:
        self._connection = connection
        self._values = {name: getattr(merged, name) for name in Merge.__struct_fields__}
        self._gone = 0
        self._ended = 0

    def see(self) -> None:
        """Write what changed of the resources that were seen."""
        if self._run(_TOUCH):
            self._ended += self._run(_END_IN_TOUCHED)
            self._run(_KEEP_RESOURCES)
            self._run(_KEEP_FINDINGS)

    def miss(self) -> None:
        """Take the resources of the slot that were not seen for gone."""
        if not self._holds_only():
            self._gone += self._run(_MISS)

    def miss_of(self, services: Collection[str]) -> None:
        """Take the resources of the slot that are of some services and were not seen for gone."""
        self._gone += self._run(_MISS_OF, services=sorted(services))

    def unseen(self) -> list[tuple[int, str]]:
        """List the resources of the slot that were not seen: their numbers and ids."""
        rows = self._connection.execute(_LIST_UNSEEN, self._values)
        return [(row.id, row.native_id) for row in rows]

    def unseen_of(self, services: Collection[str]) -> list[tuple[int, str]]:
        """List those of them that are of some services."""
        rows = self._connection.execute(_LIST_UNSEEN_OF, {**self._values, "services": sorted(services)})
        return [(row.id, row.native_id) for row in rows]

    def miss_some(self, resources: Sequence[int]) -> None:
        """Take some resources of the slot for gone."""
        if resources:
            self._connection.execute(_MISS_SOME, [{**self._values, "resource": each} for each in resources])
            self._gone += len(resources)

    def end(self) -> None:
        """Resolve the findings that ended, and all of the resources that are gone."""
        if self._gone:
            self._ended += self._run(_END_GONE)
            self._run(_RELEASE)
        if self._ended:
            self._run(_RESOLVE)

    def leave(self) -> None:
        """Keep the resources that were not seen as they were last seen: not all of the part was read."""
        self._run(_LEAVE)

    def _holds_only(self) -> bool:
        """Say, as fast as can be, whether the slot holds nothing but what was seen.

        When a newer scan has begun, some of what was seen may have been left alone: nobody knows then.
        """
        return bool(self._connection.scalar(_HOLDS_ONLY, self._values))

    def _run(self, statement: TextClause, **more: object) -> int:
        """Carry out a statement and say how many rows it wrote."""
        return self._connection.execute(statement, {**self._values, **more}).rowcount


_TOUCH = text("""
    INSERT INTO touched (digest, resource_id, seen_at, seen_in)
    SELECT s.digest, r.id, coalesce(r.seen_at, was.seen_at), coalesce(r.seen_in, was.scan_id)
    FROM staged s
    LEFT JOIN resource r ON r.digest = s.digest
    LEFT JOIN slot was ON was.id = r.slot_id
    WHERE r.id IS NULL
       OR (r.changed_in <= :scan AND (was.scan_id IS NULL OR was.scan_id <= :scan)
           AND (r.slot_id IS NULL OR r.slot_id <> :slot OR r.verdict_id <> s.verdict_id
                OR r.seen_at IS NOT NULL OR r.place_id <> s.place_id
                OR r.name <> s.name OR r.native_id <> s.native_id))
""")
"""New and changed resources, but none that a newer scan has seen."""

_OWN_FINDINGS = f"f.id >= {{of}}.resource_id * {_RULES} AND f.id < ({{of}}.resource_id + 1) * {_RULES}"

_END_IN_TOUCHED = text(f"""
    INSERT INTO ended (finding_id, seen_at, seen_in)
    SELECT f.id, t.seen_at, t.seen_in
    FROM touched t
    JOIN finding f ON {_OWN_FINDINGS.format(of="t")}
    JOIN staged s ON s.digest = t.digest
    LEFT JOIN verdict_wording v ON v.verdict_id = s.verdict_id AND v.rule_id = f.id % {_RULES}
    WHERE t.resource_id IS NOT NULL AND f.life <> {RESOLVED} AND v.rule_id IS NULL
""")  # noqa: S608
"""Findings of changed resources that are not said any more."""

_KEEP_RESOURCES = text("""
    INSERT INTO resource (digest, policy, native_id, name, place_id, slot_id, verdict_id, changed_in)
    SELECT s.digest, :policy, s.native_id, s.name, s.place_id, :slot, s.verdict_id, :scan
    FROM touched t JOIN staged s ON s.digest = t.digest
    WHERE true
    ORDER BY s.digest
    ON CONFLICT (digest) DO UPDATE SET
        native_id = excluded.native_id, name = excluded.name, place_id = excluded.place_id,
        slot_id = excluded.slot_id, verdict_id = excluded.verdict_id, changed_in = excluded.changed_in,
        seen_at = NULL, seen_in = NULL
""")

_KEEP_FINDINGS = text(f"""
    INSERT INTO finding (id, resource_id, wording_id, life, reopened, first_seen, opened_in)
    SELECT r.id * {_RULES} + v.rule_id, r.id, v.wording_id, v.life, 0, :now, :scan
    FROM touched t
    JOIN resource r ON r.digest = t.digest
    JOIN verdict_wording v ON v.verdict_id = r.verdict_id
    WHERE true
    ON CONFLICT (id) DO UPDATE SET
        wording_id = excluded.wording_id,
        reopened = finding.reopened + (CASE WHEN finding.life = {RESOLVED} THEN 1 ELSE 0 END),
        opened_in = CASE WHEN finding.life = {RESOLVED} THEN excluded.opened_in ELSE finding.opened_in END,
        life = excluded.life, resolved_at = NULL, resolved_in = NULL, seen_at = NULL, seen_in = NULL
""")  # noqa: S608

_UNSEEN = """
    slot_id = :slot AND changed_in <= :scan
    AND NOT EXISTS (SELECT 1 FROM staged s WHERE s.digest = resource.digest)
"""

_LEAVE = text(f"""
    UPDATE resource SET seen_at = :before, seen_in = :before_in WHERE seen_at IS NULL AND {_UNSEEN}
""")  # noqa: S608

_LIST_UNSEEN = text(f"SELECT id, native_id FROM resource WHERE {_UNSEEN}")  # noqa: S608

_OF_SERVICES = "place_id IN (SELECT id FROM place WHERE service IN :services)"

_LIST_UNSEEN_OF = text(
    f"SELECT id, native_id FROM resource WHERE {_UNSEEN} AND {_OF_SERVICES}"  # noqa: S608
).bindparams(bindparam("services", type_=Text, expanding=True))

_HOLDS_ONLY = text("""
    SELECT (SELECT max(id) FROM scan) = :scan
       AND (SELECT count(*) FROM resource WHERE slot_id = :slot) = (SELECT count(*) FROM staged)
""")

_MISS_SOME = text("""
    INSERT INTO gone (resource_id, seen_at, seen_in)
    SELECT id, coalesce(seen_at, :before), coalesce(seen_in, :before_in) FROM resource WHERE id = :resource
""")

_MISS = text(f"""
    INSERT INTO gone (resource_id, seen_at, seen_in)
    SELECT id, coalesce(seen_at, :before), coalesce(seen_in, :before_in) FROM resource WHERE {_UNSEEN}
""")  # noqa: S608

_MISS_OF = text(f"""
    INSERT INTO gone (resource_id, seen_at, seen_in)
    SELECT id, coalesce(seen_at, :before), coalesce(seen_in, :before_in) FROM resource
    WHERE {_UNSEEN} AND {_OF_SERVICES}
""").bindparams(bindparam("services", type_=Text, expanding=True))  # noqa: S608

_END_GONE = text(f"""
    INSERT INTO ended (finding_id, seen_at, seen_in)
    SELECT f.id, g.seen_at, g.seen_in
    FROM gone g JOIN finding f ON {_OWN_FINDINGS.format(of="g")}
    WHERE f.life <> {RESOLVED}
""")  # noqa: S608

_RESOLVE = text(f"""
    UPDATE finding SET life = {RESOLVED}, resolved_at = :now, resolved_in = :scan,
        seen_at = ended.seen_at, seen_in = ended.seen_in
    FROM ended WHERE finding.id = ended.finding_id
""")  # noqa: S608

_RELEASE = text("""
    UPDATE resource SET slot_id = NULL, verdict_id = NULL, changed_in = :scan, seen_at = NULL, seen_in = NULL
    FROM gone WHERE resource.id = gone.resource_id
""")
