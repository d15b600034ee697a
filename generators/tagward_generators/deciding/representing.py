"""A few of many names that an expression lists stand for all: it treats them alike."""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

REPRESENTATIVES = 2
"""Of names that both sides list, so many are tried; of all others, every one."""

T = TypeVar("T")
U = TypeVar("U")


class Few(Generic[U, T]):
    """What is named: of what both sides name a few, and all that only one side does."""

    def __init__(self, find: Callable[[U], Iterable[T]], was: Iterable[U], now: Iterable[U]) -> None:
        self._find = find
        before, after = ({name for each in side for name in find(each)} for side in (was, now))
        self._differing = before ^ after

    def of(self, each: U) -> list[T]:
        """Choose from what one of them names."""
        found = list(dict.fromkeys(self._find(each)))
        differing = (name for name in found if name in self._differing)
        return list(dict.fromkeys((*found[:REPRESENTATIVES], *differing)))
