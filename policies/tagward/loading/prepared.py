"""Packs in their typed form, so that the default policy is there without the cost of reading YAML.

Beside each pack lies `NAME.json`, which `make docs` writes: the pack as the loader understands it and the
hash of the YAML it was made from. It counts only as long as that hash is right.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tagward.diagnostics import Diagnostic, Steps
from tagward.digest import sha256
from tagward.language import PolicyFile

if TYPE_CHECKING:
    from tagward.reading.yaml_reader import Document


class Prepared(msgspec.Struct, frozen=True):
    """A pack in its typed form, and the hash of the file it was made from."""

    sha256: str
    policy: PolicyFile


class UnreadDocument:
    """A policy file that nobody had to read yet; it is, when a diagnostic about it is wanted."""

    def __init__(self, content: bytes, file: str) -> None:
        self.file = file
        self._content = content

    @cached_property
    def _document(self) -> Document:
        from tagward.reading.yaml_reader import read_policy

        return read_policy(self._content, self.file)

    @property
    def data(self) -> dict[str, Any]:
        """The file as plain data."""
        return self._document.data

    def diagnostic(self, path: Steps, message: str, **details: Any) -> Diagnostic:
        """Build a diagnostic about the part at a path."""
        return self._document.diagnostic(path, message, **details)


def prepare(content: bytes) -> bytes:
    """Return what belongs beside a pack with this content."""
    from tagward.language import read_shape
    from tagward.reading.yaml_reader import read_policy

    policy = read_shape(read_policy(content, "pack").data)
    return msgspec.json.format(msgspec.json.encode(Prepared(sha256(content), policy)), indent=1) + b"\n"


def prepared_policy(path: Path, content: bytes) -> PolicyFile | None:
    """Return the typed form of a pack, if it lies beside it and was made from this content."""
    try:
        prepared = msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=Prepared)
    except (OSError, msgspec.DecodeError):
        return None
    return prepared.policy if prepared.sha256 == sha256(content) else None
