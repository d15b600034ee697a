"""Showback as tables: CSV and Parquet with the columns of FOCUS."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from tagward_service.billing.money import text
from tagward_service.exports.csv_rows import safe
from tagward_service.showback.focus_rows import COLUMNS, focus_rows
from tagward_service.showback.report import ShowbackReport


def write_csv(report: ShowbackReport, stream: TextIO) -> None:
    """Write one line for each charge."""
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in focus_rows(report):
        money = {name: text(row[name]) for name in ("BilledCost", "EffectiveCost")}  # type: ignore[arg-type]
        texts = {name: safe(value) for name, value in row.items() if not isinstance(value, Decimal)}
        writer.writerow({**texts, **money})


def write_parquet(report: ShowbackReport, path: Path) -> None:
    """Write one row for each charge, money as decimals."""
    import pyarrow as pa
    from pyarrow import parquet

    money, plain = pa.decimal128(38, 18), pa.string()
    schema = pa.schema([(name, money if name.endswith("Cost") else plain) for name in COLUMNS])
    rows = list(focus_rows(report))
    parquet.write_table(pa.Table.from_pylist(rows, schema=schema), path, compression="zstd")
