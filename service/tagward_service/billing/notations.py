"""How a CSV writes dates and numbers where that is not as FOCUS does: as spreadsheets do, or as in Europe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from tagward.errors import InputError
from tagward_service.billing.columns import Layout
from tagward_service.billing.raw_files import RawFile
from tagward_service.billing.sql_text import name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SLASHED = r"^\s*(\d{1,2})/(\d{1,2})/\d{4}"
OFFSET = r":\d\d([.]\d+)?\s?[+-]\d\d(:?\d\d)?\s*$"

EUROPEAN = r"^-?(\d+,(\d{1,2}|\d{4,})|0,\d+|\d{1,3}([.]\d{3})+,\d+|\d+,\d+[eE][+-]?\d+)$"
"""A decimal comma without doubt: what is after it is no group of three digits, or there are points too."""

GROUPED = r"^-?\d{1,3}((,\d{3})+[.]\d*|(,\d{3}){2,})$"
"""Commas between thousands without doubt."""

_DATES = ("billing_start", "charge_start")
_COSTS = ("billed", "effective")
_LOOK = 1_000


class Dates(Struct, frozen=True):
    """How dates are written: `offset` says that some have a zone, `day_first` that 5/3 is in March."""

    offset: bool = False
    day_first: bool = False


class Numbers(Struct, frozen=True):
    """How numbers are written: with a decimal comma, or with commas between thousands."""

    decimal_comma: bool


def dates_in(path: str, raw: RawFile, columns: Layout, connection: DuckDBPyConnection) -> Dates:
    """Look at how dates are written; raises InputError for days before and after months."""
    found = _texts(raw, columns, _DATES)
    if not found:
        return Dates()
    looked = f"SELECT {', '.join(found)} FROM {raw.source} LIMIT {_LOOK}"  # noqa: S608
    any_offset = " OR ".join(f"regexp_matches({each}, '{OFFSET}')" for each in found)
    any_slash = " OR ".join(f"regexp_matches({each}, '{SLASHED}')" for each in found)
    asked = f"SELECT bool_or({any_offset}), bool_or({any_slash}) FROM ({looked})"  # noqa: S608
    offset, slashed = connection.execute(asked).fetchone() or (False, False)
    return Dates(bool(offset), _day_first(path, raw, found, connection) if slashed else False)


def _day_first(path: str, raw: RawFile, found: Sequence[str], connection: DuckDBPyConnection) -> bool:
    """Look at all dates: only a number above 12 tells days from months."""

    def above(number: int) -> str:
        parts = (f"TRY_CAST(regexp_extract({each}, '{SLASHED}', {number}) AS INT) > 12" for each in found)
        return " OR ".join(f"coalesce({part}, false)" for part in parts)

    asked = f"SELECT bool_or({above(1)}), bool_or({above(2)}) FROM {raw.source}"  # noqa: S608
    first, second = connection.execute(asked).fetchone() or (False, False)
    if first and second:
        raise InputError(path, "some dates have the day first and some the month", "write them as 2026-05-31")
    return bool(first)


def numbers_in(path: str, raw: RawFile, columns: Layout, connection: DuckDBPyConnection) -> Numbers | None:
    """Look at commas in costs, None where there are none; raises InputError where nobody can tell."""
    found = _texts(raw, columns, _COSTS)
    if not found:
        return None

    def any_like(pattern: str) -> str:
        return " OR ".join(f"coalesce(regexp_matches(trim({each}), '{pattern}'), false)" for each in found)

    asked = ", ".join(f"bool_or({any_like(each)})" for each in (EUROPEAN, GROUPED, r"^-?\d+,\d{3}$"))
    row = connection.execute(f"SELECT {asked} FROM {raw.source}").fetchone()  # noqa: S608
    european, grouped, either = row or (False, False, False)
    european = european or (either and not grouped and raw.delimiter == ";")
    if (european and grouped) or (either and not (european or grouped)):
        what = "costs have commas, and nobody can tell whether for decimals or between thousands"
        raise InputError(path, what, "write them as 1234.5")
    return Numbers(bool(european)) if european or grouped else None


def _texts(raw: RawFile, columns: Layout, wanted: Sequence[str]) -> list[str]:
    """List those of some columns that are texts."""
    there = (columns.columns[each] for each in wanted if each in columns)
    return list(dict.fromkeys(name(each) for each in there if raw.types[each] == "VARCHAR"))
