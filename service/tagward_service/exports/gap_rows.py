"""Gaps as rows of a table: the columns of `tagward coverage --billing -f csv`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tagward_service.exports.csv_rows import Cell, lines
from tagward_service.store.gap_interface import KeptGap

COLUMNS = (
    *("cloud", "provider", "account", "account_name", "service", "resource", "name"),
    *("cost", "billed", "exempt", "currency", "missing", "wrong"),
    *("scan", "findings", "first_seen"),
)


def write_gaps(path: Path, gaps: Iterable[KeptGap], currency: str) -> None:
    """Write gaps to a file as CSV, with every digit."""
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        stream.writelines(lines(rows(gaps, currency)))


def rows(gaps: Iterable[KeptGap], currency: str) -> Iterator[tuple[Cell, ...]]:
    """Make a heading and a row for each gap: with what is wrong, what scans say of it, and since when."""
    yield COLUMNS
    for gap in gaps:
        where = (gap.cloud, gap.provider, gap.account, gap.account_name, gap.service, gap.resource, gap.name)
        money = (gap.cost, gap.billed, gap.exempt, currency)
        codes = dict.fromkeys(f"{each.code}:{each.tag}" for each in gap.findings)
        first = min((each.first_seen.isoformat() for each in gap.findings), default="")
        yield *where, *money, " ".join(gap.missing), " ".join(gap.wrong), gap.scan, " ".join(codes), first
