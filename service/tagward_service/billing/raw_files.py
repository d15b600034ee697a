"""A file of a bill as DuckDB reads it: nothing guessed, every column of a CSV a text."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING

from msgspec import Struct

from tagward.errors import InputError
from tagward_service.billing.files import BillFile, is_remote
from tagward_service.billing.sql_text import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DELIMITERS = (",", ";", "\t", "|")
NULLS = "['', 'NULL']"
"""What stands for nothing in a CSV, in quotes or not."""

_AS_USUAL = "write it as CSV in UTF-8, with one kind of line end"


class RawFile(Struct, frozen=True):
    """How to read a file: `source` goes after FROM, `types` are its columns with their types in DuckDB."""

    source: str
    types: Mapping[str, str]


def raw_file(file: BillFile, connection: DuckDBPyConnection) -> RawFile:
    """Look at a file without reading it; raises InputError for one that is no table."""
    if is_remote(file.path):
        _load_httpfs(connection, file.path)
    if file.is_parquet:
        return _described(f"read_parquet({literal(file.path)})", file, connection)
    if is_remote(file.path):
        source = f"read_csv({literal(file.path)}, all_varchar = true, header = true, nullstr = {NULLS})"
        return _described(source, file, connection)
    return _csv(file)


def _described(source: str, file: BillFile, connection: DuckDBPyConnection) -> RawFile:
    import duckdb

    try:
        rows = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
    except duckdb.Error as error:
        raise unreadable(file.path, error) from error
    return RawFile(source, {row[0]: row[1] for row in rows})


def _csv(file: BillFile) -> RawFile:
    header, delimiter = _header(file.path)
    columns = ", ".join(f"{literal(each)}: 'VARCHAR'" for each in header)
    options = (
        f"auto_detect = false, header = true, delim = {literal(delimiter)}, quote = '\"', escape = '\"', "
        f"nullstr = {NULLS}, max_line_size = 16777216, columns = {{{columns}}}"
    )
    return RawFile(f"read_csv({literal(file.path)}, {options})", dict.fromkeys(header, "VARCHAR"))


def _header(path: str) -> tuple[list[str], str]:
    """Read the first line; raises InputError when it names no columns, or one of them twice."""
    line = _first_line_of(path)
    delimiter = max(DELIMITERS, key=line.count)
    try:
        header = next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
    except csv.Error as error:
        raise InputError(path, f"its first line cannot be read: {error}", _AS_USUAL) from error
    if len(header) < 2:
        raise InputError(path, "not a FOCUS bill: its first line names no columns")
    twice = [column for column, count in Counter(each.lower() for each in header).items() if count > 1]
    if twice:
        raise InputError(path, f"the column `{twice[0]}` is there twice")
    return header, delimiter


def _first_line_of(path: str) -> str:
    try:
        with _opened(path) as stream:
            line = stream.readline(1 << 20)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(path, "it is no gzip file, or ends in the middle", "fetch it again") from error
    if line.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise InputError(path, "it is written in UTF-16", _AS_USUAL)
    return line.decode("utf-8-sig", "replace")


def _opened(path: str) -> IO[bytes] | gzip.GzipFile:
    return gzip.open(path) if path.endswith(".gz") else Path(path).open("rb")


def _load_httpfs(connection: DuckDBPyConnection, path: str) -> None:
    import duckdb

    try:
        connection.execute("INSTALL httpfs; LOAD httpfs;")
    except duckdb.Error as error:
        what = f"object stores are read by the extension httpfs of DuckDB, which {first_line(error)}"
        raise InputError(path, what, "copy the files here and name the folder") from error


def unreadable(path: str, error: Exception) -> InputError:
    """Say what is wrong with a file, out of what DuckDB tells a programmer."""
    said = str(error)
    number = re.search(r"CSV Error on Line: (\d+)", said)
    line = int(number[1]) if number else None
    fields = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", said)
    if fields:
        return InputError(path, f"{fields[2]} fields in place of {fields[1]}", "fetch it again", line=line)
    if "not utf-8" in said:
        return InputError(path, "it is not written in UTF-8", _AS_USUAL, line=line)
    if "state machine" in said or "unterminated quote" in said:
        why = "its lines end in more than one way, or a quote is never closed"
        return InputError(path, why, _AS_USUAL, line=line)
    return InputError(path, f"cannot be read: {first_line(error)}")


def first_line(error: Exception) -> str:
    """Return the beginning of an error of DuckDB."""
    return str(error).partition("\n")[0]
