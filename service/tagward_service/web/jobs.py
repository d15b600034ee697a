"""What pages need of a store, for whichever process asks it."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

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


class OneJob(Struct, frozen=True, tag="one"):
    """Give one finding of the policy."""

    store: str
    finding: int


WebJob = BoardJob | ListJob | OneJob


class Listed(Struct, frozen=True):
    """A page of findings; `count` are all that were asked for."""

    findings: tuple[KeptFinding, ...]
    count: int
    next: str = ""
