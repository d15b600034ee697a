"""Asking for findings: filters, sorts, pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    LargeBinary,
    Row,
    Select,
    Text,
    and_,
    case,
    cast,
    collate,
    func,
    or_,
    select,
)

from tagward.findings import SEVERITIES
from tagward_service.store import cursors
from tagward_service.store.clock import from_micros
from tagward_service.store.errors import QueryError
from tagward_service.store.interface import SORTS, KeptFinding, Life, Page, Wanted
from tagward_service.store.schema import EXEMPT, OPEN, RESOLVED, finding, place, resource, slot, wording
from tagward_service.store.texts import bounded, storable

MOST = 10_000
"""So many findings make the longest page."""

_LIVES = {Life.OPEN: OPEN, Life.EXEMPT: EXEMPT, Life.RESOLVED: RESOLVED}
_LIFE_OF = {number: life for life, number in _LIVES.items()}

_LAST_SEEN = func.coalesce(finding.c.seen_at, resource.c.seen_at, slot.c.seen_at, finding.c.first_seen)
_SEEN_IN = func.coalesce(finding.c.seen_in, resource.c.seen_in, slot.c.scan_id, finding.c.opened_in)
_LOUDNESS = case({name: rank for rank, name in enumerate(SEVERITIES)}, value=wording.c.severity, else_=-1)

_TABLES = (
    finding.join(resource, resource.c.id == finding.c.resource_id)
    .join(wording, wording.c.id == finding.c.wording_id)
    .join(place, place.c.id == resource.c.place_id)
    .outerjoin(slot, slot.c.id == resource.c.slot_id)
)

_COLUMNS = (
    finding.c.id,
    finding.c.life,
    wording.c.code,
    wording.c.rule,
    wording.c.tag,
    wording.c.key,
    wording.c.severity,
    wording.c.mode,
    wording.c.status,
    wording.c.message,
    wording.c.fix,
    wording.c.value,
    wording.c.source,
    place.c.cloud,
    place.c.type,
    resource.c.native_id.label("resource_id"),
    resource.c.name,
    place.c.account,
    place.c.region,
    place.c.namespace,
    place.c.service,
    resource.c.policy,
    finding.c.first_seen,
    _LAST_SEEN.label("last_seen"),
    finding.c.resolved_at,
    finding.c.reopened,
)

_LIFE = KeptFinding.__struct_fields__.index("life")
_TIMES = tuple(map(KeptFinding.__struct_fields__.index, ("first_seen", "last_seen", "resolved_at")))

_SORT_COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "id": finding.c.id,
    "first_seen": finding.c.first_seen,
    "last_seen": _LAST_SEEN,
    "severity": _LOUDNESS,
    "code": wording.c.code,
    "tag": wording.c.tag,
    "account": place.c.account,
    "type": place.c.type,
    "resource_id": resource.c.native_id,
}

_FILTERS: Mapping[str, Column[Any]] = {
    "clouds": place.c.cloud,
    "accounts": place.c.account,
    "regions": place.c.region,
    "namespaces": place.c.namespace,
    "services": place.c.service,
    "types": place.c.type,
    "codes": wording.c.code,
    "tags": wording.c.tag,
    "severities": wording.c.severity,
}


def page(connection: Connection, wanted: Wanted, sort: str, limit: int, cursor: str | None) -> Page:
    """Give a page of findings."""
    column, descends = _sort(connection, sort)
    limit = max(1, min(limit, MOST))
    asked = cursors.question(wanted, sort)
    statement = _asked(connection, wanted).add_columns(column.label("sorted_by"))
    if cursor is not None:
        statement = statement.where(_after(column, descends, cursors.read(cursor, asked)))
    directed = column.desc() if descends else column.asc()
    rows = connection.execute(statement.order_by(directed, finding.c.id).limit(limit + 1)).all()
    findings = tuple(_kept(row) for row in rows[:limit])
    if len(rows) <= limit:
        return Page(findings, None)
    last = rows[limit - 1]
    return Page(findings, cursors.write(cursors.Place(asked, last.sorted_by, last.id)))


def every(connection: Connection, wanted: Wanted) -> Iterator[KeptFinding]:
    """Give all findings, as the engine gives them."""
    rows = connection.execution_options(yield_per=1000).execute(_asked(connection, wanted))
    for row in rows:
        yield _kept(row)


def count(connection: Connection, wanted: Wanted) -> int:
    """Count findings."""
    statement = select(func.count()).select_from(_needed(wanted)).where(*_where(connection, wanted))
    return connection.execute(statement).scalar_one()


def _needed(wanted: Wanted) -> FromClause:
    """Join what the filters look at, and nothing else: each join is a look-up for every finding."""
    tables = finding.join(resource, resource.c.id == finding.c.resource_id)
    asked = {column.table for name, column in _FILTERS.items() if getattr(wanted, name)}
    if wording in asked:
        tables = tables.join(wording, wording.c.id == finding.c.wording_id)
    if place in asked:
        tables = tables.join(place, place.c.id == resource.c.place_id)
    if wanted.seen_in is not None:
        tables = tables.outerjoin(slot, slot.c.id == resource.c.slot_id)
    return tables


def _asked(connection: Connection, wanted: Wanted) -> Select[Any]:
    return select(*_COLUMNS).select_from(_TABLES).where(*_where(connection, wanted))


def _where(connection: Connection, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        column.in_(list(map(storable, getattr(wanted, name))))
        for name, column in _FILTERS.items()
        if getattr(wanted, name)
    ]
    if wanted.life:
        conditions.append(finding.c.life.in_([_LIVES[life] for life in wanted.life]))
    if wanted.policy is not None:
        conditions.append(resource.c.policy == storable(wanted.policy))
    if wanted.text:
        conditions.append(_has_text(connection, storable(wanted.text)))
    for number, column in (
        (wanted.seen_in, _SEEN_IN),
        (wanted.opened_in, finding.c.opened_in),
        (wanted.resolved_in, finding.c.resolved_in),
        (wanted.id, finding.c.id),
    ):
        if number is not None:
            conditions.append(column == bounded(number))
    return conditions


def _has_text(connection: Connection, sought: str) -> ColumnElement[bool]:
    """Look for text in the id or the name, case aside; once for a resource, however many findings it has."""
    named = resource.alias()
    columns = (named.c.native_id, named.c.name)
    if connection.dialect.name == "sqlite":
        has = or_(*(func.instr(_folded(column), sought.casefold()) > 0 for column in columns))
    else:
        text = func.lower(cast(sought, Text))
        has = or_(*(func.strpos(func.lower(column), text) > 0 for column in columns))
    return resource.c.id.in_(select(named.c.id).where(has))


def _folded(column: ColumnElement[str]) -> ColumnElement[str]:
    """Fold case: SQLite does so by itself where all is ASCII, many times as fast as a function of ours."""
    is_ascii = func.length(cast(column, LargeBinary)) == func.length(column)
    return case((is_ascii, func.lower(column)), else_=func.casefolded(column))


def _sort(connection: Connection, sort: str) -> tuple[ColumnElement[Any], bool]:
    """Return what is sorted by, byte by byte where it is text, and whether it descends."""
    name = sort.removeprefix("-")
    if name not in SORTS:
        raise QueryError(f"findings cannot be sorted by `{sort}`; sort by one of {', '.join(SORTS)}")
    column = _SORT_COLUMNS[name]
    if isinstance(column.type, Text) and connection.dialect.name == "postgresql":
        column = collate(column, "C")
    return column, sort.startswith("-")


def _after(column: ColumnElement[Any], descends: bool, last: cursors.Place) -> ColumnElement[bool]:
    """Say what comes after a finding."""
    if isinstance(last.value, str) is not isinstance(column.type, Text):
        raise QueryError("the cursor is not one of ours; leave it out to begin at the first page")
    beyond = column < last.value if descends else column > last.value
    return or_(beyond, and_(column == last.value, finding.c.id > last.id))


def _kept(row: Row[Any]) -> KeptFinding:
    """Make a finding of a row, whose columns are its fields in their order."""
    values: list[Any] = list(row[: len(_COLUMNS)])
    values[_LIFE] = _LIFE_OF[values[_LIFE]]
    for index in _TIMES:
        if values[index] is not None:
            values[index] = from_micros(values[index])
    return KeptFinding(*values)
