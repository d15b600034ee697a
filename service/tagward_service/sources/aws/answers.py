"""Walking through answers of AWS: paths, templates, and tags in all the shapes they come in."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tagward_service.sources.aws.problems import Odd

RESERVED = "aws:"
"""Keys that begin so are made by AWS, and nobody can set them."""

_FIELD = re.compile(r"\{(\w+)\}")
_SHAPES = (("Key", "Value"), ("key", "value"), ("TagKey", "TagValue"))


def items(answer: Any, path: str) -> Iterator[Any]:
    """Walk through an answer; `[]` in the path stands for every item of a list, which may be absent."""
    step, _, rest = path.partition(".")
    found = answer.get(step.removesuffix("[]")) if isinstance(answer, Mapping) else None
    if found is None:
        return
    for each in found if step.endswith("[]") else (found,):
        if rest:
            yield from items(each, rest)
        else:
            yield each


def member(answer: Any, path: str) -> Any:
    """Return what is at a path without lists; None where nothing is."""
    return next(items(answer, path), None)


def filled(template: str, values: Mapping[str, Any]) -> str:
    """Fill in a template; raise Odd when a member that it needs is not there."""
    return _FIELD.sub(lambda field: _needed(values, field[1]), template)


def filled_or_empty(template: str, values: Mapping[str, Any]) -> str:
    """Fill in a template of one member that may be absent."""
    return _FIELD.sub(lambda field: _text(values.get(field[1])), template)


def tags_of(answer: Any) -> dict[str, str]:
    """Read tags: a map, or a list of pairs under any of their names; without those of AWS itself."""
    pairs = answer.items() if isinstance(answer, Mapping) else map(_pair, answer or ())
    return {key: value for key, value in pairs if not key.startswith(RESERVED)}


def _pair(tag: Any) -> tuple[str, str]:
    for key, value in _SHAPES:
        if isinstance(tag, Mapping) and key in tag:
            return tag[key], tag.get(value) or ""
    raise Odd("a tag without a key")


def _needed(values: Mapping[str, Any], name: str) -> str:
    found = _text(values.get(name))
    if not found:
        raise Odd(f"an item without `{name}`")
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
