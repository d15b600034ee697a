"""Writing a lock and what it pins, so that whoever reads meanwhile finds the old one or the new one whole."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import mkstemp

from msgspec import UnsetType

from tagward.digest import sha256
from tagward.errors import UsageError
from tagward.loading.lock import CONTENTS, LOCK, Pins
from tagward_service.cli.writing import write_file
from tagward_service.fetching.locking import leftovers

_HEAD = """\
# Written by `tagward lock`; commit it together with the folder `.tagward`, and do not edit either.
version: 1
"""
_AS_THEY_ARE = "* -text\n"
"""Git would change line ends otherwise, and with them the hash."""


def write_lock(folder: Path, before: Pins, after: Pins, contents: Iterable[bytes]) -> None:
    """Keep contents, write the lock, and let go of what it does not pin any more. Raises UsageError."""
    room = folder / CONTENTS
    if room.is_symlink():
        raise UsageError(f"`{room}` is a symbolic link; remove it")
    if after:
        write_file(room / ".gitattributes", _AS_THEY_ARE)
    for content in contents:
        _keep(room / sha256(content), content)
    write_file(folder / LOCK, lock_text(after))
    for digest in leftovers(before, after):
        (room / digest).unlink(missing_ok=True)


def lock_text(pins: Pins) -> str:
    """Return the text of a lock."""
    return _HEAD + ("".join(_lines(pins)) if pins else "sources: {}\n")


def _lines(pins: Pins) -> Iterator[str]:
    yield "sources:\n"
    for url, pin in sorted(pins.items()):
        yield f"  {json.dumps(url)}:\n"
        values: Mapping[str, object] = {
            "commit": pin.commit,
            "sha256": pin.sha256,
            "policies": sorted(pin.policies),
        }
        for name, value in values.items():
            if not isinstance(value, UnsetType):
                yield f"    {name}: {json.dumps(value)}\n"


def _keep(path: Path, content: bytes) -> None:
    if _is_kept(path, content):
        return
    descriptor, temporary = mkstemp(prefix=".new.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _is_kept(path: Path, content: bytes) -> bool:
    return path.is_file() and not path.is_symlink() and path.read_bytes() == content
