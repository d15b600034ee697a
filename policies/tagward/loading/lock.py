"""The lock: which content every file has that a policy takes from elsewhere, and that content itself.

`tagward.lock` lies beside the policy; what it pins lies in `.tagward/`, each file under its SHA-256. Loading
a policy reads both and never asks anybody else. `tagward lock` writes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from tagward.diagnostics import Diagnostic, in_order, quoted
from tagward.digest import sha256
from tagward.errors import PolicyError
from tagward.language import MAX_POLICY_BYTES, Text
from tagward.loading.remotes import MAX_REMOTE_BYTES, Remote, RemoteError, remote

if TYPE_CHECKING:
    from tagward.reading.yaml_reader import Document

LOCK = "tagward.lock"
CONTENTS = ".tagward"
MAX_SOURCES = 500
RUN = "run `tagward lock`"
_STARTER = "delete it, and run `tagward lock`"

FileName = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^/\\\x00-\x1f]+$(?!\n)")]


class Pin(Struct, frozen=True, forbid_unknown_fields=True):
    """What is pinned of one file: its content, for git the commit, and which policies take it."""

    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
    policies: Annotated[list[FileName], Meta(min_length=1, max_length=1000)]
    commit: Annotated[str, Meta(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$(?!\n)")] | UnsetType = UNSET


Pins = Mapping[str, Pin]


class LockFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole lock."""

    version: Literal[1]
    sources: Annotated[dict[Text, Pin], Meta(max_length=MAX_SOURCES)]


class Locked:
    """Gives what is kept elsewhere as it was locked, for one policy; `policy` is the file of it."""

    def __init__(self, policy: Path) -> None:
        self.folder = policy.parent
        self.name = policy.name
        self._document, self.pins = read_lock(self.folder)
        self._used: set[str] = set()

    def content(self, source: Remote) -> bytes:
        """Return the content that is locked. Raises RemoteError."""
        self._used.add(source.url)
        pin = self.pins.get(source.url)
        if pin is None or self.name not in pin.policies:
            raise RemoteError(f"{quoted(source.url)} is not locked for {quoted(self.name)} in `{LOCK}`", RUN)
        return stored(self.folder, source, pin)

    def unused(self) -> Iterator[Diagnostic]:
        """Warn of what is locked for the policy, which takes it no more."""
        for url, pin in self.pins.items():
            if self._document is not None and self.name in pin.policies and url not in self._used:
                said = f"{quoted(self.name)} does not use {quoted(url)} any more"
                found = self._document.diagnostic(("sources", url), said, at_key=True, hint=RUN)
                yield msgspec.structs.replace(found, severity="warning")


def stored(folder: Path, source: Remote, pin: Pin) -> bytes:
    """Read what is kept beside a lock. Raises RemoteError unless it is what was pinned."""
    place = f"{CONTENTS}/{pin.sha256}"
    try:
        with (folder / CONTENTS / pin.sha256).open("rb") as stream:
            content = stream.read(MAX_REMOTE_BYTES + 1)
    except OSError as error:
        why = (error.strerror or "failed").lower()
        raise RemoteError(f"cannot read `{place}`, the content of {quoted(source.url)}: {why}", RUN) from None
    if sha256(content) != pin.sha256:
        said = f"`{place}` is not the content of {quoted(source.url)} that was locked: somebody changed it"
        raise RemoteError(said, "run `tagward lock` to fetch it again")
    return content


def read_lock(folder: Path) -> tuple[Document | None, Pins]:
    """Read the lock of a folder, if it has one. Raises PolicyError."""
    path = folder / LOCK
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_POLICY_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None, {}
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or "no file can have this name").lower()
        raise PolicyError([Diagnostic(str(path), 1, 1, f"cannot read the lock: {why}")]) from None
    from tagward.reading.yaml_reader import read_mapping

    document = read_mapping(content, str(path), "a lock", _STARTER)
    pins = _typed(document).sources
    if problems := in_order(_problems(document, pins)):
        raise PolicyError(problems)
    return document, pins


def _typed(document: Document) -> LockFile:
    try:
        return msgspec.convert(document.data, LockFile)
    except msgspec.ValidationError as error:
        from tagward.loading.explain import explain_shape
        from tagward.loading.schema import schema_of

        found = explain_shape(document, schema_of(LockFile, "urn:tagward:schema:lock:v1"))
        raise PolicyError(found or (document.diagnostic((), str(error)),)) from None


def _problems(document: Document, pins: Pins) -> Iterator[Diagnostic]:
    """List what the shape of a lock does not say: names are well formed, and one tree is of one commit."""
    commits: dict[tuple[str, str], str] = {}
    for url, pin in pins.items():
        try:
            source = remote(url)
        except RemoteError as error:
            yield document.diagnostic(("sources", url), str(error), at_key=True, hint=_STARTER)
            continue
        if source.is_git is isinstance(pin.commit, UnsetType):
            said = "a file of a git repository has a `commit`, no other has"
            yield document.diagnostic(("sources", url), said, at_key=True, hint=_STARTER)
        elif source.is_git and commits.setdefault(source.tree, str(pin.commit)) != pin.commit:
            said = f"another file at {quoted(source.ref)} of the same repository has another commit"
            yield document.diagnostic(("sources", url, "commit"), said, hint=_STARTER)
