"""Where a finding is, in the forms that other tools want."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import PurePath
from urllib.parse import quote

from tagward.findings import Finding

STDIN_PATH = "stdin"


def relative_path(file: str) -> str:
    """Return a path relative to the working directory, with forward slashes, where there is one."""
    return _relative(file, os.getcwd())  # noqa: PTH109 (asked for once a finding, and a string is enough)


def relative_uri(file: str) -> str:
    """Return a file as a relative URI reference (an absolute one for a file elsewhere)."""
    return _uri(relative_path(file))


@lru_cache(maxsize=1024)
def _relative(file: str, here: str) -> str:
    if file in ("", "-", "<stdin>"):
        return STDIN_PATH
    path = PurePath(os.path.normpath(file))
    if path.is_absolute() and path.is_relative_to(here):
        path = path.relative_to(here)
    return path.as_posix()


@lru_cache(maxsize=1024)
def _uri(path: str) -> str:
    uri = quote(path, safe="/-._~", errors="surrogateescape")
    return f"file://{uri}" if path.startswith("/") else uri


def line_of(finding: Finding) -> int:
    """Return the line, 1 where none is known: most tools insist on one."""
    return finding.resource.line or 1
