"""What pages need of a store, for whichever process asks it."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from tagward_service.store.gap_interface import GapSort, GapsWanted, KeptGap
from tagward_service.store.interface import KeptFinding, Wanted


class BoardJob(Struct, frozen=True, tag="board"):
    """Put the board together; with nothing new since `stamp` the answer is empty."""

    store: str
    as_of: date
    stamp: str = ""


class ListJob(Struct, frozen=True, tag="list"):
    """Give a page of findings, and count them all."""

    store: str
    wanted: Wanted
    sort: str
    limit: int
    cursor: str | None


class GapsJob(Struct, frozen=True, tag="gaps"):
    """Give a page of the gaps of the newest bill, and sum them all up."""

    store: str
    wanted: GapsWanted
    sort: GapSort
    limit: int
    offset: int


class GapsExportJob(Struct, frozen=True, tag="gaps-export"):
    """Write all gaps that are asked for to a file, as CSV."""

    store: str
    wanted: GapsWanted
    sort: GapSort
    path: str


class OneJob(Struct, frozen=True, tag="one"):
    """Give one finding of the policy, and the gap of its resource."""

    store: str
    finding: int


WebJob = BoardJob | ListJob | GapsJob | GapsExportJob | OneJob


class Listed(Struct, frozen=True):
    """A page of findings; `count` are all that were asked for."""

    findings: tuple[KeptFinding, ...]
    count: int
    next: str = ""


class One(Struct, frozen=True):
    """One finding; `gap` is what its resource costs that nobody can be charged for."""

    finding: KeptFinding
    gap: KeptGap | None
