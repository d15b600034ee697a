"""A map from accounts, namespaces and other places to the values of tags, as a CSV file that people keep."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from tagward.diagnostics import did_you_mean, quoted
from tagward.errors import UsageError
from tagward.globs import matcher
from tagward.judging.values import fits
from tagward.policy import Policy
from tagward_service.fix.inventory import Known

PLACES = ("cloud", "account", "region", "namespace", "type", "name")
"""Columns that say what a row is about: globs, and empty for anything. All other columns are tags."""


class Row(Struct, frozen=True):
    """One row: where it holds, and which values it gives."""

    line: int
    places: Mapping[str, str]
    values: Mapping[str, str]

    def holds(self, known: Known) -> bool:
        """Say whether it is about a resource."""
        return all(matcher((glob,))(getattr(known, place) or "") for place, glob in self.places.items())


class AccountMap:
    """The rows of a map; the first that is about a resource and has a value counts."""

    def __init__(self, file: str, rows: Sequence[Row]) -> None:
        self.file = file
        self._rows = rows

    def value(self, tag: str, known: Known) -> tuple[str, str] | None:
        """Return the value of a tag for a resource, and where it stands."""
        for row in self._rows:
            if tag in row.values and row.holds(known):
                return row.values[tag], f"{self.file}:{row.line}"
        return None


EMPTY = AccountMap("", ())


def read_map(path: Path, policy: Policy, as_of: date) -> AccountMap:
    """Read a map; raises UsageError for a column or a value that the policy does not know, and OSError."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        try:
            reader = csv.DictReader(stream, strict=True)
            _check_columns(path, reader.fieldnames or (), policy)
            return AccountMap(str(path), tuple(_rows(path, reader, policy, as_of)))
        except (csv.Error, UnicodeDecodeError) as error:
            raise UsageError(f"`{path}` is no CSV file: {error}") from None


def _check_columns(path: Path, columns: Sequence[str], policy: Policy) -> None:
    tags = [tag.id for tag in policy.tags]
    if not set(columns) & set(PLACES):
        raise UsageError(f"`{path}` says nowhere what a row is about: give it a column `account`, say")
    for column in columns:
        if column not in PLACES and column not in tags:
            guess = did_you_mean(column, [*PLACES, *tags])
            hint = f"did you mean `{guess}`?" if guess else f"tags are {', '.join(tags)}"
            raise UsageError(f"`{path}`: column {quoted(column)} is neither a place nor a tag; {hint}")


def _rows(path: Path, reader: csv.DictReader[str], policy: Policy, as_of: date) -> Iterator[Row]:
    for cells in reader:
        if None in cells or None in cells.values():
            raise UsageError(f"`{path}`:{reader.line_num} has not as many cells as there are columns")
        filled = {column: cell.strip() for column, cell in cells.items() if cell.strip()}
        places = {column: cell for column, cell in filled.items() if column in PLACES}
        values = {column: cell for column, cell in filled.items() if column not in PLACES}
        _check_values(f"`{path}`:{reader.line_num}", values, policy, as_of)
        yield Row(reader.line_num, places, values)


def _check_values(place: str, values: Mapping[str, str], policy: Policy, as_of: date) -> None:
    for tag in policy.tags:
        value = values.get(tag.id)
        if value is not None and not fits(tag, value, as_of):
            raise UsageError(f"{place}: {quoted(value)} is no value of `{tag.id}`")
