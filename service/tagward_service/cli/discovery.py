"""Which policy applies: as named, else tagward.yaml upward to the git root, else the default pack."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from tagward.errors import UsageError

DEFAULT_PACK = "pack:ml-platform"
NAMES = ("tagward.yaml", "tagward.yml")


class Found(Struct, frozen=True):
    """A policy to load; `fallback` is set when nobody named one and no file was there."""

    source: str | Path
    origin: str
    fallback: bool = False


def find(named: str | None, origin: str, start: Path) -> Found:
    """Find the policy: the one that was named, or the nearest file, or the default pack."""
    if named == "":
        raise UsageError(f"{origin}: the policy has no name; leave it out to have tagward.yaml found")
    if named is not None:
        return Found(named if named.startswith("pack:") else _file(Path(named)), origin)
    nearest = _nearest(start)
    if nearest is not None:
        return Found(nearest, "found in the directory or above it")
    return Found(DEFAULT_PACK, "default", fallback=True)


def _file(named: Path) -> Path:
    """Return the policy file in a directory, or what was named itself."""
    return _inside(named) or named


def _inside(directory: Path) -> Path | None:
    return next((directory / name for name in NAMES if (directory / name).is_file()), None)


def _nearest(start: Path) -> Path | None:
    """Look upward from a directory; the git root, the home directory or the root of all is the last."""
    home = _home()
    for directory in (start, *start.parents):
        found = _inside(directory)
        if found:
            return _short(found, start)
        if (directory / ".git").exists() or directory == home:
            return None
    return None


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None


def _short(path: Path, start: Path) -> Path:
    return Path(os.path.relpath(path, start))
