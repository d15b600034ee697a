"""A PostgreSQL server of our own for tests: Debian's binaries, an empty folder, a Unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import psycopg

USER = "tagward"

_SETPRIV = shutil.which("setpriv")
_WITH_PARENT = (_SETPRIV, "--pdeathsig", "INT") if _SETPRIV else ()
"""Has the kernel end the server when this process ends, however that happens."""


def absent() -> str:
    """Say why no server can be had; "" when one can."""
    if not _binaries():
        return "no postgres and initdb on this machine (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and _account() is None:
        return "postgres refuses to run as root, and there is no user `postgres` or `nobody`"
    return ""


class Server:
    """A server that is started, killed and started again at will; it ends with this process."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="tagward-postgres-"))
        self._data = self._folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._account = _account() if os.geteuid() == 0 else None
        if self._account:
            os.chown(self._folder, self._account.pw_uid, self._account.pw_gid)
        options = ("--auth=trust", f"--username={USER}", "--no-locale", "--encoding=UTF8", "--no-sync")
        made = self._run("initdb", "-D", str(self._data), *options)
        _, said = made.communicate(timeout=120)
        if made.returncode:
            raise RuntimeError(said.decode())

    def url(self, schema: str = "public") -> str:
        """Where a schema of the server is."""
        options = quote(f"-csearch_path={schema}", safe="")
        return f"postgresql://{USER}@/postgres?host={quote(str(self._folder), safe='')}&options={options}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = (
            "listen_addresses=",
            f"unix_socket_directories={self._folder}",
            "fsync=off",
            "max_connections=40",
            "shared_buffers=32MB",
        )
        flags = [flag for setting in settings for flag in ("-c", setting)]
        self._process = self._run("postgres", "-D", str(self._data), *flags)
        self._wait()

    def kill(self) -> None:
        """Kill the server and everything it started, as a crash of the machine's memory would."""
        assert self._process is not None
        children = _children(self._process.pid)
        for pid in (self._process.pid, *children):
            _kill(pid)
        self._process.communicate(timeout=30)
        for pid in children:
            while Path(f"/proc/{pid}").exists():
                time.sleep(0.01)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.communicate(timeout=60)
        shutil.rmtree(self._folder, ignore_errors=True)

    def execute(self, statement: str) -> None:
        """Carry out a statement."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _wait(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + 120
        while True:
            try:
                return self.execute("SELECT 1")
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        account = self._account
        return subprocess.Popen(
            [*_WITH_PARENT, str(_binaries()[0] / program), *arguments],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        )


def _binaries() -> Sequence[Path]:
    """List the folders with `postgres` and `initdb`, the newest version first."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: -int(each.parent.name))
    path = [Path(each) for each in os.environ.get("PATH", "").split(os.pathsep) if each]
    return [each for each in (*debian, *path) if (each / "postgres").exists() and (each / "initdb").exists()]


def _account() -> pwd.struct_passwd | None:
    """Return the user that the server runs as where this process is root."""
    by_name = {entry.pw_name: entry for entry in pwd.getpwall()}
    return by_name.get("postgres") or by_name.get("nobody")


def _children(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
