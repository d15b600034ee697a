"""Tag properties of CloudFormation resource types, read from the resource schemas."""

import json
from pathlib import Path
from typing import Any

from scripts.catalog.layout import render
from scripts.catalog.sources import named, package_directory

NOTE = (
    "CloudFormation resource type -> the property that holds tags, by kind: list (of Key and Value) or map. "
    "An empty entry is a known type without one."
)


def build() -> str:
    """Return the text of cloudformation.json."""
    types = {name: tag_property(schema) for name, schema in read_schemas()}
    return render(named("cfn-lint"), NOTE, {"types": types})


def type_names() -> list[str]:
    """Return every CloudFormation resource type of the reference region."""
    return sorted(_index(_directory()))


def read_schemas() -> list[tuple[str, dict[str, Any]]]:
    """Return each resource type of the reference region with its schema."""
    directory = _directory()
    resources = directory / "resources"
    return [
        (name, json.loads((resources / f"{digest}.json").read_text()))
        for name, digest in _index(directory).items()
    ]


def tag_property(schema: dict[str, Any]) -> dict[str, str]:
    """Return the top-level property that takes tags with its kind; nothing when there is none."""
    properties = schema.get("properties", {})
    pointer = schema.get("tagging", {}).get("tagProperty", "/properties/Tags")
    name = pointer.removeprefix("/properties/")
    if name not in properties or schema.get("tagging", {}).get("taggable") is False:
        return {}
    return {name: _kind(schema, properties[name])}


def _kind(schema: dict[str, Any], declared: dict[str, Any]) -> str:
    while "$ref" in declared:
        declared = schema["definitions"][declared["$ref"].rsplit("/", 1)[-1]]
    return "list" if "items" in declared or "array" in declared.get("type", ()) else "map"


def _directory() -> Path:
    return package_directory("cfnlint") / "data" / "schemas"


def _index(directory: Path) -> dict[str, str]:
    # The region with the most resource types; the others hold a subset but for a handful.
    index: dict[str, str] = json.loads((directory / "providers" / "us-east-1.json").read_text())
    return index
