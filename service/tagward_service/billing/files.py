"""Which files a bill is made of: files, folders, globs, addresses of object stores."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from glob import has_magic
from itertools import takewhile
from pathlib import Path

from msgspec import Struct

from tagward.errors import InputError

ENDINGS = (".csv", ".csv.gz", ".parquet")
"""What is read of a folder."""

REMOTE = ("s3://", "gs://", "gcs://", "r2://", "az://", "abfss://", "http://", "https://")


class BillFile(Struct, frozen=True):
    """One file of a bill; `sha256` is that of its content, "" for one in an object store."""

    path: str
    is_parquet: bool
    sha256: str = ""


def bill_files(places: Iterable[str]) -> tuple[BillFile, ...]:
    """List the files at some places, each path once, in a stable order; raises InputError for none."""
    paths = dict.fromkeys(path for place in places for path in _expanded(place))
    return tuple(map(_remote_or_local, paths))


def is_remote(path: str) -> bool:
    """Say whether a path is an address of an object store."""
    return path.lower().startswith(REMOTE)


def _expanded(place: str) -> Iterator[str]:
    if is_remote(place):
        yield place
        return
    path = Path(place)
    found = sorted(_inside(path)) if path.is_dir() else [place] if path.exists() else _matching(place)
    if not found:
        raise InputError(place, "no bill is there", f"name files that end with {', '.join(ENDINGS)}")
    yield from found


def _inside(folder: Path) -> Iterator[str]:
    return (str(path) for path in folder.rglob("*") if path.is_file() and path.name.endswith(ENDINGS))


def _matching(pattern: str) -> list[str]:
    if not has_magic(pattern):
        raise InputError(pattern, "no such file or folder")
    plain = list(takewhile(lambda part: not has_magic(part), Path(pattern).parts))
    found = Path(*plain).glob(str(Path(pattern).relative_to(Path(*plain))))
    return sorted(str(path) for path in found if path.is_file())


def _remote_or_local(path: str) -> BillFile:
    if is_remote(path):
        return BillFile(path, ".parquet" in path.lower())
    with Path(path).open("rb") as stream:
        is_parquet = stream.read(4) == b"PAR1"
        stream.seek(0)
        return BillFile(path, is_parquet, hashlib.file_digest(stream, "sha256").hexdigest())
