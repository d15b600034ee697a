"""The scans that ran to their end, with what was known to exist then: one small row for each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from tagward_service.store.clock import from_micros
from tagward_service.store.interface import Ended, Existed, ScanState
from tagward_service.store.schema import scan
from tagward_service.store.standing import standing

_FINISHED = (ScanState.COMPLETE.value, ScanState.INCOMPLETE.value)
_COLUMNS = (
    *(scan.c.id, scan.c.cloud, scan.c.scope, scan.c.shard, scan.c.policy_version, scan.c.state),
    *(scan.c.finished_at, scan.c.taggable, scan.c.compliant),
)

Sum = Callable[[Sequence[int]], Existed]
"""Sums up what some scans told together."""


def history(connection: Connection, policy: str) -> list[Ended]:
    """List the scans of a policy that ran to their end, the one that ended last first."""
    finished = scan.c.state.in_(_FINISHED) & scan.c.finished_at.is_not(None)
    asked: Select[Any] = select(*_COLUMNS).where(scan.c.policy == policy, finished)
    newest_first = asked.order_by(scan.c.finished_at.desc(), scan.c.id.desc())
    return [_ended(row) for row in connection.execute(newest_first)]


def _ended(row: Row[Any]) -> Ended:
    existed = None if row.taggable is None else Existed(row.taggable, row.compliant)
    complete = row.state == ScanState.COMPLETE.value
    scope, finished_at = json.loads(row.scope), from_micros(row.finished_at)
    return Ended(row.id, row.cloud, scope, row.shard, row.policy_version, complete, finished_at, existed)


def moments(newest_first: Sequence[Ended]) -> Iterator[tuple[Ended, Sequence[Ended]]]:
    """Go through scans as they ended, each with those that told together what existed then."""
    known: list[Ended] = []
    for ended in reversed(newest_first):
        known = standing(sorted((ended, *known), key=lambda each: -each.id))
        yield ended, known


def sum_up(connection: Connection, policy: str, existed: Sum) -> None:
    """Keep what existed at the end of each scan, where that is not kept yet."""
    for ended, known in moments(history(connection, policy)):
        if ended.existed is None:
            found = existed([each.id for each in known])
            sums = {"taggable": found.taggable, "compliant": found.compliant}
            connection.execute(update(scan).where(scan.c.id == ended.id).values(sums))
