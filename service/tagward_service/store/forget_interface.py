"""What a store can be asked to forget, and what that came to."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from msgspec import Struct


class Forgetting(Struct, frozen=True):
    """Which scans: of a cloud, one account of it or all ("" is all), begun before a time or whenever."""

    cloud: str
    account: str = ""
    before: datetime | None = None


class Forgotten(Struct, frozen=True):
    """How much is forgotten: scans as a whole, parts of scans, and findings that are resolved by it."""

    scans: int
    parts: int
    findings: int
    accounts: tuple[str, ...]

    @property
    def anything(self) -> bool:
        """Say whether there is anything to forget."""
        return bool(self.scans or self.parts or self.findings)


class About(Struct, frozen=True):
    """What there is to say of the store itself; `size` is in bytes."""

    where: str
    engine: str
    version: str
    size: int


class Keeping(Protocol):
    """What is done to a store and not to one scan."""

    def forget(self, which: Forgetting, *, dry: bool) -> Forgotten:
        """Forget what was scanned, or say what that would come to; raises BusyError while it is scanned.

        Findings are not deleted: they are resolved at this moment, and by no scan.
        """
        ...

    def about(self) -> About:
        """Say where the store is, and how big."""
        ...

    def compact(self) -> None:
        """Give room that is not needed any more back to the disk."""
        ...
