"""Blocks in a change: values beside the marks of what is unknown, and tags written as key and value pairs."""

from collections.abc import Callable

from msgspec import UNSET

from tagward.resource import Unknown
from tagward_service.sources.terraform.labels import Shown
from tagward_service.sources.terraform.schema import Json, MakerAttributes, Marks

Blocks = list[tuple[dict[str, Json], dict[str, Json]]]
"""Blocks, each with its marks."""

PathCause = Callable[..., Unknown | None]
"""Tells which expressions make the value at a path unknown; None when the configuration shows none."""


def paired(values: Json, marks: Json) -> Blocks:
    """Pair the blocks of a list with their marks; what is no block is left out."""
    blocks = values if type(values) is list else []
    marked = marks if type(marks) is list else []
    marked = marked + [{}] * (len(blocks) - len(marked))
    return [
        (block, mark if type(mark) is dict else {})
        for block, mark in zip(blocks, marked, strict=False)
        if type(block) is dict
    ]


def pairs_shown(values: Json, marks: Json, *, launched: bool = False) -> Shown:
    """Read a list of key and value blocks as a label map: all of them, or those passed on at launch."""
    if type(values) is not list:
        return Shown(values, marks)
    own: dict[str, Json] = {}
    unknown: dict[str, Json] = {}
    for block, mark in paired(values, marks):
        key = block.get("key")
        if type(key) is str and (not launched or block.get("propagate_at_launch") in (True, "true", "1")):
            own[key] = block.get("value")
            unknown[key] = mark.get("value")
    return Shown(own, {key: True for key, mark in unknown.items() if mark})


def group_attribute(after: MakerAttributes, unknown: Marks) -> str:
    """Return the attribute that holds the tags of an Auto Scaling group: `tag` blocks, or `tags` of old."""
    if type(after.tags) is list and after.tags and not after.tag:
        return "tags"
    return "tags" if after.tag is UNSET and unknown.tag is UNSET and after.tags is not UNSET else "tag"


def block_cause(cause: PathCause, *path: str) -> Unknown:
    """Name what decides a block; dynamic blocks are the ones that the configuration in a plan leaves out."""
    return cause(*path) or Unknown(f"a dynamic `{path[0]}` block")
