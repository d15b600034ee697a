"""Locking: which file has which content, fetched where it is not there yet, and what became of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, Self

from msgspec import UNSET, Struct

from tagward.diagnostics import quoted
from tagward.digest import sha256
from tagward.errors import UsageError
from tagward.loading.lock import MAX_SOURCES, Pin, Pins, stored
from tagward.loading.needs import ask_for_all
from tagward.loading.remotes import Remote, RemoteError, remote
from tagward_service.fetching import git, web

Fate = Literal["kept", "fetched", "new", "moved", "removed"]
"""Kept as it was, fetched again as it was, locked for the first time, locked anew, locked no more."""


class Moves(Struct, frozen=True):
    """What is to be locked anew although it is locked: everything, or what is named with its whole tree."""

    everything: bool = False
    trees: frozenset[tuple[str, str]] = frozenset()
    urls: frozenset[str] = frozenset()

    def move(self, source: Remote) -> bool:
        """Say whether a file is locked anew."""
        return self.everything or source.url in self.urls or (source.is_git and source.tree in self.trees)


def moves(named: Iterable[str], before: Pins) -> Moves:
    """Read which files are to be locked anew. Raises UsageError for one that is not locked."""
    chosen = []
    for url in named:
        if url not in before:
            locked = f"locked are {', '.join(sorted(before))}" if before else "nothing is"
            raise UsageError(f"--update: {quoted(url)} is not locked; {locked}")
        chosen.append(remote(url))
    trees = frozenset(source.tree for source in chosen if source.is_git)
    return Moves(trees=trees, urls=frozenset(source.url for source in chosen))


class Locking:
    """Takes files for policies of one folder, and remembers their content and who takes them."""

    def __init__(self, folder: Path, before: Pins, moving: Moves) -> None:
        self.contents: dict[str, bytes] = {}
        self.fates: dict[str, Fate] = {}
        self._folder = folder
        self._before = before
        self._moving = moving
        self._takers: dict[str, set[str]] = {}
        self._trees: dict[tuple[str, str], git.Tree] = {}
        self._commits = {
            source.tree: str(pin.commit)
            for url, pin in before.items()
            if (source := remote(url)).is_git and not moving.move(source)
        }
        self._rooms = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._rooms.close()

    def take(self, policies: Sequence[str]) -> Pins:
        """Take everything that policies need. Raises PolicyError, and then nothing is to be locked."""
        for name in policies:
            ask_for_all(self._folder / name, _Taker(self, name))
        self.fates |= {url: "removed" for url in self._before if url not in self.contents}
        return {url: self._pin(url) for url in sorted(self.contents)}

    def content(self, source: Remote, policy: str) -> bytes:
        """Return the content of a file for a policy. Raises RemoteError."""
        if source.url not in self.contents:
            if len(self.contents) >= MAX_SOURCES:
                raise RemoteError(f"more than {MAX_SOURCES} files are taken from elsewhere")
            self.contents[source.url] = self._taken(source)
        self._takers.setdefault(source.url, set()).add(policy)
        return self.contents[source.url]

    def _taken(self, source: Remote) -> bytes:
        pin = self._before.get(source.url)
        if pin is None or self._moving.move(source):
            content = self._fetched(source)
            self.fates[source.url] = "new" if pin is None else self._compared(source, pin, content)
            return content
        try:
            content = stored(self._folder, source, pin)
        except RemoteError:
            return self._fetched_again(source, pin)
        self.fates[source.url] = "kept"
        return content

    def _compared(self, source: Remote, pin: Pin, content: bytes) -> Fate:
        is_same = pin.sha256 == sha256(content) and pin.commit == (self._commits.get(source.tree) or UNSET)
        return "kept" if is_same else "moved"

    def _fetched_again(self, source: Remote, pin: Pin) -> bytes:
        content = self._fetched(source)
        if sha256(content) != pin.sha256:
            hint = f"see what changed, then `tagward lock --update {source.url}`"
            raise RemoteError(f"{quoted(source.url)} is not what was locked any more", hint)
        self.fates[source.url] = "fetched"
        return content

    def _fetched(self, source: Remote) -> bytes:
        if not source.is_git:
            return web.fetch(source)
        if source.tree not in self._trees:
            room = Path(self._rooms.enter_context(TemporaryDirectory(prefix="tagward-git-")))
            tree = git.fetch(source, self._commits.get(source.tree), room)
            self._trees[source.tree] = tree
            self._commits[source.tree] = tree.commit
        return self._trees[source.tree].file(source)

    def _pin(self, url: str) -> Pin:
        source = remote(url)
        commit = self._commits[source.tree] if source.is_git else UNSET
        return Pin(sha256(self.contents[url]), sorted(self._takers[url]), commit)


class _Taker(Struct, frozen=True):
    """Takes files for one policy."""

    locking: Locking
    policy: str

    def content(self, source: Remote) -> bytes:
        """Return the content of a file. Raises RemoteError."""
        return self.locking.content(source, self.policy)


def sharers(folder: Path, policy: str, pins: Pins) -> list[str]:
    """List a policy and the others of its folder that the same lock is for, as far as they are there."""
    named = {name for pin in pins.values() for name in pin.policies}
    return sorted({policy, *(name for name in named if (folder / name).is_file())})


def leftovers(before: Pins, after: Pins) -> Iterator[str]:
    """List the contents that nothing is pinned to any more."""
    needed: Collection[str] = {pin.sha256 for pin in after.values()}
    return (digest for digest in sorted({pin.sha256 for pin in before.values()}) if digest not in needed)
