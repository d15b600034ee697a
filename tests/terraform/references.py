"""What the files of a module refer to, held against what there is: variables, locals, resources, outputs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.terraform.modules import blocks, names
from tests.terraform.published import SCHEMAS

_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_SIMPLE = re.compile(r"\b(?P<kind>var|local)\.(?P<name>\w+)")
_MODULE = re.compile(r"\bmodule\.(?P<name>\w+)\.(?P<output>\w+)")
_RESOURCE = re.compile(
    r"(?:(?P<data>\bdata\.)|(?<![\w.\"]))(?P<type>(?:aws|azurerm|google|kubernetes)_\w+)\.(?P<name>\w+)"
    r"(?:\[[^\]]*\])?(?:\.(?P<attribute>\w+))?"
)


def complaints(directory: Path) -> Iterator[str]:
    """Say what is referred to and not there, and which variables and locals nothing refers to."""
    text = "\n".join(_COMMENT.sub("", path.read_text()) for path in sorted(directory.glob("*.tf")))
    declared = {"var": set(names(directory, "variable")), "local": set(_locals(directory))}
    used: dict[str, set[str]] = {"var": set(), "local": set()}
    for found in _SIMPLE.finditer(text):
        used[found["kind"]].add(found["name"])
    for kind, known in declared.items():
        yield from (f"no {kind}.{name}" for name in sorted(used[kind] - known))
        yield from (f"{kind}.{name} is used nowhere" for name in sorted(known - used[kind]))
    yield from _of_resources(directory, text)
    yield from _of_modules(directory, text)


def _locals(directory: Path) -> Iterator[str]:
    for block in blocks(directory, "locals"):
        yield from (name for name in block.body if not name.startswith("__"))


def _of_resources(directory: Path, text: str) -> Iterator[str]:
    declared = {(kind, *block.labels) for kind in ("resource", "data") for block in blocks(directory, kind)}
    for found in _RESOURCE.finditer(text):
        kind = "data" if found["data"] else "resource"
        place = f"{kind} {found['type']}.{found['name']}"
        if (kind, found["type"], found["name"]) not in declared:
            yield f"no {place}"
        elif found["attribute"] and found["attribute"] not in _attributes(kind, found["type"]):
            yield f"{place} has no `{found['attribute']}`"


def _attributes(kind: str, type_: str) -> set[str]:
    schema: dict[str, Any] = SCHEMAS[kind][type_]
    return {*schema["attributes"], *schema["blocks"]}


def _of_modules(directory: Path, text: str) -> Iterator[str]:
    called = {block.labels[0]: block.body["source"].strip('"') for block in blocks(directory, "module")}
    for found in _MODULE.finditer(text):
        source = called.get(found["name"])
        if source is None:
            yield f"no module {found['name']}"
        elif found["output"] not in names((directory / source).resolve(), "output"):
            yield f"module {found['name']} has no output `{found['output']}`"
