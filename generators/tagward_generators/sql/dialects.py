"""How each engine gets at tags: the only part of the queries that is written for one engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from tagward_generators.sql.portable_regex import END, START

Decode = Callable[[str], str]
Lookup = Callable[[str, str], str]


def _as_it_is(column: str) -> str:
    return column


class Dialect(Struct, frozen=True):
    """An engine: `decode` makes of a column in each encoding what the lookups look at.

    `lookup` returns the value of a key, NULL where there is none; `lookup_any_case` compares the key, given
    in lower case, without case. `every` puts all keys or all values (`what`) into one text between marks.
    `money` is the type of exact sums; `cost` makes of a cost what is cast to it. Where that multiplies
    doubles, as in DuckDB, the text of a double has the digits that were meant, and a decimal loses none.
    """

    name: str
    decode: Mapping[str, Decode]
    lookup: Lookup
    lookup_any_case: Lookup
    every: Lookup
    money: str = "DECIMAL(38, 18)"
    cost: Decode = _as_it_is

    def literal(self, text: str) -> str:
        """Quote a text as the engine reads it."""
        from sqlglot import exp

        return exp.Literal.string(text).sql(dialect=self.name)

    def marked(self, text: str) -> str:
        """Put marks around a text."""
        return f"CONCAT({self.literal(START)}, {text}, {self.literal(END)})"

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


DUCKDB = Dialect(
    "duckdb",
    {
        "map": _as_it_is,
        "json": lambda column: f"TRY_CAST(TRY_CAST({column} AS JSON) AS MAP(VARCHAR, VARCHAR))",
        "array": lambda column: f"map_from_entries({column})",
    },
    lambda column, key: f"{column}[{key}]",
    lambda column, key: f"list_filter(map_entries({column}), lambda each: lower(each.key) = {key})[1].value",
    _duckdb_every,
    cost=_through_text,
)


def _spark_every(column: str, what: str) -> str:
    return f"COALESCE(array_join(transform(map_{what}({column}), each -> {SPARK.marked('each')}), ''), '')"


SPARK = Dialect(
    "databricks",
    {"map": _as_it_is, "json": lambda column: f"from_json({column}, 'map<string,string>')"},
    lambda column, key: f"try_element_at({column}, {key})",
    lambda column, key: f"get(filter(map_entries({column}), each -> lower(each.key) = {key}), 0).value",
    _spark_every,
)


def _trino_every(column: str, what: str) -> str:
    marked = TRINO.marked("each")
    return f"COALESCE(array_join(transform(map_{what}({column}), each -> {marked}), ''), '')"


TRINO = Dialect(
    "trino",
    {
        "map": _as_it_is,
        "json": lambda column: f"TRY(CAST(json_parse({column}) AS MAP(VARCHAR, VARCHAR)))",
    },
    lambda column, key: f"element_at({column}, {key})",
    lambda column, key: (
        f"element_at(map_values(map_filter({column}, (key, value) -> lower(key) = {key})), 1)"
    ),
    _trino_every,
)

ATHENA = Dialect("athena", TRINO.decode, TRINO.lookup, TRINO.lookup_any_case, TRINO.every)


def _bigquery_every(column: str, what: str) -> str:
    marked = BIGQUERY.marked(f"each.{what.removesuffix('s')}")
    return _among(column, f"COALESCE(STRING_AGG({marked}, ''), '')")


def _among(column: str, asked: str, where: str = "TRUE") -> str:
    """Ask something of the pairs of a column."""
    return f"(SELECT {asked} FROM UNNEST({column}) AS each WHERE {where})"  # noqa: S608


def _bigquery_json(column: str) -> str:
    """Make pairs of the keys and values of JSON text."""
    parsed = f"(SELECT SAFE.PARSE_JSON({column}) AS parsed), UNNEST(JSON_KEYS(parsed, 1)) AS key"
    return f"(SELECT ARRAY_AGG(STRUCT(key, LAX_STRING(parsed[key]) AS value)) FROM {parsed})"  # noqa: S608


BIGQUERY = Dialect(
    "bigquery",
    {"array": _as_it_is, "json": _bigquery_json},
    lambda column, key: _among(column, "MIN(each.value)", f"each.key = {key}"),
    lambda column, key: _among(column, "MIN(each.value)", f"LOWER(each.key) = {key}"),
    _bigquery_every,
    "BIGNUMERIC",
)


def _snowflake_every(column: str, what: str) -> str:
    each = "value" if what == "keys" else f"GET({column}, value)"
    marked = SNOWFLAKE.marked(f"{each}::VARCHAR")
    return f"COALESCE(ARRAY_TO_STRING(TRANSFORM(OBJECT_KEYS({column}), value -> {marked}), ''), '')"


def _snowflake_key(column: str, key: str) -> str:
    return f"FILTER(OBJECT_KEYS({column}), value -> LOWER(value::VARCHAR) = {key})[0]::VARCHAR"


SNOWFLAKE = Dialect(
    "snowflake",
    {"map": lambda column: f"{column}::OBJECT", "json": lambda column: f"TRY_PARSE_JSON({column})::OBJECT"},
    lambda column, key: f"GET({column}, {key})::VARCHAR",
    lambda column, key: f"GET({column}, {_snowflake_key(column, key)})::VARCHAR",
    _snowflake_every,
)

DIALECTS = (DUCKDB, SPARK, TRINO, ATHENA, BIGQUERY, SNOWFLAKE)
"""Every engine that queries are written for; DuckDB is the one that is embedded."""
