"""A server on this machine for tests: git repositories over smart HTTP, and files."""

from __future__ import annotations

import gzip
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tagward_service.admission.certificates import make

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

_WHO = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")


class Repository:
    """A real repository, which a server serves under its name."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.folder = folder / name
        self.folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main", ".")

    def git(self, *arguments: str) -> str:
        """Run git in the repository."""
        ran = subprocess.run(
            ["git", *_WHO, *arguments], cwd=self.folder, capture_output=True, text=True, check=True
        )
        return ran.stdout.strip()

    def commit(self, files: Mapping[str, str], tag: str = "") -> str:
        """Write files and commit everything; put a tag there, where it was elsewhere too."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=x")
        if tag:
            self.git("tag", "--force", "--annotate", "--message=x", tag)
        return self.git("rev-parse", "HEAD")


class Handler(BaseHTTPRequestHandler):
    """Answers for repositories in a folder, and for files by their path."""

    root: Path
    files: dict[str, bytes]
    redirects: dict[str, str]
    asked: list[str]
    silence: threading.Event

    def do_GET(self) -> None:
        """Answer with the refs of a repository, a file, a redirect, or never."""
        path, _, query = self.path.partition("?")
        self.asked.append(self.path)
        if path.startswith("/silent"):
            self.silence.wait(60)
            self.close_connection = True
        elif path in self.redirects:
            self.send_response(302)
            self.send_header("location", self.redirects[path])
            self.send_header("content-length", "0")
            self.end_headers()
        elif query == "service=git-upload-pack":
            self._git(path.removesuffix("/info/refs"), "--advertise-refs", b"")
        elif path in self.files:
            self._answer("application/octet-stream", self.files[path])
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        """Let upload-pack answer."""
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers["content-encoding"] == "gzip":
            body = gzip.decompress(body)
        self._git(self.path.removesuffix("/git-upload-pack"), "", body)

    def _git(self, name: str, advertise: str, body: bytes) -> None:
        protocol = self.headers["git-protocol"] or ""
        command = [
            "git",
            "upload-pack",
            "--stateless-rpc",
            *([advertise] if advertise else []),
            f"{self.root}{name}",
        ]
        environment = os.environ | {"GIT_PROTOCOL": protocol}
        ran = subprocess.run(command, input=body, capture_output=True, env=environment)
        if ran.returncode and not ran.stdout:
            self.send_error(404)
            return
        is_old = advertise and "version=2" not in protocol
        head = b"001e# service=git-upload-pack\n0000" if is_old else b""
        kind = "advertisement" if advertise else "result"
        self._answer(f"application/x-git-upload-pack-{kind}", head + ran.stdout)

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay quiet."""


def certified(folder: Path, name: str) -> ssl.SSLContext:
    """Make a certificate for a name and the context of a server that shows it; `ca.pem` is its authority."""
    bundle = make([name], days=1)
    for file, content in (("ca", bundle.authority), ("cert", bundle.certificate), ("key", bundle.key)):
        (folder / f"{file}.pem").write_bytes(content)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


class Server:
    """A server that runs, and what it has."""

    def __init__(self, handler: type[Handler], at: str) -> None:
        self.handler = handler
        self.at = at

    @property
    def asked(self) -> list[str]:
        """The paths that were asked for."""
        return self.handler.asked

    def repository(self, name: str) -> Repository:
        """Make a repository that is served."""
        return Repository(self.handler.root, name)

    def git(self, name: str, path: str, ref: str = "v1") -> str:
        """Name a file of a repository."""
        return f"git+{self.at}/{name}//{path}?ref={ref}"

    def put(self, path: str, content: str | bytes) -> str:
        """Serve a file; return its address."""
        self.handler.files[path] = content.encode() if isinstance(content, str) else content
        return self.at + path


@contextmanager
def serving(
    root: Path, context: ssl.SSLContext | None = None, kind: type[Handler] = Handler
) -> Iterator[Server]:
    """Serve repositories below a folder, and files, until the end."""
    fresh: dict[str, Any] = {
        "root": root,
        "files": {},
        "redirects": {},
        "asked": [],
        "silence": threading.Event(),
    }
    handler = type("Fresh", (kind,), fresh)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    at = f"http://127.0.0.1:{server.server_address[1]}"
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        at = f"https://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Server(handler, at)
    finally:
        fresh["silence"].set()
        server.shutdown()
        thread.join()
        server.server_close()
