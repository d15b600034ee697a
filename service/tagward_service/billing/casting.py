"""Columns of any type and notation as times, money and texts of DuckDB; what cannot be read is NULL."""

from __future__ import annotations

from tagward_service.billing.notations import OFFSET, Dates, Numbers
from tagward_service.billing.raw_files import NULLS
from tagward_service.billing.sql_text import literal

DECIMALS = 18
MONEY = f"DECIMAL(38, {DECIMALS})"
DOUBLE_MONEY = "DECIMAL(38, 10)"
"""What a cost kept as a double is rounded to: its further digits are noise."""

FLOATS = ("DOUBLE", "FLOAT")
WHOLES = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)

_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M:%S %p", " %I:%M %p")
_DAYS = ("%d.%m.%Y", "%Y-%m")
_DIGITS = {6: "%Y%m", 8: "%Y%m%d"}
_EPOCH = r"^\d{10}(\d{3}){0,3}$"
_IN_EUROPE = r"^-?(\d{1,3}([.]\d{3})+|\d+)(,\d+)?([eE][+-]?\d+)?$"
_GROUPED = r"^-?\d{1,3}(,\d{3})+([.]\d*)?$"


def is_number(kind: str) -> bool:
    """Say whether a type of DuckDB holds numbers."""
    return kind in FLOATS or kind in WHOLES or kind.startswith("DECIMAL")


def as_text(column: str, kind: str) -> str:
    """Return a column as a text; ids that somebody made numbers of have no decimals."""
    if kind in FLOATS:
        return f"coalesce(CAST(TRY_CAST({column} AS HUGEINT) AS VARCHAR), CAST({column} AS VARCHAR))"
    return f"CAST({column} AS VARCHAR)"


def unless_null(text: str) -> str:
    """Return NULL for a text that stands for nothing."""
    return f"CASE WHEN {text} NOT IN ({', '.join(map(literal, NULLS))}) THEN {text} END"


def as_time(column: str, kind: str, dates: Dates) -> str:
    """Return a column as a time in UTC: texts, types with and without a zone, seconds and parts of them."""
    if is_number(kind):
        return _time_of(f"CAST(TRY_CAST({column} AS HUGEINT) AS VARCHAR)", Dates())
    if kind == "VARCHAR":
        return _time_of(column, dates)
    if kind.startswith("TIMESTAMP") and ("TZ" in kind or "ZONE" in kind):
        return f"(CAST({column} AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC')"
    return f"CAST({column} AS TIMESTAMP)"


def _time_of(text: str, dates: Dates) -> str:
    slashed = "%d/%m/%Y" if dates.day_first else "%m/%d/%Y"
    formats = [day + clock for day in (slashed, "%d.%m.%Y") for clock in _CLOCKS] + list(_DAYS)
    listed = ", ".join(map(literal, formats))
    digits = " ".join(
        f"WHEN regexp_matches({text}, '^\\d{{{number}}}$') THEN try_strptime({text}, {literal(each)})"
        for number, each in _DIGITS.items()
    )
    usual = (
        f"coalesce(TRY_CAST({text} AS TIMESTAMP), try_strptime({text}, [{listed}]), CASE {digits} END, "
        f"CASE WHEN regexp_matches({text}, '{_EPOCH}') THEN {_since_1970(text)} END)"
    )
    zoned = f"TRY_CAST({text} AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC'"
    return (
        f"CASE WHEN regexp_matches({text}, '{OFFSET}') THEN {zoned} ELSE {usual} END"
        if dates.offset
        else usual
    )


def _since_1970(text: str) -> str:
    """Read seconds, or thousandths, millionths or billionths of them, told by how many digits there are."""
    number = f"TRY_CAST({text} AS BIGINT)"
    return (
        f"make_timestamp(CASE length({text}) WHEN 10 THEN {number} * 1000000 WHEN 13 THEN {number} * 1000 "
        f"WHEN 16 THEN {number} ELSE {number} // 1000 END)"
    )


def as_money(column: str, kind: str, numbers: Numbers | None) -> str:
    """Return a column as money."""
    if kind in FLOATS:
        return f"CAST(TRY_CAST({column} AS {DOUBLE_MONEY}) AS {MONEY})"
    if numbers is None or kind != "VARCHAR":
        return f"TRY_CAST({column} AS {MONEY})"
    text = f"trim({column})"
    if numbers.decimal_comma:
        plain = f"replace(replace({text}, '.', ''), ',', '.')"
        return f"CASE WHEN regexp_matches({text}, '{_IN_EUROPE}') THEN TRY_CAST({plain} AS {MONEY}) END"
    plain = f"CASE WHEN regexp_matches({text}, '{_GROUPED}') THEN replace({text}, ',', '') ELSE {text} END"
    return f"TRY_CAST({plain} AS {MONEY})"
