"""The JSON Schema of a policy file, and of its kin, made from the typed definition that the loader uses."""

from collections.abc import Mapping
from functools import cache
from typing import Any

SCHEMA_ID = "urn:tagward:schema:policy:v1"

_ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


@cache
def json_schema() -> dict[str, Any]:
    """Build the schema (JSON Schema 2020-12) that editors and error messages use."""
    from tagward.language import CONDITION_SCHEMA, PolicyFile

    return schema_of(PolicyFile, SCHEMA_ID, {"Condition": CONDITION_SCHEMA})


def schema_of(shape: type, identifier: str, further: Mapping[str, Any] = {}) -> dict[str, Any]:
    """Build the schema of the files of a shape, with further definitions that the shape refers to."""
    import msgspec

    generated = msgspec.json.schema(shape)
    definitions: dict[str, Any] = {name: _strict(each) for name, each in generated["$defs"].items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": identifier,
        "$defs": dict(sorted((definitions | dict(further)).items())),
        "$ref": generated["$ref"],
    }


def _strict(node: Any) -> Any:
    """Spell dates out: `format` alone is only advice to a validator."""
    if isinstance(node, list):
        return [_strict(each) for each in node]
    if not isinstance(node, dict):
        return node
    inner = {key: _strict(value) for key, value in node.items()}
    return inner | {"pattern": _ISO_DATE} if inner.get("format") == "date" else inner
