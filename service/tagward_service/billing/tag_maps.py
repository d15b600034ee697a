"""The encodings of tags in bills, each turned into a map of texts by DuckDB."""

from __future__ import annotations

import re

from tagward_service.billing.sql_text import literal

MAP = "MAP(VARCHAR, VARCHAR)"

KEYS = ("key", "tagkey", "name", "tagname", "k")
VALUES = ("value", "tagvalue", "v")
"""What lists of structs call their two fields, in whatever case, with or without `_`."""

_WRAPPERS = ("key_value", "map", "entries", "list", "bag", "array")
_ELEMENTS = ("element", "item", "array_element", "array")
_NAME = r'"(?:[^"]|"")+"|\w+'


def tag_map(column: str, kind: str) -> str:
    """Return the SQL that makes a map of a column; `kind` is its type in DuckDB.

    Bills hold maps (AWS, Parquet), JSON text (FOCUS), JSON text without its braces (Azure's own export),
    lists of structs with a key and a value (GCP), such lists as JSON text, and structs with a field for each
    key that occurs. Warehouses write maps and lists as structs with one field, `key_value` or `list`. What
    cannot be read is NULL, and so are tags that are structs or lists of their own.
    """
    column, kind = _unwrapped(column, kind)
    plain = kind.upper()
    if plain.endswith("[]") and plain.startswith("STRUCT("):
        return _of_list(column, kind)
    if re.search(r"STRUCT\(|MAP\(|\[\d*\]", _unquoted(plain[4:])):
        return f"NULL::{MAP}"
    if plain.startswith("MAP("):
        return _of_map(column)
    if plain.startswith("STRUCT("):
        return _without_nulls(_of_json(f"to_json({column})"))
    if plain in ("VARCHAR", "JSON"):
        return _of_json(_braced(f"CAST({column} AS VARCHAR)"))
    return f"NULL::{MAP}"


def _unwrapped(column: str, kind: str) -> tuple[str, str]:
    """Take out the list that a struct has as its only field, and what each of its elements is wrapped in."""
    only = re.fullmatch(rf"STRUCT\(({_NAME}) (STRUCT\(.*\)\[\])\)", kind)
    if only and only[1].strip('"').lower() in _WRAPPERS:
        column, kind = f"{column}.{only[1]}", only[2]
    each = re.fullmatch(rf"STRUCT\(({_NAME}) (STRUCT\(.*\))\)\[\]", kind)
    if each and each[1].strip('"').lower() in _ELEMENTS:
        column, kind = f"list_transform({column}, lambda each: each.{each[1]})", f"{each[2]}[]"
    return column, kind


def _unquoted(kind: str) -> str:
    """Leave out names in quotes, which may look like types."""
    return re.sub(r'"(?:[^"]|"")*"', "", kind)


def _of_map(column: str) -> str:
    """Read a map; of a key that it has twice, which Parquet does not forbid, the first value counts."""
    is_one = f"list_unique(map_keys({column})) = cardinality({column})"
    first = _of_list(f"map_entries({column})", 'STRUCT("key" VARCHAR, "value" VARCHAR)[]')
    return f"CASE WHEN {is_one} THEN TRY_CAST({column} AS {MAP}) WHEN {column} IS NOT NULL THEN {first} END"


def _braced(column: str) -> str:
    """Read JSON text; what does not begin with a brace or bracket has lost its braces."""
    begins = f"substr(ltrim({column}, ' \t\r\n'), 1, 1)"
    return (
        f"TRY_CAST(CASE WHEN {begins} IN ('{{', '[') THEN {column} "
        f"ELSE concat('{{', {column}, '}}') END AS JSON)"
    )


def _of_json(json: str) -> str:
    """Read an object; of a key that stands there twice, which FOCUS forbids, the first value counts."""
    keys = f"list_distinct(json_keys({json}))"
    entry = f"struct_pack(k := key, v := json_extract_string({json}, {_path('key')}))"
    repaired = f"map_from_entries(list_transform({keys}, lambda key: {entry}))"
    return (
        f"coalesce(TRY_CAST({json} AS {MAP}), CASE json_type({json}) WHEN 'OBJECT' THEN {repaired} "
        f"WHEN 'ARRAY' THEN {_of_pairs(f'TRY_CAST({json} AS {MAP}[])')} END)"
    )


def _of_pairs(maps: str) -> str:
    """Read a list of maps with a key and a value each, which is what lists of structs become as JSON."""

    def field(names: tuple[str, ...]) -> str:
        low = "regexp_replace(lower(field.key), '[^a-z]', '', 'g')"
        listed = ", ".join(map(literal, names))
        return f"list_filter(map_entries(each), lambda field: {low} IN ({listed}))[1].value"

    pairs = f"list_transform({maps}, lambda each: struct_pack(k := {field(KEYS)}, v := {field(VALUES)}))"
    told = f"list_filter({pairs}, lambda pair: pair.k IS NOT NULL)"
    keys = f"list_transform({told}, lambda pair: pair.k)"
    first = f"list_filter({told}, lambda pair, number: list_position({keys}, pair.k) = number)"
    return f"CASE WHEN len({told}) = len({maps}) THEN map_from_entries({first}) END"


def _without_nulls(tags: str) -> str:
    """Leave out keys without a value: a struct has a field for every key that any line has."""
    return f"map_from_entries(list_filter(map_entries({tags}), lambda each: each.value IS NOT NULL))"


def _path(key: str) -> str:
    """Write the JSON path of a key that may hold anything."""
    escaped = f"replace(replace({key}, '\\', '\\\\'), '\"', '\\\"')"
    return f"concat('$.\"', {escaped}, '\"')"


def _of_list(column: str, kind: str) -> str:
    found = _fields(kind)
    if found is None:
        return f"NULL::{MAP}"
    key, value = found
    keys = f"list_transform({column}, lambda each: each.{key})"
    first = f"list_position({keys}, each.{key}) = number"
    there = f"list_filter({column}, lambda each, number: each.{key} IS NOT NULL AND {first})"
    entry = f"struct_pack(k := CAST(each.{key} AS VARCHAR), v := CAST(each.{value} AS VARCHAR))"
    return f"map_from_entries(list_transform({there}, lambda each: {entry}))"


def _fields(kind: str) -> tuple[str, str] | None:
    """Find what a list of structs calls its keys and values, None where that cannot be told."""
    names = re.findall(rf"(?:\(|, )({_NAME}) ", kind)
    plain = {re.sub(r"[^a-z]", "", each.lower()): each for each in reversed(names)}
    key = next((plain[each] for each in KEYS if each in plain), None)
    value = next((plain[each] for each in VALUES if each in plain), None)
    return (key, value) if key and value else None
