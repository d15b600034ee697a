"""What is in a file of a bill: brought here from where it is, and unpacked where DuckDB cannot do that."""

from __future__ import annotations

import hashlib
import shutil
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, cast
from zipfile import BadZipFile, ZipFile

from msgspec import Struct

from tagward.errors import InputError
from tagward_service.billing.files import BillFile
from tagward_service.billing.object_stores import Stream, reading

PARQUET, GZIP, ZIP, ZSTD = b"PAR1", b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd"
_CHUNK = 1 << 20
_OTHER = {
    b"PARE": "an encrypted Parquet file",
    b"ORC": "an ORC file",
    b"Obj\x01": "an Avro file",
    b"\xd0\xcf\x11\xe0": "a workbook of Excel",
    b"SQLite": "an SQLite database",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"7z\xbc\xaf": "packed with 7-Zip",
    b"{": "JSON",
    b"[": "JSON",
}
"""What else may lie where bills are, by how it begins."""

Known = Mapping[tuple[str, str], str]
"""The sha256 of what was read before, by its address and the version that its store gave."""


class Content(Struct, frozen=True):
    """What is in a file: `place` is where it lies on this machine, None when it was read before."""

    sha256: str
    etag: str
    place: Path | None


@contextmanager
def content_of(file: BillFile, known: Known) -> Iterator[Content]:
    """Bring a file here, if it is elsewhere and not known yet; it goes when the context ends."""
    if not file.address:
        with Path(file.path).open("rb") as stream:
            yield Content(hashlib.file_digest(stream, "sha256").hexdigest(), "", Path(file.path))
        return
    with TemporaryDirectory(prefix="tagward-") as folder:
        yield _brought(file, known, Path(folder))


def _brought(file: BillFile, known: Known, folder: Path) -> Content:
    with reading(file.address) as stream:
        sha256 = known.get((file.path, stream.etag)) if stream.etag else None
        if sha256 is not None:
            return Content(sha256, stream.etag, None)
        place = folder / "bill"
        return Content(_copied_here(stream, place), stream.etag, place)


def _copied_here(stream: Stream, place: Path) -> str:
    """Copy an object and return its sha256."""
    digest = hashlib.sha256()
    with place.open("wb") as copy:
        while chunk := stream.file.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
    return digest.hexdigest()


class Plain(Struct, frozen=True):
    """A file that DuckDB can read: `kind` is parquet, gzip or text."""

    kind: str
    place: Path


@contextmanager
def plain(path: str, place: Path) -> Iterator[Plain]:
    """Unpack a file where DuckDB cannot; raises InputError for what is neither CSV nor Parquet."""
    with TemporaryDirectory(prefix="tagward-") as folder:
        try:
            yield _plain(path, place, Path(folder))
        except (EOFError, zlib.error, BadZipFile, UnicodeDecodeError) as error:
            raise InputError(path, "it is packed and cannot be unpacked, or ends in the middle") from error


def _plain(path: str, place: Path, folder: Path) -> Plain:
    with place.open("rb") as stream:
        begins = stream.read(8)
    if begins.startswith(PARQUET):
        return Plain("parquet", place)
    if begins.startswith((ZIP, ZSTD)) and place.parent == folder:
        raise InputError(path, "it is packed twice", "unpack it")
    if begins.startswith(ZIP):
        return _plain(path, _unzipped(path, place, folder), folder)
    if begins.startswith(ZSTD):
        return _plain(path, _unpacked(place, folder), folder)
    if begins.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return Plain("text", _in_utf8(place, folder))
    _refuse_others(path, begins)
    return Plain("gzip" if begins.startswith(GZIP) else "text", place)


def _refuse_others(path: str, begins: bytes) -> None:
    for mark, what in _OTHER.items():
        if begins.startswith(mark):
            raise InputError(path, f"it is {what}", "export the bill as CSV or Parquet")


def _unzipped(path: str, place: Path, folder: Path) -> Path:
    with ZipFile(place) as archive:
        inside = [
            each for each in archive.infolist() if not each.is_dir() and "__MACOSX" not in each.filename
        ]
        if any(each.filename == "[Content_Types].xml" for each in inside):
            raise InputError(path, "it is a workbook of Excel", "export the bill as CSV or Parquet")
        if len(inside) != 1:
            raise InputError(path, f"it holds {len(inside)} files", "unpack it and name the folder")
        with archive.open(inside[0]) as stream:
            return _copied(stream, folder / "unzipped")


def _unpacked(place: Path, folder: Path) -> Path:
    from pyarrow import CompressedInputStream, OSFile

    with CompressedInputStream(OSFile(str(place)), "zstd") as stream:
        return _copied(cast("IO[bytes]", stream), folder / "unpacked")


def _in_utf8(place: Path, folder: Path) -> Path:
    target = folder / "utf-8"
    with (
        place.open(encoding="utf-16", newline="") as read,
        target.open("w", encoding="utf-8", newline="") as to,
    ):
        shutil.copyfileobj(read, to, _CHUNK)
    return target


def _copied(stream: IO[bytes], target: Path) -> Path:
    with target.open("wb") as copy:
        shutil.copyfileobj(stream, copy, _CHUNK)
    return target
