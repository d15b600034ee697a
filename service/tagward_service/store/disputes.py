"""Keeping disputes: numbered by policy, with a history that is only ever added to."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, or_, select, update

from tagward.diagnostics import quoted
from tagward_service.store import clock, cursors
from tagward_service.store.database import Database
from tagward_service.store.dispute_interface import (
    MOST_DISPUTES,
    MOST_NAMES,
    About,
    DisputePage,
    DisputeState,
    DisputesWanted,
    KeptDispute,
)
from tagward_service.store.dispute_rows import kept
from tagward_service.store.errors import QueryError
from tagward_service.store.schema import dispute, dispute_change
from tagward_service.store.texts import bounded, digest, storable


class TabledDisputes:
    """The disputes in the tables of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, policy: str, team: str, about: About, *, reason: str, by: str) -> KeptDispute:
        """Open a dispute under the next number of its policy."""
        _check(about)
        values = {"policy": storable(policy), "team": storable(team), "state": DisputeState.OPEN.value}
        text = msgspec.json.encode(_storable(about)).decode()
        with self._database.writing() as connection:
            mine = dispute.c.policy == storable(policy)
            last = select(func.coalesce(func.max(dispute.c.number), 0)).where(mine)
            number = connection.execute(last).scalar_one() + 1
            made = insert(dispute).values(number=number, about=text, receiver="", **values)
            row = connection.execute(made.returning(dispute.c.id)).scalar_one()
            _note(connection, row, DisputeState.OPEN, reason, by)
            return _one(connection, policy, number)

    def change(
        self, policy: str, name: str, state: DisputeState, *, reason: str, by: str, to: str = ""
    ) -> KeptDispute:
        """Decide or withdraw a dispute, and add that to its history."""
        if (state is DisputeState.REASSIGNED) != bool(to):
            raise QueryError("a dispute is reassigned to a team, and nothing else is")
        number = _number(name)
        with self._database.writing() as connection:
            before = _one(connection, policy, number)
            _check_change(before, state, to)
            same = (dispute.c.policy == storable(policy)) & (dispute.c.number == number)
            row = connection.execute(select(dispute.c.id).where(same)).scalar_one()
            values = {"state": state.value, "receiver": storable(to)}
            connection.execute(update(dispute).where(dispute.c.id == row).values(values))
            _note(connection, row, state, reason, by, to)
            return _one(connection, policy, number)

    def get(self, policy: str, name: str) -> KeptDispute:
        """Give one dispute by its id."""
        with self._database.reading() as connection:
            return _one(connection, policy, _number(name))

    def page(self, wanted: DisputesWanted, *, limit: int = 100, cursor: str | None = None) -> DisputePage:
        """Give a page of disputes."""
        limit = max(1, min(limit, MOST_DISPUTES))
        before = None if cursor is None else cursors.read(cursor, _question(wanted)).id
        with self._database.reading() as connection:
            found = _found(connection, wanted, limit + 1, before)
        if len(found) <= limit:
            return DisputePage(tuple(found), None)
        last = _number(found[limit - 1].id)
        place = cursors.Place(_question(wanted), last, last)
        return DisputePage(tuple(found[:limit]), cursors.write(place))

    def every(self, wanted: DisputesWanted) -> list[KeptDispute]:
        """Give all disputes that are wanted."""
        with self._database.reading() as connection:
            return _found(connection, wanted)


def _question(wanted: DisputesWanted) -> str:
    """Name a question, so that a cursor is of use for no other one."""
    return digest("disputes", json.dumps(msgspec.to_builtins(wanted))).hex()[:12]


def _found(
    connection: Connection, wanted: DisputesWanted, limit: int | None = None, before: int | None = None
) -> list[KeptDispute]:
    conditions: list[Any] = [dispute.c.policy == storable(wanted.policy)]
    if wanted.teams:
        teams = list(map(storable, wanted.teams))
        conditions.append(or_(dispute.c.team.in_(teams), dispute.c.receiver.in_(teams)))
    if wanted.states:
        conditions.append(dispute.c.state.in_([state.value for state in wanted.states]))
    if before is not None:
        conditions.append(dispute.c.number < bounded(before))
    chosen = select(dispute).where(*conditions).order_by(dispute.c.number.desc()).limit(limit)
    return kept(connection, chosen)


def _one(connection: Connection, policy: str, number: int) -> KeptDispute:
    same = (dispute.c.policy == storable(policy)) & (dispute.c.number == number)
    found = kept(connection, select(dispute).where(same))
    if not found:
        raise QueryError(f"there is no dispute `D-{number}` under the policy {quoted(policy)}")
    return found[0]


def _note(connection: Connection, row: int, state: DisputeState, reason: str, by: str, to: str = "") -> None:
    texts = {"reason": storable(reason), "person": storable(by), "receiver": storable(to)}
    connection.execute(
        insert(dispute_change).values(dispute_id=row, state=state.value, at=clock.now(), **texts)
    )


def _number(name: str) -> int:
    found = re.fullmatch(r"[Dd]-([1-9][0-9]{0,15})", name, re.ASCII)
    if found is None:
        raise QueryError(f"{quoted(name)} is no id of a dispute; write it like `D-7`")
    return int(found[1])


def _storable(about: About) -> About:
    return About(*(tuple(map(storable, getattr(about, field))) for field in about.__struct_fields__))


def _check(about: About) -> None:
    names = [name for field in about.__struct_fields__ for name in getattr(about, field)]
    if not names:
        raise QueryError("a dispute is about something: name resources, services, accounts, projects, months")
    if len(names) > MOST_NAMES:
        raise QueryError(f"a dispute names at most {MOST_NAMES:,} things, and not {len(names):,}; use globs")


def _check_change(before: KeptDispute, state: DisputeState, to: str) -> None:
    if before.state is DisputeState.WITHDRAWN:
        raise QueryError(f"dispute `{before.id}` was withdrawn; open a new one")
    if (before.state, before.to) == (state, to):
        raise QueryError(f"dispute `{before.id}` is {state.value}{f' to {quoted(to)}' if to else ''} already")
    if to and to == before.team:
        raise QueryError(
            f"dispute `{before.id}` is of {quoted(to)} itself; reject it to leave the costs there"
        )
