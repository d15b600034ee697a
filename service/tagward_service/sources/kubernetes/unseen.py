"""A part of an object that nobody has seen yet: it may hold anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tagward.resource import Unknown


class Unseen(Mapping[str, Any]):
    """Stands where a value will be when an expression is known; what is looked for in it is unseen, too."""

    def __init__(self, unknown: Unknown) -> None:
        self.unknown = unknown

    def __getitem__(self, key: str) -> Unseen:
        return self

    def __iter__(self) -> Iterator[str]:
        yield "*"

    def __len__(self) -> int:
        return 1

    def __contains__(self, key: object) -> bool:
        return True
