"""Asking for the gaps of the newest bill: filters, sorts, pages and exact sums."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, collate, func, select

from tagward_service.store.database import Database
from tagward_service.store.gap_interface import GapChoices, GapPage, GapSort, GapsWanted, KeptGap
from tagward_service.store.gap_rows import folded, kept_gaps, listed
from tagward_service.store.reports import COSTS, newest_of
from tagward_service.store.schema import COST_PARTS, gap
from tagward_service.store.summing import put_together
from tagward_service.store.texts import storable

_SAME = ("cloud", "account", "service", "scan", "resource")


class TabledGaps:
    """The gaps in the tables of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, policy: str, wanted: GapsWanted, sort: GapSort, *, limit: int, offset: int = 0) -> GapPage:
        """Give some gaps, and sum up all that are asked for."""
        with self._database.reading() as connection:
            where = _where(connection, policy, wanted)
            ranks = select(gap.c.rank).where(*where).order_by(*_order(connection, sort))
            some = list(connection.scalars(ranks.limit(limit).offset(offset)))
            sums = (func.coalesce(func.sum(gap.c[name]), 0) for name in COST_PARTS)
            count, *parts = connection.execute(select(func.count(), *sums).where(*where)).one()
            rows = select(gap).where(where[0], gap.c.rank.in_(some)).order_by(*_order(connection, sort))
            return GapPage(
                tuple(kept_gaps(connection.execute(rows))), count, put_together(list(map(int, parts)))
            )

    def every(self, policy: str, wanted: GapsWanted, sort: GapSort) -> Iterator[KeptGap]:
        """Give all gaps that are asked for, streamed."""
        with self._database.reading() as connection:
            asked: Select[Any] = select(gap).where(*_where(connection, policy, wanted))
            ordered = asked.order_by(*_order(connection, sort)).execution_options(yield_per=1000)
            yield from kept_gaps(connection.execute(ordered))

    def choices(self, policy: str) -> GapChoices:
        """Say what there is to filter by."""
        with self._database.reading() as connection:
            here = _where(connection, policy, GapsWanted())
            named = select(gap.c.account, func.max(gap.c.account_name)).where(*here).group_by(gap.c.account)
            accounts = sorted((account, name or account) for account, name in connection.execute(named))
            services = sorted(connection.scalars(select(gap.c.service).where(*here).distinct()))
            scans = sorted(connection.scalars(select(gap.c.scan).where(*here).distinct()))
            return GapChoices(tuple(accounts), tuple(services), tuple(scans))


def _where(connection: Connection, policy: str, wanted: GapsWanted) -> list[ColumnElement[bool]]:
    """Say which rows are asked for; the first condition is that of the newest report."""
    found = newest_of(connection, COSTS, policy)
    conditions: list[ColumnElement[bool]] = [gap.c.report_id == (-1 if found is None else found.id)]
    conditions += [gap.c[name] == storable(getattr(wanted, name)) for name in _SAME if getattr(wanted, name)]
    if wanted.tag:
        named = listed((wanted.tag,))
        conditions.append(_has(connection, gap.c.missing, named) | _has(connection, gap.c.wrong, named))
    if wanted.text:
        conditions.append(_has(connection, gap.c.sought, folded(wanted.text)))
    return conditions


def _has(connection: Connection, column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    if connection.dialect.name == "sqlite":
        return func.instr(column, text) > 0
    return func.strpos(column, cast(text, Text)) > 0


def _order(connection: Connection, sort: GapSort) -> tuple[ColumnElement[Any], ...]:
    """Sort by rank, which is that of the cost, or byte by byte by a text, and then by rank."""
    name = sort.removeprefix("-")
    if name == "cost":
        return (gap.c.rank if sort == "-cost" else gap.c.rank.desc(),)
    column: ColumnElement[Any] = gap.c[name]
    if connection.dialect.name == "postgresql":
        column = collate(column, "C")
    return (column.desc() if sort.startswith("-") else column, gap.c.rank)
