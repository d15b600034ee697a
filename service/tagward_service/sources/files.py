"""Finding the input files, and their content without a copy where that can be."""

from __future__ import annotations

import mmap
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from tagward.errors import InputError
from tagward_service.sources.interface import STDIN, Content, NotEvaluated, Reading

STANDARD_INPUT = "<stdin>"
MOST_READ = 1 << 30
"""Bytes taken from something that cannot be mapped, such as standard input."""

MAPPED_FROM = 64 * 1024
"""Bytes from which a file is mapped into memory, not read."""

_SUFFIXES = (".json", ".yaml", ".yml")
_SKIPPED = {"node_modules"}
_UTF8_BOM = b"\xef\xbb\xbf"


class Named(Struct, frozen=True):
    """A file to read; `found` when it was found in a directory and not named by the user."""

    path: str
    found: bool = False


Found = Named | Reading | InputError
"""A file, or why there is none."""


def find_files(paths: Sequence[str]) -> Iterator[Found]:
    """Walk the paths in the order given, directories sorted; a file given twice is read once.

    A directory without any file to read is a reading without resources.
    """
    given: dict[Path, str] = {}
    for path in paths:
        given.setdefault(Path(path), path)
    seen = set(given)
    for path in given.values():
        if path == str(STDIN) or not _is_directory(path):
            yield Named(path)
        else:
            yield from _unseen(_walk(path), seen)


def _unseen(found: Iterator[Found], seen: set[Path]) -> Iterator[Found]:
    """Leave out the files that were found before, or that are named on their own."""
    for each in found:
        if not isinstance(each, Named):
            yield each
        elif Path(each.path) not in seen:
            seen.add(Path(each.path))
            yield each


def _is_directory(path: str) -> bool:
    try:
        return Path(path).is_dir()
    except OSError:
        return False


def _walk(directory: str) -> Iterator[Found]:
    failed: list[OSError] = []
    is_empty = True
    for base, directories, files in os.walk(directory, onerror=failed.append):
        directories[:] = sorted(name for name in directories if not _is_skipped(name))
        for name in sorted(files):
            if name.endswith(_SUFFIXES) and not name.startswith("."):
                is_empty = False
                yield _found(str(Path(base, name)))
    yield from (InputError(str(error.filename), _reason(error), _next(error)) for error in failed)
    if is_empty and not failed:
        why = "the directory holds no .json, .yaml or .yml file; name the plan or the manifests themselves"
        yield Reading(directory, "directory", (), (NotEvaluated(directory, why),))


def _found(path: str) -> Found:
    """Name a file of a directory, unless reading it might never end."""
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return Named(path, found=True)  # reading it says why
    if stat.S_ISREG(mode):
        return Named(path, found=True)
    return Reading(path, "other file", (), (NotEvaluated(path, "no file, but a pipe, a socket or a device"),))


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED


def load(path: str) -> memoryview:
    """Give the content of a file or of standard input, without a byte order mark; raise InputError."""
    try:
        if path == str(STDIN):
            return without_mark(_read(sys.stdin.buffer, STANDARD_INPUT))
        with Path(path).open("rb") as file:
            return without_mark(_content(file, path))
    except OSError as error:
        raise InputError(path, _reason(error), _next(error)) from None
    except ValueError:
        raise InputError(path, "no file can have this name", "check the path") from None


def _content(file: BinaryIO, path: str) -> bytes | mmap.mmap:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode) or status.st_size < MAPPED_FROM:
        return _read(file, path)
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return _read(file, path)


def _read(file: BinaryIO, name: str) -> bytes:
    data = file.read(MOST_READ + 1)
    if len(data) > MOST_READ:
        raise InputError(name, f"more than {MOST_READ >> 20:,} MiB", "write it to a file and give that")
    return data


def without_mark(content: Content | mmap.mmap) -> memoryview:
    """Look at text behind its byte order mark, if it has one."""
    view = memoryview(content)
    return view[len(_UTF8_BOM) :] if bytes(view[:3]) == _UTF8_BOM else view


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "permission denied"
    return (error.strerror or "cannot be read").lower()


def _next(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "check the path, and that the step that writes it has run"
    if isinstance(error, PermissionError):
        return "let this user read it"
    return "check that it is a readable file"
