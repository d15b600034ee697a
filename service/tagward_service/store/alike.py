"""Counting resources by what is wrong with them: a verdict is kept once for all that look alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, func, select

from tagward_service.store import schema
from tagward_service.store.interface import Alike, Life, Wrong

AT_ONCE = 500
"""So many verdicts are looked up in one query."""

_LIVES = {schema.OPEN: Life.OPEN, schema.EXEMPT: Life.EXEMPT}


def alike(connection: Connection, policy: str) -> Iterator[Alike]:
    """Count resources by account and verdict, in a stable order."""
    resource, place = schema.resource.c, schema.place.c
    counted = (
        select(place.cloud, place.account, resource.verdict_id, func.count())
        .join_from(schema.resource, schema.place, resource.place_id == place.id)
        .where(resource.policy == policy, resource.verdict_id.is_not(None))
        .group_by(place.cloud, place.account, resource.verdict_id)
        .order_by(place.cloud, place.account, resource.verdict_id)
    )
    rows = iter(connection.execute(counted).all())
    while some := list(islice(rows, AT_ONCE)):
        wrongs = _wrongs(connection, sorted({verdict for _, _, verdict, _ in some}))
        for cloud, account, verdict, count in some:
            yield Alike(cloud, account, count, tuple(wrongs.get(verdict, ())))


def _wrongs(connection: Connection, verdicts: Sequence[int]) -> dict[int, list[Wrong]]:
    """Say what verdicts hold."""
    holds, wording = schema.verdict_wording.c, schema.wording.c
    asked = (
        select(
            holds.verdict_id,
            holds.life,
            wording.code,
            wording.rule,
            wording.tag,
            wording.status,
            wording.message,
        )
        .join_from(schema.verdict_wording, schema.wording, holds.wording_id == wording.id)
        .where(holds.verdict_id.in_(verdicts))
        .order_by(holds.verdict_id, wording.id)
    )
    wrongs: dict[int, list[Wrong]] = {}
    for verdict, life, code, rule, tag, status, message in connection.execute(asked):
        wrong = Wrong(code, rule, tag, status, message, _LIVES[life])
        wrongs.setdefault(verdict, []).append(wrong)
    return wrongs
