"""Which files a bill is made of: files, folders, globs, addresses of object stores."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from glob import has_magic
from itertools import takewhile
from pathlib import Path

from msgspec import Struct

from tagward.errors import InputError
from tagward_service.billing.object_stores import is_remote, listing, without_secrets

ENDINGS = (".csv", ".csv.gz", ".csv.zip", ".csv.zst", ".tsv", ".tsv.gz", ".zip", ".parquet", ".parq", ".pq")
"""What is read of a folder, in whatever case."""

HIDDEN = (".", "_")
"""How names of files and folders begin that hold no data: what writers of Parquet and Finder leave."""


class BillFile(Struct, frozen=True):
    """One file of a bill.

    `path` is what it is called and `address` where it is read, which may have a signature that nobody should
    see. `found` says that it was in a folder and not named itself, `modified` when it was written (seconds
    since 1970).
    """

    path: str
    found: bool = False
    modified: float = 0
    address: str = ""


def bill_files(places: Iterable[str]) -> tuple[BillFile, ...]:
    """List the files at some places, each path once, in a stable order; raises InputError for none."""
    files = (file for place in places for file in _expanded(place))
    return tuple({file.path: file for file in files}.values())


def holds_data(path: str) -> bool:
    """Say whether a file in a folder may be part of a bill, going by its path from that folder."""
    return path.lower().endswith(ENDINGS) and not _is_hidden(path)


def _is_hidden(path: str) -> bool:
    return any(part.startswith(HIDDEN) for part in path.split("/"))


def _expanded(place: str) -> Iterator[BillFile]:
    found = list(_listed(place))
    if not found:
        raise InputError(place, "no bill is there", f"name files that end with {', '.join(ENDINGS)}")
    yield from found


def _listed(place: str) -> Iterator[BillFile]:
    path = Path(place)
    if is_remote(place):
        for each in listing(place, holds_data):
            yield BillFile(without_secrets(each.address), each.address != place, each.modified, each.address)
    elif path.is_dir():
        yield from (_local(each) for each in sorted(_inside(path)))
    elif path.exists():
        yield BillFile(place, modified=path.stat().st_mtime)
    else:
        yield from (_local(each) for each in _matching(place))


def _local(path: Path) -> BillFile:
    return BillFile(str(path), found=True, modified=path.stat().st_mtime)


def _inside(folder: Path) -> Iterator[Path]:
    """Walk through a folder and what links in it lead to, each folder once."""
    seen: set[str] = set()
    for where, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(where)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        for name in files:
            path = Path(where, name)
            if holds_data(path.relative_to(folder).as_posix()) and path.is_file():
                yield path


def _matching(pattern: str) -> list[Path]:
    if not has_magic(pattern):
        raise InputError(pattern, "no such file or folder")
    plain = list(takewhile(lambda part: not has_magic(part), Path(pattern).parts))
    asked = Path(pattern).relative_to(Path(*plain))
    found = sorted(path for path in Path(*plain).glob(str(asked)) if path.is_file())
    if not any(part.startswith(HIDDEN) for part in asked.parts):
        found = [path for path in found if not _is_hidden(path.relative_to(Path(*plain)).as_posix())]
    return [path for path in found if path.name.lower().endswith(ENDINGS)] or found
