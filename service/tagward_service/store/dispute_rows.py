"""Disputes made of their rows, each with its history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, select

from tagward_service.store.clock import from_micros
from tagward_service.store.dispute_interface import About, DisputeChange, DisputeState, KeptDispute
from tagward_service.store.schema import dispute_change

AT_ONCE = 500
"""The histories of so many disputes are read in one query."""


def kept(connection: Connection, chosen: Select[Any]) -> list[KeptDispute]:
    """Read the disputes of a query, in its order."""
    rows = connection.execute(chosen).all()
    histories: dict[int, list[DisputeChange]] = {}
    for number, change in _changes(connection, [row.id for row in rows]):
        histories.setdefault(number, []).append(change)
    return [
        KeptDispute(
            id=f"D-{row.number}",
            policy=row.policy,
            team=row.team,
            about=msgspec.json.decode(row.about, type=About),
            state=DisputeState(row.state),
            to=row.receiver,
            history=tuple(histories[row.id]),
        )
        for row in rows
    ]


def _changes(connection: Connection, numbers: Sequence[int]) -> Iterator[tuple[int, DisputeChange]]:
    """Give what happened to some disputes, in the order in which it did."""
    for begin in range(0, len(numbers), AT_ONCE):
        some = numbers[begin : begin + AT_ONCE]
        asked = select(dispute_change).where(dispute_change.c.dispute_id.in_(some))
        for row in connection.execute(asked.order_by(dispute_change.c.id)):
            state, at = DisputeState(row.state), from_micros(row.at)
            yield row.dispute_id, DisputeChange(state, at, row.person, row.reason, row.receiver)
