"""Fetching files of git repositories: one commit without history into a place of its own, never checked out.

Files are read out of git's objects, so no hook, filter, submodule or symbolic link of a repository can do
anything. The user's own configuration of git applies (credential helpers, proxies, authorities), except where
it would weaken that.
"""

from __future__ import annotations

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired

from msgspec import Struct

from tagward.diagnostics import masked, printable, quoted
from tagward.loading.remotes import MAX_REMOTE_BYTES, Remote, RemoteError

SECONDS = 120.0
"""So long may one command of git take."""
_LONGEST_REASON = 200

_SETTINGS = (
    *("core.hooksPath=" + os.devnull, "core.fsmonitor=false", "core.askPass="),
    *(
        "http.sslVerify=true",
        "http.followRedirects=initial",
        "http.lowSpeedLimit=1000",
        "http.lowSpeedTime=20",
    ),
    *("fetch.recurseSubmodules=false", "fetch.writeCommitGraph=false", "transfer.bundleURI=false"),
    *("gc.auto=0", "maintenance.auto=false", "protocol.version=2", "protocol.allow=never"),
)
_FORGOTTEN = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"),
    *("GIT_DEFAULT_HASH", "GIT_TEMPLATE_DIR", "GIT_SSL_NO_VERIFY", "GIT_TRACE", "GIT_CURL_VERBOSE"),
    *("GIT_TRACE_CURL", "GIT_TRACE_PACKET", "SSH_ASKPASS", "GIT_QUARANTINE_PATH"),
)
"""Variables that say of another repository, as those that a hook runs with, or that weaken TLS."""


class GitError(Exception):
    """What git said."""


class Tree(Struct, frozen=True):
    """The files of a commit, in a repository of our own."""

    folder: Path
    commit: str

    def file(self, source: Remote) -> bytes:
        """Return the content of a file. Raises RemoteError."""
        try:
            found = _git(self.folder, "ls-tree", "-z", "--full-tree", self.commit, "--", source.path)
            about = found.partition(b"\t")[0].decode().split(" ")
            if reason := _no_file(about):
                raise GitError(f"{quoted(source.path)} {reason} at {quoted(source.ref)}")
            if int(_git(self.folder, "cat-file", "-s", about[2])) > MAX_REMOTE_BYTES:
                raise GitError(f"it is larger than {MAX_REMOTE_BYTES // 2**20} MiB")
            return _git(self.folder, "cat-file", "blob", about[2])
        except GitError as error:
            raise RemoteError(f"cannot fetch {quoted(source.url)}: {error}") from None


def fetch(source: Remote, commit: str | None, folder: Path, seconds: float = SECONDS) -> Tree:
    """Fetch the commit that a ref stands for, or the one that is named, into a folder. Raises RemoteError."""
    protocol = source.repository.partition(":")[0]
    way = ("-c", "http.followRedirects=false", "-c", "http.proxy=") if source.is_on_this_machine else ()
    options = ("--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance")
    try:
        _git(folder, "init", "--quiet", "--bare", "--template=", "--", str(folder))
        what = ("--", source.repository, commit or source.ref)
        _git(folder, *way, "fetch", *options, *what, protocol=protocol, seconds=seconds)
        found = _git(folder, "rev-parse", "--verify", "--end-of-options", "FETCH_HEAD^{commit}")
    except GitError as error:
        raise RemoteError(*_explained(source, commit, str(error))) from None
    return Tree(folder, found.decode().strip())


def _no_file(about: list[str]) -> str:
    """Say what stands in the way of taking an entry of a tree (mode, type, object) for a file."""
    if len(about) != 3:
        return "is not there"
    if about[0] == "120000":
        return "is a symbolic link, which is not followed,"
    return "" if about[1] == "blob" else f"is a {'folder' if about[1] == 'tree' else 'submodule'}"


def _explained(source: Remote, commit: str | None, said: str) -> tuple[str, str | None]:
    message = f"cannot fetch {quoted(source.url)}: {said}"
    if commit is not None and ("not our ref" in said or "unadvertised object" in said):
        return message, f"its commit is gone: `tagward lock --update {source.url}` takes the one of today"
    if "could not read Username" in said or "Authentication failed" in said:
        return message, "nobody is asked for a password: set up a credential helper of git"
    return message, None


def _git(folder: Path, *arguments: str, protocol: str = "none", seconds: float = SECONDS) -> bytes:
    """Run git on a repository, in no shell, and return what it wrote. Raises GitError."""
    program = shutil.which("git")
    if program is None:
        raise GitError("git is not installed")
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    command = [program, f"--git-dir={folder}", *settings, *arguments]
    process = Popen(  # noqa: S603
        command,
        cwd=folder,
        env=_environment(protocol),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
    )
    try:
        written, said = process.communicate(timeout=seconds)
    except BaseException as error:
        _end(process)
        if isinstance(error, TimeoutExpired):
            raise GitError(f"git was not done after {seconds:g} seconds") from None
        raise
    if process.returncode != 0:
        raise GitError(_reason(said))
    return written


def _environment(protocol: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _FORGOTTEN}
    return kept | {
        "GIT_ALLOW_PROTOCOL": protocol,
        "GIT_TERMINAL_PROMPT": "0",
        "GCM_INTERACTIVE": "never",
        "LC_ALL": "C",
    }


def _end(process: Popen[bytes]) -> None:
    """End git with the programs it began, which would hold on to its output."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _reason(said: bytes) -> str:
    """Return the line that says why git failed, without passwords that the configuration may have put in."""
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    line = (fatal or lines or ["git failed"])[0].removeprefix("fatal: ").removeprefix("error: ")
    return printable(masked(line))[:_LONGEST_REASON]
