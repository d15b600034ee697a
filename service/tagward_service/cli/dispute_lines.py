"""A CSV of lines or gaps that a team disputes: the ids of their resources."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.exports.csv_rows import DANGEROUS
from tagward_service.showback.matching import exactly

COLUMNS = ("resource", "resourceid")
"""What a column of ids is called, case and `_` aside: as in lists of gaps, and as in FOCUS."""


def resources_in(file: Path) -> tuple[str, ...]:
    """Read the resource ids of a CSV as globs that mean exactly them; raises UsageError."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            found = list(dict.fromkeys(_ids(csv.reader(stream), str(file))))
    except OSError as error:
        raise UsageError(f"cannot read {quoted(str(file))}: {(error.strerror or 'failed').lower()}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{quoted(str(file))} is no CSV: {error}") from None
    if not found:
        raise UsageError(f"{quoted(str(file))} has no resource: nothing in it can be disputed")
    return tuple(map(exactly, found))


def _ids(rows: Iterable[list[str]], file: str) -> Iterable[str]:
    reading = iter(rows)
    head = [name.strip().lower().replace("_", "") for name in next(reading, [])]
    column = next((head.index(name) for name in COLUMNS if name in head), None)
    if column is None:
        raise UsageError(f"{quoted(file)} needs a column `resource` or `ResourceId`")
    for row in reading:
        if column < len(row) and row[column].strip():
            yield _plain(row[column])


def _plain(cell: str) -> str:
    """Take the apostrophe off that exports put before what a spreadsheet would take for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(DANGEROUS) else cell
