"""A file of a bill as DuckDB reads it: nothing guessed, every column of a CSV a text."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from msgspec import Struct

from tagward.errors import InputError
from tagward_service.billing.contents import Plain
from tagward_service.billing.sql_text import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DELIMITERS = (",", ";", "\t", "|")
NULLS = ("", "NULL", "null", "\\N", "None", "NaN", "nan")
"""What stands for nothing in a CSV, in quotes or not: SQL, PostgreSQL and pandas write it so."""

_AS_USUAL = "write it as CSV in UTF-8, with one kind of line end"
_LOOK = 1 << 20
_LONGEST = 1 << 24
_ESCAPED = {"\r\n": "\\r\\n", "\n": "\\n", "\r": "\\r"}
"""Ends of lines, and how DuckDB is told of them."""


class RawFile(Struct, frozen=True):
    """How to read a file: `source` goes after FROM, `types` are its columns with their types in DuckDB.

    `delimiter` is what parts the fields of a CSV; `has_lines` says that something comes after its header.
    """

    source: str
    types: Mapping[str, str]
    delimiter: str = ""
    has_lines: bool = False


class Header(Struct, frozen=True):
    """The names of the columns, what parts them, how many lines stand before them, and how lines end."""

    names: tuple[str, ...]
    delimiter: str
    before: int
    line_end: str
    has_lines: bool


def raw_file(path: str, plain: Plain, connection: DuckDBPyConnection) -> RawFile:
    """Look at a file without reading it; raises InputError for one that is no table."""
    if plain.kind == "parquet":
        return _parquet(path, plain.place, connection)
    return _csv(path, plain)


def _parquet(path: str, place: Path, connection: DuckDBPyConnection) -> RawFile:
    import duckdb

    source = f"read_parquet({literal(str(place))}, binary_as_string = true, hive_partitioning = false)"
    try:
        rows = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
    except duckdb.Error as error:
        raise unreadable(path, error) from error
    return RawFile(source, {row[0]: row[1] for row in rows})


def _csv(path: str, plain: Plain) -> RawFile:
    header = _header(path, plain)
    columns = ", ".join(f"{literal(each)}: 'VARCHAR'" for each in header.names)
    nulls = ", ".join(map(literal, NULLS))
    options = (
        f"auto_detect = false, header = true, skip = {header.before}, delim = {literal(header.delimiter)}, "
        f"new_line = {literal(_ESCAPED[header.line_end])}, "
        f"compression = {literal('gzip' if plain.kind == 'gzip' else 'none')}, quote = '\"', escape = '\"', "
        f"nullstr = [{nulls}], max_line_size = {_LONGEST}, columns = {{{columns}}}"
    )
    source = f"read_csv({literal(str(plain.place))}, {options})"
    types = dict.fromkeys(header.names, "VARCHAR")
    return RawFile(source, types, header.delimiter, header.has_lines)


def _header(path: str, plain: Plain) -> Header:
    """Read the names of the columns, after empty lines and a line for Excel (`sep=;`); raises InputError."""
    lines = _beginning(path, plain).splitlines(keepends=True)
    before = next((number for number, line in enumerate(lines) if not _says_nothing(line)), len(lines))
    line = lines[before] if lines[before:] else ""
    delimiter = max(DELIMITERS, key=line.count)
    try:
        names = next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise InputError(path, f"its first line cannot be read: {error}", _AS_USUAL) from error
    if len(names) < 2:
        raise InputError(path, "not a FOCUS bill: its first line names no columns")
    end = next((end for end in _ESCAPED if line.endswith(end)), "\n")
    has_lines = any(each.strip() for each in lines[before + 1 :])
    return Header(tuple(_told_apart(names)), delimiter, before, end, has_lines)


def _says_nothing(line: str) -> bool:
    return not line.strip() or re.match(r"sep=.\s*$", line) is not None


def _told_apart(names: Sequence[str]) -> Iterator[str]:
    """Give every column a name of its own, in whatever case, as DuckDB does."""
    seen: set[str] = set()
    for number, name in enumerate(names):
        own = name or f"column{number}"
        while own.lower() in seen:
            own += "_1"
        seen.add(own.lower())
        yield own


def _beginning(path: str, plain: Plain) -> str:
    try:
        with _opened(plain) as stream:
            begins = stream.read(_LOOK)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(path, "it is no gzip file, or ends in the middle", "fetch it again") from error
    if begins.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise InputError(path, "it is written in UTF-16", _AS_USUAL)
    return begins.decode("utf-8-sig", "replace")


def _opened(plain: Plain) -> IO[bytes] | gzip.GzipFile:
    return gzip.open(plain.place) if plain.kind == "gzip" else plain.place.open("rb")


def lines_lost(path: str) -> InputError:
    """Say that DuckDB saw no line where there are some, which it does of line ends that change."""
    return InputError(path, "its lines end in more than one way", _AS_USUAL)


def unreadable(path: str, error: Exception) -> InputError:
    """Say what is wrong with a file, out of what DuckDB tells a programmer."""
    said = str(error)
    number = re.search(r"CSV Error on Line: (\d+)", said)
    line = int(number[1]) if number else None
    fields = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", said)
    if fields:
        return InputError(path, f"{fields[2]} fields in place of {fields[1]}", "fetch it again", line=line)
    if "magic bytes" in said or "too small to be a Parquet" in said:
        return InputError(path, "it is no Parquet file, or ends in the middle", "fetch it again")
    if "Maximum line size" in said:
        return InputError(path, f"it is longer than {_LONGEST >> 20} MiB", "see what is in it", line=line)
    if "not utf-8" in said:
        return InputError(path, "it is not written in UTF-8", _AS_USUAL, line=line)
    if "state machine" in said or "unterminated quote" in said:
        why = "its lines end in more than one way, or a quote is never closed"
        return InputError(path, why, _AS_USUAL, line=line)
    return InputError(path, f"cannot be read: {first_line(error)}")


def first_line(error: Exception) -> str:
    """Return the beginning of an error of DuckDB."""
    return str(error).partition("\n")[0]
