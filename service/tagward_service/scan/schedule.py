"""Which part is read next: accounts take turns, none has too many at once, and a failed part waits."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator

from tagward_service.scan.interface import Part

ATTEMPTS = 3
"""How often a part is tried when its failure may pass."""

FIRST_WAIT = 2.0
"""Seconds before the second attempt; each further one waits twice as long."""


class Schedule:
    """Parts that wait and parts that are being read; times are seconds of any steady clock."""

    def __init__(self, parts: Iterable[Part], *, per_account: int) -> None:
        self._per_account = per_account
        self._waiting: dict[str, deque[Part]] = {}
        self._running: Counter[str] = Counter()
        self._attempts: Counter[Part] = Counter()
        self._later: dict[Part, float] = {}
        for part in parts:
            self._waiting.setdefault(part.account, deque()).append(part)

    def __bool__(self) -> bool:
        """Say whether a part still waits."""
        return bool(self._waiting or self._later)

    def take(self, now: float) -> Part | None:
        """Give the next part that may be read now, if there is one."""
        self._wake(now)
        for account in list(self._waiting):
            if self._running[account] < self._per_account:
                return self._start(account)
        return None

    def ended(self, part: Part) -> None:
        """Note that nobody reads a part any more."""
        self._running[part.account] -= 1

    def again(self, part: Part, now: float) -> bool:
        """Let a part wait for another attempt; False when it has had them all."""
        if self._attempts[part] >= ATTEMPTS:
            return False
        self._later[part] = now + FIRST_WAIT * 2 ** (self._attempts[part] - 1)
        return True

    def soonest(self) -> float | None:
        """Say when the next failed part may be tried again."""
        return min(self._later.values(), default=None)

    def _start(self, account: str) -> Part:
        """Take the first part of an account, whose turn comes after all others then."""
        parts = self._waiting.pop(account)
        part = parts.popleft()
        if parts:
            self._waiting[account] = parts
        self._running[account] += 1
        self._attempts[part] += 1
        return part

    def _wake(self, now: float) -> None:
        for part in [part for part, due in self._later.items() if due <= now]:
            del self._later[part]
            self._waiting.setdefault(part.account, deque()).append(part)


def sharded(parts: Iterable[Part], shard: str) -> Iterator[Part]:
    """Keep the parts of one shard, `2/8`; whole accounts stay together, whatever else there is to read."""
    return (part for part in parts if in_shard(part.account, shard))


def in_shard(account: str, shard: str) -> bool:
    """Say whether an account is in a shard; "" is the whole, which all are in."""
    from zlib import crc32

    number, _, count = shard.partition("/")
    return not shard or crc32(account.encode()) % int(count) == int(number) - 1
