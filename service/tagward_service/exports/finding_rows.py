"""Findings as rows of a table, for CSV and Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tagward_service.exports.csv_rows import Cell, lines
from tagward_service.store.interface import KeptFinding

if TYPE_CHECKING:
    import pyarrow

Format = Literal["csv", "parquet"]

COLUMNS = KeptFinding.__struct_fields__
TIMES = ("first_seen", "last_seen", "resolved_at")
NUMBERS = ("id", "reopened")

ROWS = 16_384
"""So many findings make a row group; so many are held in memory at a time."""


def write(findings: Iterable[KeptFinding], form: Format, path: Path) -> None:
    """Write findings to a file, a few at a time."""
    if form == "csv":
        write_csv(findings, path)
    else:
        write_parquet(findings, path)


def write_csv(findings: Iterable[KeptFinding], path: Path) -> None:
    """Write a heading and a row for each finding; times are UTC in ISO 8601."""
    rows = (tuple(_cell(getattr(each, name)) for name in COLUMNS) for each in findings)
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        stream.writelines(lines(chain([COLUMNS], rows)))


def _cell(value: Any) -> Cell:
    return value.isoformat() if isinstance(value, datetime) else value


def write_parquet(findings: Iterable[KeptFinding], path: Path) -> None:
    """Write findings as Parquet, row group by row group."""
    from pyarrow import parquet

    schema = _schema()
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for some in _some_at_a_time(findings):
            writer.write_table(_table(some, schema), row_group_size=ROWS)


def _some_at_a_time(findings: Iterable[KeptFinding]) -> Iterator[list[KeptFinding]]:
    some: list[KeptFinding] = []
    for each in findings:
        some.append(each)
        if len(some) >= ROWS:
            yield some
            some = []
    if some:
        yield some


def _schema() -> pyarrow.Schema:
    import pyarrow as pa

    types = {
        **dict.fromkeys(COLUMNS, pa.string()),
        **dict.fromkeys(TIMES, pa.timestamp("us", "UTC")),
        **dict.fromkeys(NUMBERS, pa.int64()),
    }
    return pa.schema([(name, types[name]) for name in COLUMNS])


def _table(findings: list[KeptFinding], schema: pyarrow.Schema) -> pyarrow.Table:
    import pyarrow as pa

    columns = {name: [getattr(each, name) for each in findings] for name in COLUMNS}
    columns["life"] = [each.life.value for each in findings]
    return pa.table(columns, schema)
