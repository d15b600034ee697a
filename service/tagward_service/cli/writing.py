"""Files written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from tagward.diagnostics import quoted
from tagward.errors import UsageError


def check_file(path: Path, *, makes_folders: bool = False) -> None:
    """See that a file could be written, before the work that it is to hold; raises UsageError."""
    if path.is_dir():
        raise UsageError(f"cannot write {quoted(str(path))}: it is a directory")
    if _is_special(path):
        return
    folder = path.parent
    while makes_folders and not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.exists():
        raise UsageError(_cannot(path, FileNotFoundError()))
    if not folder.is_dir():
        raise UsageError(f"cannot write {quoted(str(path))}: {quoted(str(folder))} is no directory")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"cannot write {quoted(str(path))}: nothing may be made in {quoted(str(folder))}")


def write_atomically(path: Path, write: Callable[[TextIO], object]) -> None:
    """Write a UTF-8 file under a temporary name and put it in place; raises UsageError.

    A device or a pipe stays what it is, and is written to.
    """
    check_file(path)
    if _is_special(path):
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            write(stream)
        return
    import tempfile

    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise UsageError(_cannot(path, error)) from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            write(stream)
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise UsageError(_cannot(path, error)) from None
        raise


def write_file(path: Path, content: str) -> None:
    """Write one file and the directories above it; raises UsageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = (error.strerror or "failed").lower()
        raise UsageError(f"cannot make {quoted(str(path.parent))}: {why}") from None
    write_atomically(path, lambda stream: stream.write(content))


def _is_special(path: Path) -> bool:
    """Say whether something is there that is no file: /dev/stdout, /dev/null, a named pipe."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _umask() -> int:
    """Return the mask that files are made with (there is no way to only read it)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _cannot(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"cannot write {quoted(str(path))}: there is no directory {quoted(str(path.parent))}"
    return f"cannot write {quoted(str(path))}: {(error.strerror or 'failed').lower()}"
