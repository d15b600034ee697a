"""How each engine works on the keys of decoded tags: picks and renames them, puts two maps into one."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

OfKey = Callable[[str], str]
"""Makes SQL of the SQL of a key."""


class KeyMaps(Struct, frozen=True):
    """An engine: `rekeyed` keeps the keys where something holds and calls them something else.

    No two keys may come to be called alike. `merged` is one map of two, where the second comes first; neither
    is NULL. `from_pairs` makes a map of a list of structs, given the names of their fields; of a key that is
    there twice the first value counts. None where the engine cannot.
    """

    any_key: Callable[[str, OfKey], str]
    has: Callable[[str, str], str]
    rekeyed: Callable[[str, OfKey, OfKey], str]
    merged: Callable[[str, str], str]
    empty: str
    from_pairs: Callable[[str, str, str], str] | None = None


def _duckdb_rekeyed(tags: str, where: OfKey, key: OfKey) -> str:
    chosen = f"list_filter(map_entries({tags}), lambda each: {where('each.key')})"
    entry = f"struct_pack(k := {key('each.key')}, v := each.value)"
    return f"map_from_entries(list_transform({chosen}, lambda each: {entry}))"


def _duckdb_pairs(column: str, key: str, value: str) -> str:
    first = f"list_position(list_transform({column}, lambda each: each.{key}), each.{key}) = number"
    there = f"list_filter({column}, lambda each, number: each.{key} IS NOT NULL AND {first})"
    entry = f"struct_pack(k := CAST(each.{key} AS VARCHAR), v := CAST(each.{value} AS VARCHAR))"
    return f"map_from_entries(list_transform({there}, lambda each: {entry}))"


DUCKDB_KEYS = KeyMaps(
    any_key=lambda tags, where: f"len(list_filter(map_keys({tags}), lambda key: {where('key')})) > 0",
    has=lambda tags, key: f"list_contains(map_keys({tags}), {key})",
    rekeyed=_duckdb_rekeyed,
    merged=lambda first, second: f"map_concat({first}, {second})",
    empty="MAP {}::MAP(VARCHAR, VARCHAR)",
    from_pairs=_duckdb_pairs,
)


def _spark_rekeyed(tags: str, where: OfKey, key: OfKey) -> str:
    chosen = f"filter(map_entries({tags}), each -> {where('each.key')})"
    return f"map_from_entries(transform({chosen}, each -> struct({key('each.key')}, each.value)))"


def _spark_merged(first: str, second: str) -> str:
    left = f"map_filter({first}, (key, value) -> NOT array_contains(map_keys({second}), key))"
    return f"map_concat({left}, {second})"


def _spark_pairs(column: str, key: str, value: str) -> str:
    earlier = f"array_position(transform({column}, other -> other.{key}), each.{key})"
    there = f"filter({column}, (each, number) -> each.{key} IS NOT NULL AND {earlier} = number + 1)"
    entry = f"struct(CAST(each.{key} AS STRING), CAST(each.{value} AS STRING))"
    return f"map_from_entries(transform({there}, each -> {entry}))"


SPARK_KEYS = KeyMaps(
    any_key=lambda tags, where: f"exists(map_keys({tags}), key -> {where('key')})",
    has=lambda tags, key: f"array_contains(map_keys({tags}), {key})",
    rekeyed=_spark_rekeyed,
    merged=_spark_merged,
    empty="CAST(map() AS MAP<STRING, STRING>)",
    from_pairs=_spark_pairs,
)


def _trino_rekeyed(tags: str, where: OfKey, key: OfKey) -> str:
    chosen = f"map_filter({tags}, (key, value) -> {where('key')})"
    return f"transform_keys({chosen}, (key, value) -> {key('key')})"


def _trino_pairs(column: str, key: str, value: str) -> str:
    there = f"filter({column}, each -> each.{key} IS NOT NULL)"
    entry = f"ROW(CAST(each.{key} AS VARCHAR), CAST(each.{value} AS VARCHAR))"
    every = f"multimap_from_entries(transform({there}, each -> {entry}))"
    return f"transform_values({every}, (key, found) -> element_at(found, 1))"


TRINO_KEYS = KeyMaps(
    any_key=lambda tags, where: f"any_match(map_keys({tags}), key -> {where('key')})",
    has=lambda tags, key: f"contains(map_keys({tags}), {key})",
    rekeyed=_trino_rekeyed,
    merged=lambda first, second: f"map_concat({first}, {second})",
    empty="CAST(MAP() AS MAP(VARCHAR, VARCHAR))",
    from_pairs=_trino_pairs,
)


def _bigquery_rekeyed(tags: str, where: OfKey, key: OfKey) -> str:
    made = f"SELECT AS STRUCT {key('each.key')} AS key, each.value AS value"
    return f"ARRAY({made} FROM UNNEST({tags}) AS each WHERE {where('each.key')})"


def _bigquery_has(tags: str, key: str) -> str:
    return f"EXISTS(SELECT 1 FROM UNNEST({tags}) AS other WHERE other.key = {key})"  # noqa: S608


def _bigquery_any(tags: str, where: OfKey) -> str:
    return f"EXISTS(SELECT 1 FROM UNNEST({tags}) AS each WHERE {where('each.key')})"  # noqa: S608


def _bigquery_merged(first: str, second: str) -> str:
    left = _bigquery_rekeyed(first, lambda key: f"NOT {_bigquery_has(second, key)}", lambda key: key)
    return f"ARRAY_CONCAT({left}, {second})"


def _bigquery_pairs(column: str, key: str, value: str) -> str:
    first = f"ARRAY_AGG(CAST(each.{value} AS STRING) ORDER BY place LIMIT 1)[OFFSET(0)] AS value"
    there = f"FROM UNNEST({column}) AS each WITH OFFSET AS place WHERE each.{key} IS NOT NULL"
    grouped = f"SELECT AS STRUCT CAST(each.{key} AS STRING) AS key, {first} {there} GROUP BY 1"
    return f"IF({column} IS NULL, NULL, ARRAY({grouped}))"


BIGQUERY_KEYS = KeyMaps(
    any_key=_bigquery_any,
    has=_bigquery_has,
    rekeyed=_bigquery_rekeyed,
    merged=_bigquery_merged,
    empty="ARRAY<STRUCT<key STRING, value STRING>>[]",
    from_pairs=_bigquery_pairs,
)


def _snowflake_keys(tags: str, where: OfKey) -> str:
    return f"FILTER(OBJECT_KEYS({tags}), each -> {where('each::VARCHAR')})"


def _snowflake_rekeyed(tags: str, where: OfKey, key: OfKey) -> str:
    put = f"OBJECT_INSERT(made, {key('each::VARCHAR')}, GET({tags}, each::VARCHAR))"
    return f"REDUCE({_snowflake_keys(tags, where)}, OBJECT_CONSTRUCT(), (made, each) -> {put})"


def _snowflake_merged(first: str, second: str) -> str:
    put = f"OBJECT_INSERT(made, each::VARCHAR, GET({second}, each::VARCHAR), TRUE)"
    return f"REDUCE(OBJECT_KEYS({second}), {first}, (made, each) -> {put})"


SNOWFLAKE_KEYS = KeyMaps(
    any_key=lambda tags, where: f"ARRAY_SIZE({_snowflake_keys(tags, where)}) > 0",
    has=lambda tags, key: f"ARRAY_CONTAINS({key}::VARIANT, OBJECT_KEYS({tags}))",
    rekeyed=_snowflake_rekeyed,
    merged=_snowflake_merged,
    empty="OBJECT_CONSTRUCT()",
)
