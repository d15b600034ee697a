"""The gaps of a kept bill: what the store takes, and what can be asked of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal, Protocol

from msgspec import Struct

GapSort = Literal[
    "cost", "-cost", "account", "-account", "service", "-service", "resource", "-resource", "scan", "-scan"
]
"""What gaps can be sorted by; `-` turns it round, and equal ones follow by cost, the dearest first."""


class OpenFinding(Struct, frozen=True):
    """A finding that was open or exempt when the bill was read, by its number in the store."""

    id: int
    code: str
    tag: str
    first_seen: date


class KeptGap(Struct, frozen=True):
    """One resource whose cost nobody can be charged for; money is text with every digit.

    `scan` is what scans knew of it: findings, none, never, untold, or "" where nobody asked them.
    """

    cloud: str
    provider: str
    account: str
    account_name: str
    service: str
    resource: str
    name: str
    cost: str
    billed: str
    exempt: str
    missing: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    scan: str = ""
    findings: tuple[OpenFinding, ...] = ()


class GapsWanted(Struct, frozen=True):
    """Which gaps are asked for: AND between fields; "" leaves one open."""

    cloud: str = ""
    account: str = ""
    service: str = ""
    tag: str = ""
    """Missing or wrong."""
    scan: str = ""
    text: str = ""
    """Part of a resource id or name, case aside."""
    resource: str = ""
    """The id of one resource."""


class GapPage(Struct, frozen=True):
    """Some gaps; `count` are all that were asked for, and `cost` is what they come to, exactly."""

    gaps: tuple[KeptGap, ...]
    count: int
    cost: str


class GapChoices(Struct, frozen=True):
    """What there is to filter by: accounts with their names, services, and what scans say."""

    accounts: tuple[tuple[str, str], ...] = ()
    services: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()


class Gaps(Protocol):
    """The gaps of the newest bill of each policy."""

    def page(self, policy: str, wanted: GapsWanted, sort: GapSort, *, limit: int, offset: int = 0) -> GapPage:
        """Give some gaps, and sum up all that are asked for."""
        ...

    def every(self, policy: str, wanted: GapsWanted, sort: GapSort) -> Iterator[KeptGap]:
        """Give all gaps that are asked for, streamed."""
        ...

    def choices(self, policy: str) -> GapChoices:
        """Say what there is to filter by."""
        ...
