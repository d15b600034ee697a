"""Which scans say together what exists: the newest ones, but none that newer ones have told anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar


class Looked(Protocol):
    """A scan, by what it looked at."""

    @property
    def cloud(self) -> str:
        """Return the cloud."""
        ...

    @property
    def scope(self) -> Mapping[str, str]:
        """Return what the source said of itself."""
        ...

    @property
    def shard(self) -> str:
        """Return the shard, "" for all."""
        ...


_Scan = TypeVar("_Scan", bound=Looked)


def standing(newest_first: Iterable[_Scan]) -> list[_Scan]:
    """Pick, out of the finished scans of one policy, those that count, newest first.

    A scan is put aside by a newer one of its cloud that looks at the same or at more, when that one is of the
    same shard or whole, or when all of its shards are there.
    """
    kept: list[_Scan] = []
    for scan in newest_first:
        if not is_told_anew(scan, kept):
            kept.append(scan)
    return kept


def is_told_anew(scan: Looked, newer: Iterable[Looked]) -> bool:
    """Say whether newer scans have looked at everything that a scan looked at, or was to."""
    anew = [each for each in newer if each.cloud == scan.cloud and within(scan.scope, each.scope)]
    return is_whole(anew) or any(_is_same(scan, each) for each in anew)


def within(scope: Mapping[str, str], wider: Mapping[str, str]) -> bool:
    """Say whether a scope lies within another one, or is the same.

    Each word of a scope narrows it, to one of the things that it lists, parted by commas.
    """
    return all(name in scope and _listed(scope[name]) <= _listed(told) for name, told in wider.items())


def _listed(told: str) -> frozenset[str]:
    return frozenset(each.strip() for each in told.split(","))


def _is_same(scan: Looked, other: Looked) -> bool:
    return (scan.scope, scan.shard) == (other.scope, other.shard)


def is_whole(scans: Iterable[Looked]) -> bool:
    """Say whether scans leave nothing out: one of them is whole, or every shard of one scope is there."""
    shards: dict[tuple[frozenset[tuple[str, str]], str], set[str]] = {}
    for scan in scans:
        if not scan.shard:
            return True
        number, _, count = scan.shard.partition("/")
        shards.setdefault((frozenset(scan.scope.items()), count), set()).add(number)
    return any(len(numbers) == int(count) for (_, count), numbers in shards.items())
