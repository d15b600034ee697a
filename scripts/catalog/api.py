"""Which AWS API operations take tags, read from the API models."""

import gzip
import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

from scripts.catalog.sources import package_directory

ENDINGS = ("tag", "tags", "taglist", "tagslist", "tagset", "tagspecification", "tagspecifications")
CONTAINERS = ("list", "map", "structure")


def takes_tags(service: str, action: str) -> bool:
    """Return whether the operation behind an IAM action has a parameter for tags."""
    return any(
        _input_has_tags(model, action)
        for model in _models().get(service, ())
        if action in model["operations"]
    )


@cache
def _models() -> dict[str, list[dict[str, Any]]]:
    """Return the newest model of every API, by each name that IAM may know it by."""
    found = defaultdict(list)
    for directory in sorted((package_directory("botocore") / "data").iterdir()):
        versions = sorted(directory.glob("*/service-2.json.gz"))
        if not versions:
            continue
        model = _read(versions[-1])
        metadata = model["metadata"]
        # The authorization reference names a service as requests are signed: bedrock-agent signs as bedrock.
        for name in {directory.name, metadata.get("signingName"), metadata["endpointPrefix"]} - {None}:
            found[name].append(model)
    return dict(found)


def _read(path: Path) -> dict[str, Any]:
    model: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return model


def _input_has_tags(model: dict[str, Any], action: str) -> bool:
    """Look at the input's members and one level below, where S3 and Spot Fleet keep them."""
    shapes = model["shapes"]
    shape = (
        shapes[model["operations"][action].get("input", {}).get("shape", "")]
        if _has_input(model, action)
        else {}
    )
    return _has_tag_member(shapes, shape) or any(
        _has_tag_member(shapes, _element(shapes, member["shape"]))
        for member in shape.get("members", {}).values()
    )


def _has_input(model: dict[str, Any], action: str) -> bool:
    return "input" in model["operations"][action]


def _element(shapes: dict[str, Any], name: str) -> dict[str, Any]:
    shape: dict[str, Any] = shapes[name]
    return shapes[shape["member"]["shape"]] if shape["type"] == "list" else shape


def _has_tag_member(shapes: dict[str, Any], shape: dict[str, Any]) -> bool:
    return any(
        name.lower().endswith(ENDINGS) and shapes[member["shape"]]["type"] in CONTAINERS
        for name, member in shape.get("members", {}).items()
    )
