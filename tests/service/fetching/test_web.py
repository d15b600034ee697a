"""Files of the web, fetched from a server on this machine."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import parse_headers
from pathlib import Path

import pytest

from tagward.loading.remotes import MAX_REMOTE_BYTES, RemoteError, remote
from tagward_service.fetching.web import Patience, fetch
from tests.service.fetching.servers import Handler, Server, certified, serving


def test_a_file_is_fetched_as_it_is(server: Server) -> None:
    url = server.put("/teams.csv", "slug\r\nfraud\r\n")
    assert fetch(remote(url)) == b"slug\r\nfraud\r\n"
    assert server.asked == ["/teams.csv"]


def test_a_file_as_large_as_may_be_is_fetched_and_no_larger_one(server: Server) -> None:
    url = server.put("/large.csv", b"x" * MAX_REMOTE_BYTES)
    assert len(fetch(remote(url))) == MAX_REMOTE_BYTES
    server.put("/large.csv", b"x" * (MAX_REMOTE_BYTES + 1))
    with pytest.raises(RemoteError, match="is larger than 16 MiB"):
        fetch(remote(url))


def test_what_is_not_there_is_said(server: Server) -> None:
    with pytest.raises(RemoteError, match="the server answered 404"):
        fetch(remote(f"{server.at}/none.csv"))


def test_a_server_that_says_nothing_is_not_waited_for(server: Server) -> None:
    with pytest.raises(RemoteError, match="does not answer"):
        fetch(remote(f"{server.at}/silent.csv"), Patience(silence=0.2))


def test_a_server_that_is_too_slow_is_not_waited_for(server: Server) -> None:
    url = server.put("/teams.csv", "slug\nfraud\n")
    with pytest.raises(RemoteError, match="takes too long"):
        fetch(remote(url), Patience(whole=-1))


def test_a_server_that_is_not_there_is_said_to_be(server: Server) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    with pytest.raises(RemoteError, match="refused"):
        fetch(remote(f"http://127.0.0.1:{port}/teams.csv"))


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("http://127.0.0.1:1/x.csv", "redirects to where there is no TLS"),
        ("http://example.com/x.csv", "redirects to where there is no TLS"),
        ("file:///etc/passwd", "the server answered 302"),
        ("/other.csv", "redirects to where there is no TLS"),
        ("https://ann:s3cret@127.0.0.1:1/x.csv", "redirects to an address with a password"),
    ],
)
def test_redirects_lead_to_tls_alone(server: Server, to: str, said: str) -> None:
    server.put("/other.csv", "slug\nx\n")
    server.handler.redirects["/teams.csv"] = to
    with pytest.raises(RemoteError, match=said) as caught:
        fetch(remote(f"{server.at}/teams.csv"))
    assert "s3cret" not in str(caught.value)


def test_a_redirect_to_tls_is_followed(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tmp_path, certified(tmp_path, "localhost")) as other:
        server.handler.redirects["/teams.csv"] = other.put("/moved.csv", "slug\nfraud\n")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert fetch(remote(f"{server.at}/teams.csv")) == b"slug\nfraud\n"


def test_a_certificate_has_to_be_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(tmp_path, certified(tmp_path, "localhost")) as server:
        url = server.put("/teams.csv", "slug\nfraud\n")
        with pytest.raises(RemoteError, match="certificate"):
            fetch(remote(url))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert fetch(remote(url)) == b"slug\nfraud\n"
        with pytest.raises(RemoteError, match="not valid for"):
            fetch(remote(url.replace("localhost", "127.0.0.1")))


class Short(Handler):
    """Announces more than it sends."""

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(body) + 1))
        self.end_headers()
        self.wfile.write(body)


def test_a_file_that_ends_early_is_not_taken(tmp_path: Path) -> None:
    with serving(tmp_path, kind=Short) as server:
        url = server.put("/teams.csv", "slug\nfraud\n")
        with pytest.raises(RemoteError, match="the connection broke"):
            fetch(remote(url))


class Tunnel(Handler):
    """A proxy that answers in TLS itself, for whatever host it is to connect to."""

    context: ssl.SSLContext

    def do_CONNECT(self) -> None:  # noqa: N802  (http.server wants it so)
        """Answer the first request in the tunnel with a list."""
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        with self.context.wrap_socket(self.connection, server_side=True) as inside:
            stream = inside.makefile("rb")
            self.asked.append(stream.readline().decode().strip())
            parse_headers(stream)
            inside.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nslug\n")
        self.close_connection = True


@contextmanager
def proxying(folder: Path) -> Iterator[Server]:
    """Run such a proxy."""
    kind = type("Own", (Tunnel,), {"context": certified(folder, "files.example")})
    with serving(folder, kind=kind) as server:
        yield server


def test_the_proxy_of_the_environment_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxying(tmp_path) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        monkeypatch.setenv("HTTPS_PROXY", server.at)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert fetch(remote("https://files.example/teams.csv?part=1")) == b"slug\n"
    assert server.asked == ["files.example:443", "GET /teams.csv?part=1 HTTP/1.1"]
