"""How each engine gets at tags: the only part of the queries that is written for one engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from tagward_generators.sql.key_maps import (
    BIGQUERY_KEYS,
    DUCKDB_KEYS,
    SNOWFLAKE_KEYS,
    SPARK_KEYS,
    TRINO_KEYS,
    KeyMaps,
)
from tagward_generators.sql.portable_regex import END, MIDDLE, START

Decode = Callable[[str], str]
Lookup = Callable[[str, str], str]
Encoding = Literal["map", "json", "array"]


def _as_it_is(column: str) -> str:
    return column


class Dialect(Struct, frozen=True):
    """An engine: `decode` makes of a column in each encoding what the lookups look at.

    `lookup` returns the value of a key, NULL where there is none; `lookup_any_case` compares the key, given
    in lower case, without case. `every` puts all keys or all values (`what`) into one text between marks;
    `pairs` does that with the pairs of key and value, in order, where there is a value.
    `money` is the type of exact sums; `cost` makes of a cost what is cast to it. Where that multiplies
    doubles, as in DuckDB, the text of a double has the digits that were meant, and a decimal loses none.
    `tenth` rounds a double to ten decimals, NULL where it is no number: it is multiplied, which all engines
    do alike, and rounded to a whole number. `utc` shifts a time with a zone, `safe` casts or returns NULL.
    """

    name: str
    maps: KeyMaps
    decode: Mapping[str, Decode]
    lookup: Lookup
    lookup_any_case: Lookup
    every: Lookup
    pairs: Decode
    tenth: Decode
    money: str = "DECIMAL(38, 18)"
    cost: Decode = _as_it_is
    utc: Decode = _as_it_is
    safe: str = "TRY_CAST"
    reads_bare: bool = False
    """Whether `decode` reads JSON text that lost its braces."""

    @property
    def encodings(self) -> tuple[Encoding, ...]:
        """List the encodings of tags that exports have and the engine reads."""
        every: tuple[Encoding, ...] = ("map", "json", "array")
        return tuple(
            each for each in every if each in self.decode or (each == "array" and self.maps.from_pairs)
        )

    def literal(self, text: str) -> str:
        """Quote a text as the engine reads it."""
        from sqlglot import exp

        return exp.Literal.string(text).sql(dialect=self.name)

    def quoted(self, name: str) -> str:
        """Quote a name: unquoted, Snowflake would write it in capitals and queries would not find it."""
        from sqlglot import exp

        return exp.to_identifier(name, quoted=True).sql(dialect=self.name)

    def marked(self, text: str) -> str:
        """Put marks around a text."""
        return f"CONCAT({self.literal(START)}, {text}, {self.literal(END)})"

    def pair(self, key: str, value: str) -> str:
        """Put marks around a key and its value."""
        marks = map(self.literal, (START, MIDDLE, END))
        return "CONCAT({0}, {key}, {1}, {value}, {2})".format(*marks, key=key, value=value)

    def first_of(self, column: str, keys: Iterable[str], *, any_case: bool) -> str:
        """Return the value of the first key that is there; without case, the right spelling comes first."""
        found = [text for key in keys for text in self._spellings(column, key, any_case)]
        return found[0] if len(found) == 1 else f"COALESCE({', '.join(found)})"

    def _spellings(self, column: str, key: str, any_case: bool) -> list[str]:
        exact = self.lookup(column, self.literal(key))
        return [exact, self.lookup_any_case(column, self.literal(key.lower()))] if any_case else [exact]


def _through_text(column: str) -> str:
    return f"CAST({column} AS VARCHAR)"


def _duckdb_every(column: str, what: str) -> str:
    # Its CONCAT passes over NULL, so that a key without a value would have an empty one.
    marked = f"{DUCKDB.literal(START)} || each || {DUCKDB.literal(END)}"
    return f"COALESCE(array_to_string(list_transform(map_{what}({column}), lambda each: {marked}), ''), '')"


def _duckdb_pairs(column: str) -> str:
    there = f"list_filter(map_entries({column}), lambda each: each.value IS NOT NULL)"
    made = f"list_transform({there}, lambda each: {DUCKDB.pair('each.key', 'each.value')})"
    return f"COALESCE(array_to_string(list_sort({made}), ''), '')"


DUCKDB = Dialect(
    "duckdb",
    DUCKDB_KEYS,
    {
        "map": _as_it_is,
        "json": lambda column: f"TRY_CAST(TRY_CAST({column} AS JSON) AS MAP(VARCHAR, VARCHAR))",
    },
    lambda column, key: f"{column}[{key}]",
    lambda column, key: f"list_filter(map_entries({column}), lambda each: lower(each.key) = {key})[1].value",
    _duckdb_every,
    _duckdb_pairs,
    lambda cost: f"TRY_CAST({cost} AS DECIMAL(38, 10))",
    cost=_through_text,
)


def _spark_every(column: str, what: str) -> str:
    return f"COALESCE(array_join(transform(map_{what}({column}), each -> {SPARK.marked('each')}), ''), '')"


def _spark_pairs(column: str) -> str:
    there = f"filter(map_entries({column}), each -> each.value IS NOT NULL)"
    made = f"transform({there}, each -> {SPARK.pair('each.key', 'each.value')})"
    return f"COALESCE(array_join(array_sort({made}), ''), '')"


def _spark_tenth(cost: str) -> str:
    return f"TRY_CAST({cost} * 1e10D AS DECIMAL(27, 0)) * CAST('0.0000000001' AS DECIMAL(10, 10))"


def _spark_json(column: str) -> str:
    return f"from_json({column}, 'map<string,string>')"


SPARK = Dialect(
    "databricks",
    SPARK_KEYS,
    {
        "map": _as_it_is,
        "json": _spark_json,
        "parsed": lambda column: _spark_json(f"to_json({column})"),
        "struct": lambda column: _spark_json(f"to_json({column})"),
    },
    lambda column, key: f"try_element_at({column}, {key})",
    lambda column, key: f"get(filter(map_entries({column}), each -> lower(each.key) = {key}), 0).value",
    _spark_every,
    _spark_pairs,
    _spark_tenth,
)


def _trino_every(column: str, what: str) -> str:
    marked = TRINO.marked("each")
    return f"COALESCE(array_join(transform(map_{what}({column}), each -> {marked}), ''), '')"


def _trino_pairs(column: str) -> str:
    there = f"map_entries(map_filter({column}, (key, value) -> value IS NOT NULL))"
    made = f"transform({there}, each -> {TRINO.pair('each[1]', 'each[2]')})"
    return f"COALESCE(array_join(array_sort({made}), ''), '')"


def _trino_tenth(cost: str) -> str:
    return f"TRY_CAST({cost} * 1e10 AS DECIMAL(27, 0)) * CAST('0.0000000001' AS DECIMAL(10, 10))"


def _trino_json(json: str) -> str:
    return f"TRY(CAST({json} AS MAP(VARCHAR, VARCHAR)))"


TRINO = Dialect(
    "trino",
    TRINO_KEYS,
    {
        "map": _as_it_is,
        "json": lambda column: _trino_json(f"json_parse({column})"),
        "parsed": _trino_json,
        "struct": lambda column: _trino_json(f"CAST({column} AS JSON)"),
    },
    lambda column, key: f"element_at({column}, {key})",
    lambda column, key: (
        f"element_at(map_values(map_filter({column}, (key, value) -> lower(key) = {key})), 1)"
    ),
    _trino_every,
    _trino_pairs,
    _trino_tenth,
    utc=lambda time: f"({time} AT TIME ZONE 'UTC')",
)

ATHENA = replace(TRINO, name="athena")


def _bigquery_every(column: str, what: str) -> str:
    marked = BIGQUERY.marked(f"each.{what.removesuffix('s')}")
    return _among(column, f"COALESCE(STRING_AGG({marked}, ''), '')")


def _among(column: str, asked: str, where: str = "TRUE") -> str:
    """Ask something of the pairs of a column."""
    return f"(SELECT {asked} FROM UNNEST({column}) AS each WHERE {where})"  # noqa: S608


def _bigquery_pairs(column: str) -> str:
    pair = BIGQUERY.pair("each.key", "each.value")
    return _among(column, f"COALESCE(STRING_AGG({pair}, '' ORDER BY each.key), '')", "each.value IS NOT NULL")


def _bigquery_tenth(cost: str) -> str:
    return f"SAFE_CAST(ROUND({cost} * 1e10) AS BIGNUMERIC) * CAST('0.0000000001' AS BIGNUMERIC)"


def _bigquery_parsed(json: str) -> str:
    """Make pairs of the keys and values of an object; keys with special characters come in quotes."""
    plain = "IF(STARTS_WITH(told, '\"'), JSON_VALUE(SAFE.PARSE_JSON(told)), told)"
    keys = f"UNNEST(ARRAY(SELECT {plain} FROM UNNEST(JSON_KEYS({json}, 1)) AS told)) AS name"  # noqa: S608
    value = f"LAX_STRING({json}[name]) AS value"
    pairs = f"ARRAY(SELECT AS STRUCT name AS key, {value} FROM {keys})"  # noqa: S608
    return f"IF(JSON_TYPE({json}) = 'object', {pairs}, NULL)"


BIGQUERY = Dialect(
    "bigquery",
    BIGQUERY_KEYS,
    {
        "json": lambda column: _bigquery_parsed(f"SAFE.PARSE_JSON({column})"),
        "parsed": _bigquery_parsed,
        "struct": lambda column: _bigquery_parsed(f"TO_JSON({column})"),
    },
    lambda column, key: _among(column, "MIN(each.value)", f"each.key = {key}"),
    lambda column, key: _among(column, "MIN(each.value)", f"LOWER(each.key) = {key}"),
    _bigquery_every,
    _bigquery_pairs,
    _bigquery_tenth,
    money="BIGNUMERIC",
    safe="SAFE_CAST",
)


def _snowflake_every(column: str, what: str) -> str:
    each = "value" if what == "keys" else f"GET({column}, value::VARCHAR)"
    marked = SNOWFLAKE.marked(f"{each}::VARCHAR")
    return f"COALESCE(ARRAY_TO_STRING(TRANSFORM(OBJECT_KEYS({column}), value -> {marked}), ''), '')"


def _snowflake_key(column: str, key: str) -> str:
    return f"FILTER(OBJECT_KEYS({column}), value -> LOWER(value::VARCHAR) = {key})[0]::VARCHAR"


def _snowflake_pairs(column: str) -> str:
    value = f"GET({column}, each::VARCHAR)::VARCHAR"
    there = f"FILTER(OBJECT_KEYS({column}), each -> {value} IS NOT NULL)"
    made = f"TRANSFORM({there}, each -> {SNOWFLAKE.pair('each::VARCHAR', value)})"
    return f"COALESCE(ARRAY_TO_STRING(ARRAY_SORT({made}), ''), '')"


def _snowflake_tenth(cost: str) -> str:
    return f"CAST(ROUND({cost} * 1e10::FLOAT) AS DECIMAL(27, 0)) * 0.0000000001::DECIMAL(10, 10)"


SNOWFLAKE = Dialect(
    "snowflake",
    SNOWFLAKE_KEYS,
    {
        "map": lambda column: f"{column}::OBJECT",
        "json": lambda column: f"AS_OBJECT(TRY_PARSE_JSON({column}))",
        "parsed": lambda column: f"AS_OBJECT({column}::VARIANT)",
        "struct": lambda column: f"{column}::OBJECT",
    },
    lambda column, key: f"GET({column}, {key})::VARCHAR",
    lambda column, key: f"GET({column}, {_snowflake_key(column, key)})::VARCHAR",
    _snowflake_every,
    _snowflake_pairs,
    _snowflake_tenth,
    utc=lambda time: f"CONVERT_TIMEZONE('UTC', {time})",
)

DIALECTS = (DUCKDB, SPARK, TRINO, ATHENA, BIGQUERY, SNOWFLAKE)
"""Every engine that queries are written for; DuckDB is the one that is embedded."""
