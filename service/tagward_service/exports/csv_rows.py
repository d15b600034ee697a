"""CSV that is safe to open in a spreadsheet.

A cell that begins with `=`, `+`, `-` or `@`, or with a tab, carriage return or line feed before one, is taken
for a formula by spreadsheet programs, and tag values come from strangers. Such a cell gets an apostrophe in
front of it, which spreadsheets show as text and other programs can take off again; numbers are left alone.
Source: OWASP, CSV Injection.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula can begin with; the wide forms are taken for the others by some programs."""

Cell = str | int | float | None


def safe(cell: Cell) -> str | int | float:
    """Keep text from being taken for a formula; nothing is an empty cell."""
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.startswith(DANGEROUS):
        return f"'{cell}"
    return cell


def lines(rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """Write rows as CSV (RFC 4180), one text for each."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow(map(safe, row))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
