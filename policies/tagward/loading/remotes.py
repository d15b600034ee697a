"""Names of files that are kept elsewhere: in a git repository (`git+https://`), or on the web (`https://`).

Nothing here reaches for them: what stands behind a name is given by whoever is `Remotes`.
"""

from __future__ import annotations

import re
from typing import Protocol

from msgspec import Struct

from tagward.diagnostics import masked, quoted
from tagward.errors import TagwardError

MAX_REMOTE_BYTES = 16 * 1024 * 1024
"""A larger file is neither fetched nor read."""
_LONGEST = 1000

_LOOPBACK = r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])"
_SERVER = rf"(?:https://(?:[A-Za-z0-9.-]+|\[[0-9a-f:.]+\])|http://{_LOOPBACK})(?::[0-9]{{1,5}})?"
_SEGMENT = r"[A-Za-z0-9._~@+=,-]+"
_REF = r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}"
_GIT = rf"git\+({_SERVER}(?:/{_SEGMENT})+)//({_SEGMENT}(?:/{_SEGMENT})*)\?ref=({_REF})"
_WEB_SEGMENT = r"(?:[A-Za-z0-9._~@+=,:!$&'()*;-]|%[0-9A-Fa-f]{2})*"
_WEB = rf"{_SERVER}(?:/{_WEB_SEGMENT})+(?:\?[A-Za-z0-9._~@+=,%&:/-]+)?"
_ON_THIS_MACHINE = rf"(?:git\+)?https?://{_LOOPBACK}(?:[:/]|$)"

_LIKE_GIT = "write it like `git+https://HOST/REPOSITORY//PATH/policy.yaml?ref=TAG`"
_LIKE_WEB = "write it like `https://HOST/PATH/teams.csv`"


class RemoteError(TagwardError):
    """A file that is kept elsewhere and cannot be had: what is wrong, and the next step."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class Remote(Struct, frozen=True):
    """A file that is kept elsewhere. Those in a git repository have all but the first, others `url` alone."""

    url: str
    repository: str = ""
    path: str = ""
    ref: str = ""

    @property
    def is_git(self) -> bool:
        """Say whether it is a file of a git repository."""
        return bool(self.repository)

    @property
    def tree(self) -> tuple[str, str]:
        """The tree that it is a file of: what has the same one is taken from the same commit."""
        return self.repository, self.ref

    @property
    def is_on_this_machine(self) -> bool:
        """Say whether it is served by this machine, for nobody but itself."""
        return bool(re.match(_ON_THIS_MACHINE, self.url, re.IGNORECASE))


class Remotes(Protocol):
    """Gives what is kept elsewhere."""

    def content(self, remote: Remote) -> bytes:
        """Return the content of a file. Raises RemoteError."""
        ...


def is_remote(name: str) -> bool:
    """Say whether a name is that of a file that is kept elsewhere."""
    return "://" in name


def remote(name: str) -> Remote:
    """Read the name of a file that is kept elsewhere. Raises RemoteError, which shows no password."""
    shown = quoted(masked(name))
    if masked(name) != name:
        hint = "take them out, and let git's credential helpers or a server inside your network have them"
        raise RemoteError(f"{shown} holds credentials", hint)
    if len(name) > _LONGEST:
        raise RemoteError(f"{shown} is longer than {_LONGEST} characters")
    if name.startswith("git+"):
        return _git(name, shown)
    if not name.startswith(("https://", "http://")):
        raise RemoteError(f"{shown} has an unknown protocol", f"{_LIKE_GIT}, or like `https://HOST/PATH`")
    _must_be_tls(name, shown)
    if not re.fullmatch(_WEB, name) or _climbs(name.partition("://")[2].partition("?")[0]):
        raise RemoteError(f"{shown} is not understood", _LIKE_WEB)
    return Remote(name)


def _git(name: str, shown: str) -> Remote:
    if not name.startswith(("git+https://", "git+http://")):
        raise RemoteError(f"{shown} has an unknown protocol", _LIKE_GIT)
    _must_be_tls(name.removeprefix("git+"), shown)
    found = re.fullmatch(_GIT, name)
    if found is None or _climbs(found[1].partition("://")[2]) or _climbs(found[2]) or not _is_ref(found[3]):
        raise RemoteError(f"{shown} is not understood", _LIKE_GIT)
    return Remote(name, found[1], found[2], found[3])


def _must_be_tls(url: str, shown: str) -> None:
    if url.startswith("http://") and not re.match(_ON_THIS_MACHINE, url):
        raise RemoteError(f"{shown} could be changed on its way", "use https")


def _climbs(path: str) -> bool:
    return any(segment in (".", "..") for segment in path.split("/"))


def _is_ref(ref: str) -> bool:
    """Say whether git takes this for the name of a tag, branch or commit; a subset of what it does take."""
    parts = ref.split("/")
    return ".." not in ref and all(
        each and each[0] != "." and not each.endswith((".lock", ".")) for each in parts
    )


def beside(source: Remote, name: str) -> Remote:
    """Return the file that a name means in a file that is kept elsewhere. Raises RemoteError."""
    if is_remote(name):
        found = remote(name)
        if found.is_on_this_machine and not source.is_on_this_machine:
            raise RemoteError(
                f"{quoted(name)} is on this machine, which a policy that is kept elsewhere must not ask"
            )
        return found
    if not source.is_git:
        raise RemoteError(
            f"{quoted(name)} is a file beside {quoted(source.url)}, which is in no repository",
            "write its whole address",
        )
    inner = _resolved(source.path.split("/")[:-1], name)
    if inner is None:
        hint = "name a file of the same repository, or the whole address of another"
        raise RemoteError(f"{quoted(name)} is outside of {quoted(source.repository)}", hint)
    return remote(f"git+{source.repository}//{inner}?ref={source.ref}")


def _resolved(folder: list[str], name: str) -> str | None:
    """Return a path in a tree; None for one that leads out of it."""
    if name.startswith("/"):
        return None
    for step in name.split("/"):
        if step == "..":
            if not folder:
                return None
            folder = folder[:-1]
        elif step not in ("", "."):
            folder = [*folder, step]
    return "/".join(folder)
