"""Tables of bills: which of their columns is what, as their types tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tagward.errors import InputError
from tagward_generators.sql.bill_table import BillTable, Held, Kind
from tagward_generators.sql.dialects import Dialect
from tagward_service.billing.columns import layout
from tagward_service.billing.engines.interface import Engine, Table
from tagward_service.billing.raw_files import NULLS

TAGS = ("tags", "allocated_tags")
TIMES = ("billing_start", "charge_start")


def bill_table(engine: Engine, named: str) -> BillTable:
    """Look at a table of a bill; raises InputError for one that is none, or whose tags cannot be read."""
    table = engine.table(named)
    found = layout(named, list(table.types))
    columns = {
        ours: _held(ours, name, table.types[name], engine.dialect) for ours, name in found.columns.items()
    }
    for ours in TAGS:
        if ours in columns:
            _check_tags(columns[ours], engine, named, table)
    return BillTable(table.source, columns, found.native, nulls=NULLS)


def _held(ours: str, name: str, kind: Any, dialect: Dialect) -> Held:
    if ours in TAGS and kind.is_array() and kind.value_type.is_struct():
        fields = {field.lower(): field for field in kind.value_type.names}
        key, value = (dialect.quoted(fields.get(each, each)) for each in ("key", "value"))
        return Held(name, "array", key, value)
    if ours in TAGS:
        return Held(name, _kind_of_tags(kind))
    return Held(name, _kind_of_time(kind) if ours in TIMES else _kind_of_number(kind))


def _kind_of_tags(kind: Any) -> Kind:
    if kind.is_json():
        return "parsed"
    if kind.is_map():
        return "map"
    if kind.is_struct():
        return "struct"
    return "array" if kind.is_array() else "json"


def _kind_of_time(kind: Any) -> Kind:
    if kind.is_date():
        return "date"
    if kind.is_timestamp():
        return "time" if kind.timezone is None else "zoned"
    return "text"


def _kind_of_number(kind: Any) -> Kind:
    if kind.is_floating():
        return "double"
    return "number" if kind.is_numeric() else "text"


def _check_tags(held: Held, engine: Engine, named: str, table: Table) -> None:
    """Refuse tags in an encoding that the engine has no words for."""
    kind, dialect = table.types[held.name], engine.dialect
    has_pairs = held.kind == "array" and _has_pairs(kind) and dialect.maps.from_pairs is not None
    if not has_pairs and held.kind not in dialect.decode:
        what = f"`{held.name}` is {kind}, which cannot be read as tags on {engine.name}"
        raise InputError(named, what, "make a view with JSON text in it, as FOCUS has tags")


def _has_pairs(kind: Any) -> bool:
    names: Mapping[str, Any] = kind.value_type if kind.value_type.is_struct() else {}
    return {"key", "value"} <= {name.lower() for name in names}
