"""Where in an object the labels of its pods and volumes stand."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from tagward.catalog import ANY, EACH, VALUE
from tagward_service.sources.kubernetes.objects import as_mapping
from tagward_service.sources.kubernetes.unseen import Unseen

Step = str | int

_ROLE = re.compile(r"(?:GroupSpec|PodTemplate|Template|Spec)$")
_NAMES = ("name", "groupName")
_HOLDERS: dict[str, tuple[type, ...]] = {ANY: (list, Mapping), EACH: (list, Unseen), VALUE: (Mapping,)}
_MOST_SEARCHED = 5_000
_DEEPEST = 12


class Spot(Struct, frozen=True):
    """A part of an object: the way to it, its value, and the name of the listed thing it belongs to."""

    path: tuple[Step, ...]
    value: Any
    owner: str = ""

    def place(self, inner: str = "") -> str:
        """Write the way to it, or to a place inside it, as people do: `spec.tasks[0].template`."""
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return ".".join(part for part in (text.removeprefix("."), inner) if part)


def find_spots(root: Any, pattern: str) -> Iterator[Spot]:
    """Find what stands at a path of the catalogue, in the order of the file."""
    spots = [Spot((), root)]
    for step in pattern.split(".") if pattern else ():
        spots = [inner for spot in spots for inner in _step(spot, step)]
    yield from (spot for spot in spots if isinstance(spot.value, Mapping))


def _step(spot: Spot, step: str) -> Iterator[Spot]:
    if step in _HOLDERS:
        yield from _elements(spot) if isinstance(spot.value, _HOLDERS[step]) else ()
    elif isinstance(spot.value, Mapping) and spot.value.get(step) is not None:
        yield Spot((*spot.path, step), spot.value[step], spot.owner)


def _elements(spot: Spot) -> Iterator[Spot]:
    if isinstance(spot.value, list):
        for index, value in enumerate(spot.value):
            yield Spot((*spot.path, index), value, name_of(value))
    elif isinstance(spot.value, Mapping):
        for key, value in spot.value.items():
            yield Spot((*spot.path, key), value, key)


def name_of(value: Any) -> str:
    """Return the name of an element of a list, "" if it has none."""
    element = as_mapping(value)
    names = (*(element.get(key) for key in _NAMES), as_mapping(element.get("metadata")).get("name"))
    return next((name for name in names if isinstance(name, str) and name), "")


def value_at(root: Any, path: str) -> Any:
    """Give the value at a dotted path, or None."""
    for step in path.split("."):
        root = as_mapping(root).get(step)
    return root


def role_of(pattern: str) -> str:
    """Name what a template is for by the last word of its path: `headGroupSpec` is the head."""
    return _ROLE.sub("", pattern.rpartition(".")[2])


def find_pod_template(root: Any) -> Spot | None:
    """Search an object of an unknown kind, within bounds, for a pod template, or a pod's spec without one."""
    queue = deque([Spot((), root)])
    for _ in range(_MOST_SEARCHED):
        if not queue:
            return None
        spot = queue.popleft()
        if spot.path and (_is_template(spot.value) or _is_pod_spec(spot.value)):
            return spot
        if len(spot.path) < _DEEPEST:
            queue.extend(_elements(spot))
    return None


def _is_template(value: Any) -> bool:
    return isinstance(value_at(value, "spec.containers"), list)


def _is_pod_spec(value: Any) -> bool:
    containers = as_mapping(value).get("containers")
    return isinstance(containers, list) and any(
        {"name", "image"} <= as_mapping(each).keys() for each in containers
    )
