"""Modules held against what providers publish: every type, argument and block name, and what is required."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.terraform.modules import Body, arguments, blocks, inner_blocks

SCHEMAS: dict[str, Any] = json.loads((Path(__file__).parent / "schemas.json").read_text())

META = frozenset(
    ("count", "depends_on", "for_each", "lifecycle", "provider", "provisioner", "connection", "alias")
)
"""What Terraform itself knows in every block."""


def complaints(directory: Path) -> Iterator[str]:
    """Say what of a module its providers do not publish."""
    for kind in ("resource", "data", "provider"):
        for block in blocks(directory, kind):
            place = f"{directory.name}: {kind} {'.'.join(block.labels)}"
            schema = SCHEMAS[kind].get(block.labels[0])
            if schema is None:
                yield f"{place}: not in schemas.json; add it to scripts/catalog/terraform_schemas.py"
            else:
                yield from (
                    f"{place}: {said}" for said in _of_body(block.body, schema, whole=kind != "provider")
                )


def _of_body(body: Body, schema: dict[str, Any], *, whole: bool) -> Iterator[str]:
    attributes, nested = schema["attributes"], schema["blocks"]
    given = {name for name in arguments(body) if name not in META}
    for name in sorted(given - attributes.keys()):
        yield f"no argument `{name}`{' (it is a block)' if name in nested else ''}"
    for name in sorted(given & attributes.keys()):
        if attributes[name]["is"] == "computed":
            yield f"`{name}` cannot be set"
    if whole:
        required = {name for name, each in attributes.items() if each["is"] == "required"}
        yield from (f"`{name}` is required" for name in sorted(required - given))
    yield from _of_blocks(body, nested)


def _of_blocks(body: Body, nested: dict[str, Any]) -> Iterator[str]:
    written = [(name, inner) for name, inner in inner_blocks(body) if name not in META]
    for name, inner in written:
        if name not in nested:
            yield f"no block `{name}`"
        else:
            yield from (f"{name}: {said}" for said in _of_body(inner, nested[name], whole=True))
    names = [name for name, _ in written]
    for name, each in nested.items():
        if each["required"] and name not in names:
            yield f"the block `{name}` is required"
