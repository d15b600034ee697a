"""Places in an object before and after an update: lists are reordered, what they hold has a name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tagward_service.sources.kubernetes.objects import as_mapping
from tagward_service.sources.kubernetes.templates import Step, name_of

_STEP = re.compile(r"\[([0-9]+)\]|([^.\[\]]+)")


class Places:
    """Writes places in one of two versions of an object alike where they are the same thing.

    An element of a list is known by its name if both versions have exactly one of that name, else by its
    number.
    """

    def __init__(self, here: Any, there: Any) -> None:
        self._here = here
        self._there = there
        self._lists: dict[int, dict[str, int]] = {}

    def identity(self, place: str) -> str:
        """Write `spec.tasks[0].template` as `spec.tasks["train"].template`."""
        return self.of(int(number) if number else key for number, key in _STEP.findall(place))

    def of(self, path: Iterable[Step]) -> str:
        """Write a path likewise."""
        return ".".join(self._steps(path))

    def _steps(self, path: Iterable[Step]) -> Iterator[str]:
        here, there = self._here, self._there
        for step in path:
            if isinstance(step, str):
                yield step
                here, there = as_mapping(here).get(step), as_mapping(there).get(step)
                continue
            name, other = self._twin(here, there, step)
            yield f'["{name}"]' if name else f"[{step}]"
            here, there = _element(here, step), _element(there, other)

    def _twin(self, here: Any, there: Any, index: int) -> tuple[str, int]:
        """Return the name that an element goes by, and where it is in the other version."""
        name = name_of(_element(here, index))
        if name in self._named(here) and name in self._named(there):
            return name, self._named(there)[name]
        return "", index

    def _named(self, elements: Any) -> dict[str, int]:
        """Return where the elements are whose name no other one has."""
        if not isinstance(elements, list):
            return {}
        known = self._lists.get(id(elements))
        if known is None:
            names = [name_of(each) for each in elements]
            count = Counter(names)
            known = {name: at for at, name in enumerate(names) if name and count[name] == 1}
            self._lists[id(elements)] = known
        return known


def _element(elements: Any, index: int) -> Any:
    return elements[index] if isinstance(elements, list) and index < len(elements) else None
