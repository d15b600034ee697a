"""Terraform modules as data: their blocks, read by an HCL parser, and what they pass to each other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
from msgspec import Struct

ROOT = Path(__file__).parents[2] / "terraform"
MODULES = tuple(sorted(path.parent for path in ROOT.glob("*/main.tf")))
PARTS = tuple(sorted(path.parent for path in ROOT.glob("*/*/main.tf") if path.parts[-3] != "examples"))
EXAMPLES = tuple(sorted(path.parent for path in ROOT.glob("examples/*/main.tf")))
EVERY = (*MODULES, *PARTS, *EXAMPLES)
"""Modules, modules inside of modules, and what calls them."""

Body = dict[str, Any]

IS_BLOCK = "__is_block__"
COMMENTS = ("__comments__", "__inline_comments__")


class Block(Struct, frozen=True):
    """A block with its labels: `resource "TYPE" "NAME"`."""

    kind: str
    labels: tuple[str, ...]
    body: Body


def blocks(directory: Path, kind: str) -> Iterator[Block]:
    """List the blocks of a kind at the top of a module's files."""
    for path in sorted(directory.glob("*.tf")):
        with path.open() as file:
            for written in hcl2.load(file).get(kind, ()):
                yield _labelled(kind, written)


def _labelled(kind: str, written: Body) -> Block:
    labels: tuple[str, ...] = ()
    while IS_BLOCK not in written:
        ((label, written),) = ((key, value) for key, value in written.items() if key not in COMMENTS)
        labels = (*labels, label.strip('"'))
    return Block(kind, labels, written)


def arguments(body: Body) -> dict[str, Any]:
    """Return what a body sets by `name = value`."""
    return {
        name: value
        for name, value in body.items()
        if name != IS_BLOCK and name not in COMMENTS and not _is_blocks(value)
    }


def inner_blocks(body: Body) -> Iterator[tuple[str, Body]]:
    """List the blocks in a body by name, those that `dynamic` makes too."""
    for name, value in body.items():
        if name in COMMENTS or not _is_blocks(value):
            continue
        for written in value:
            if name == "dynamic":
                block = _labelled(name, written)
                yield block.labels[0], block.body["content"][0]
            else:
                yield name, written


def _is_blocks(value: object) -> bool:
    """Say whether a value is what the parser makes of blocks, labelled ones too."""
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(each, dict) and _holds_block(each) for each in value)


def _holds_block(written: Body) -> bool:
    return IS_BLOCK in written or any(
        isinstance(each, dict) and _holds_block(each) for each in written.values()
    )


def names(directory: Path, kind: str) -> dict[str, Body]:
    """Return the variables or outputs of a module."""
    return {block.labels[0]: block.body for block in blocks(directory, kind)}
