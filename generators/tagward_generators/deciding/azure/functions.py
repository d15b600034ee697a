"""The template functions that are evaluated, as strict as Azure is documented to be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tagward_generators.deciding.azure.scene import Failed, Scene, fold, lower, property_of
from tagward_generators.deciding.rulings import RefusedError

WHITE = (
    "\t\n\v\f\r \x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What .NET takes for white space."""

_TAG = re.compile(
    r"tags\[(?:'(?P<quoted>.*)'|(?P<plain>[^']*))\]|tags\.(?P<dotted>.+)", re.DOTALL | re.IGNORECASE
)
_FIELDS = ("name", "type", "location", "tags")


def field(scene: Scene, name: str) -> Any:
    """Return a field of the resource; None when it is not there."""
    tag = tag_named(name)
    return property_of(scene.resource, name) if tag is None else property_of(scene.resource.get("tags"), tag)


def check_field(name: Any) -> None:
    """Raise RefusedError unless a field is one that requests vary in."""
    if not isinstance(name, str):
        raise RefusedError("it looks at a field whose name is made up")
    if tag_named(name) is None and name.lower() not in _FIELDS:
        raise RefusedError(f"it looks at the field `{name}`")


@cache
def tag_named(field: str) -> str | None:
    """Return the name of the tag that a field is: `tags['x']`, `tags[x]` or `tags.x`."""
    found = _TAG.fullmatch(field)
    if found is None:
        return None
    quoted = found["quoted"]
    return quoted.replace("''", "'") if quoted is not None else found["plain"] or found["dotted"]


def text(value: Any) -> str:
    """Insist on a text."""
    if not isinstance(value, str):
        raise Failed("not a text")
    return value


def whole(value: Any) -> int:
    """Insist on a number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Failed("not a number")
    return value


def as_boolean(value: Any) -> bool:
    """Insist on a truth value."""
    if not isinstance(value, bool):
        raise Failed("neither true nor false")
    return value


def _current(scene: Scene, name: str) -> Any:
    if name not in scene.current:
        raise Failed(f"nothing is counted as `{name}`")
    return scene.current[name]


def _length(value: Any) -> int:
    """Count elements, or the units of UTF-16."""
    if isinstance(value, Mapping | list):
        return len(value)
    return len(text(value).encode("utf-16-le", "surrogatepass")) // 2


def _empty(value: Any) -> bool:
    return value is None or _length(value) == 0


def _units(value: Any, start: int | None, end: int | None) -> str:
    units = text(value).encode("utf-16-le", "surrogatepass")
    cut = units[None if start is None else 2 * start : None if end is None else 2 * end]
    return cut.decode("utf-16-le", "surrogatepass")


def _string(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _upper(value: str) -> str:
    return fold(text(value))


def _replace(value: Any, old: Any, new: Any) -> str:
    if not text(old):
        raise Failed("nothing to replace")
    return text(value).replace(old, text(new))


OF_SCENE: Mapping[str, Callable[..., Any]] = {
    "field": field,
    "current": _current,
    "resourcegroup": lambda scene: scene.group,
    "subscription": lambda scene: scene.subscription,
}

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "concat": lambda *values: "".join(map(text, values)),
    "empty": _empty,
    "length": _length,
    "replace": _replace,
    "skip": lambda value, count: _units(value, max(whole(count), 0), None),
    "string": _string,
    "sub": lambda left, right: whole(left) - whole(right),
    "take": lambda value, count: _units(value, None, max(whole(count), 0)),
    "tolower": lambda value: lower(text(value)),
    "toupper": _upper,
    "trim": lambda value: text(value).strip(WHITE),
}
