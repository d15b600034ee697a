"""The encodings of tags in bills, each turned into a map of texts by DuckDB."""

from __future__ import annotations

import re

MAP = "MAP(VARCHAR, VARCHAR)"


def tag_map(column: str, kind: str) -> str:
    """Return the SQL that makes a map of a column; `kind` is its type in DuckDB.

    Bills hold maps (AWS, Parquet), JSON text (FOCUS), JSON text without its braces (Azure's own export) and
    lists of structs with a key and a value (GCP). What cannot be read is NULL.
    """
    plain = kind.upper()
    if plain.startswith("MAP("):
        return f"TRY_CAST({column} AS {MAP})"
    if plain.endswith("[]") and plain.startswith("STRUCT("):
        return _of_list(column, kind)
    if plain.startswith("STRUCT("):
        return _of_json(f"to_json({column})")
    return _of_json(_braced(column))


def _braced(column: str) -> str:
    """Read JSON text; what does not begin with a brace has lost both of them."""
    trimmed = f"trim({column}, ' \t\r\n')"
    return (
        f"TRY_CAST(CASE WHEN starts_with({trimmed}, '{{') THEN {column} "
        f"ELSE concat('{{', {column}, '}}') END AS JSON)"
    )


def _of_json(json: str) -> str:
    """Read an object; of a key that stands there twice, which FOCUS forbids, the first value counts."""
    keys = f"list_distinct(json_keys({json}))"
    entry = f"struct_pack(k := key, v := json_extract_string({json}, {_path('key')}))"
    repaired = f"map_from_entries(list_transform({keys}, lambda key: {entry}))"
    return f"coalesce(TRY_CAST({json} AS {MAP}), CASE WHEN json_type({json}) = 'OBJECT' THEN {repaired} END)"


def _path(key: str) -> str:
    """Write the JSON path of a key that may hold anything."""
    escaped = f"replace(replace({key}, '\\', '\\\\'), '\"', '\\\"')"
    return f"concat('$.\"', {escaped}, '\"')"


def _of_list(column: str, kind: str) -> str:
    key, value = (_field(kind, name) for name in ("key", "value"))
    keys = f"list_transform({column}, lambda each: each.{key})"
    first = f"list_position({keys}, each.{key}) = number"
    there = f"list_filter({column}, lambda each, number: each.{key} IS NOT NULL AND {first})"
    entry = f"struct_pack(k := CAST(each.{key} AS VARCHAR), v := CAST(each.{value} AS VARCHAR))"
    return f"map_from_entries(list_transform({there}, lambda each: {entry}))"


def _field(kind: str, name: str) -> str:
    """Find how a list of structs spells a field."""
    found = re.search(rf'["(, ]({name})["\s]', kind, re.IGNORECASE)
    return f'"{found[1]}"' if found else f'"{name}"'
