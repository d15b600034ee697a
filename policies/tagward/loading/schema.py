"""The JSON Schema of a policy file, made from the typed definition that the loader uses."""

from functools import cache
from typing import Any

SCHEMA_ID = "urn:tagward:schema:policy:v1"

_ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


@cache
def json_schema() -> dict[str, Any]:
    """Build the schema (JSON Schema 2020-12) that editors and error messages use."""
    import msgspec

    from tagward.language import CONDITION_SCHEMA, PolicyFile

    generated = msgspec.json.schema(PolicyFile)
    definitions: dict[str, Any] = {name: _strict(each) for name, each in generated["$defs"].items()}
    definitions["Condition"] = CONDITION_SCHEMA
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "$defs": dict(sorted(definitions.items())),
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
