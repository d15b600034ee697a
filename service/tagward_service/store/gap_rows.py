"""Gaps as rows: written in the order of their cost, so that the dearest come first without any sorting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select

from tagward_service.store.gap_interface import KeptGap, OpenFinding
from tagward_service.store.schema import COST_PARTS, gap, report
from tagward_service.store.summing import parts_of
from tagward_service.store.texts import storable

AT_ONCE = 5_000
"""So many rows are written in one go."""

_TEXTS = (
    *("cloud", "provider", "account", "account_name", "service", "resource", "name"),
    *("cost", "billed", "exempt", "scan"),
)
_LISTS = ("missing", "wrong")
_findings = msgspec.msgpack.Decoder(tuple[OpenFinding, ...]).decode


def keep_gaps(connection: Connection, number: int, gaps: Iterable[KeptGap]) -> None:
    """Keep the gaps of a report, the dearest first."""
    rows = (_row(number, rank, each) for rank, each in enumerate(gaps))
    while some := list(islice(rows, AT_ONCE)):
        connection.execute(insert(gap), some)


def forget_others(connection: Connection, policy: str, number: int) -> None:
    """Forget the gaps of all reports of a policy but one: a list of a year ago is nobody's work."""
    others = select(report.c.id).where(report.c.policy == policy, report.c.id != number)
    connection.execute(delete(gap).where(gap.c.report_id.in_(others)))


def folded(text: str) -> str:
    """Write a text as it is sought: case aside."""
    return storable(text).casefold()


def listed(names: Iterable[str]) -> str:
    """Write names as one text, in which each can be found between two line ends."""
    return "\n".join(("", *map(storable, names), ""))


def _row(number: int, rank: int, kept: KeptGap) -> dict[str, Any]:
    return {
        "report_id": number,
        "rank": rank,
        **{name: storable(getattr(kept, name)) for name in _TEXTS},
        **{name: listed(getattr(kept, name)) for name in _LISTS},
        **dict(zip(COST_PARTS, parts_of(kept.cost), strict=True)),
        "sought": folded(f"{kept.resource}\n{kept.name}"),
        "findings": msgspec.msgpack.encode(kept.findings) if kept.findings else None,
    }


def kept_gaps(rows: Iterable[Row[Any]]) -> Iterator[KeptGap]:
    """Make gaps of rows."""
    for row in rows:
        told: dict[str, Any] = {name: getattr(row, name) for name in _TEXTS}
        told |= {name: tuple(getattr(row, name).split("\n")[1:-1]) for name in _LISTS}
        yield KeptGap(**told, findings=_findings(row.findings) if row.findings else ())
