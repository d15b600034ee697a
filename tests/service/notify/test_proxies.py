"""Webhooks that are reached by a proxy, as the environment says."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import parse_headers
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tagward.errors import UsageError
from tagward_service.admission.certificates import make
from tagward_service.notify.proxies import Proxy, proxy_for
from tagward_service.notify.webhook import TRIES, NotSentError, post, webhook

URL = "https://hooks.example/services/s3cret"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the environment names a proxy."""
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name}_proxy".upper(), raising=False)


class Hooks(BaseHTTPRequestHandler):
    """A webhook and its proxy in one: it takes CONNECT and answers in TLS itself, for whatever host."""

    asked: list[str]
    refuses: int
    context: ssl.SSLContext

    def do_CONNECT(self) -> None:
        self.asked.append(f"{self.path} {self.headers['proxy-authorization']}")
        if self.refuses:
            self.send_error(self.refuses)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        with self.context.wrap_socket(self.connection, server_side=True) as inside:
            stream = inside.makefile("rb")
            self.asked.append(stream.readline().decode().strip())
            headers = parse_headers(stream)
            stream.read(int(headers["content-length"]))
            inside.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def proxy(folder: Path, *, refuses: int = 0) -> Iterator[tuple[str, list[str]]]:
    """Run a proxy; give its address, and what it was asked."""
    bundle = make(["hooks.example"], days=1)
    for name, content in (("ca", bundle.authority), ("cert", bundle.certificate), ("key", bundle.key)):
        (folder / f"{name}.pem").write_bytes(content)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    asked: list[str] = []
    handler = type("Handler", (Hooks,), {"asked": asked, "refuses": refuses, "context": context})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_webhook_is_reached_by_the_proxy_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy(tmp_path) as (address, asked):
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:pa%40ss@{address}")

        post(webhook(URL), {"text": "x"})

    assert asked == ["hooks.example:443 Basic bWU6cGFAc3M=", "POST /services/s3cret HTTP/1.1"]


@pytest.mark.parametrize(("status", "tries"), [(407, 1), (403, 1), (503, TRIES)])
def test_a_proxy_that_refuses_is_named_and_the_secret_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, tries: int
) -> None:
    with proxy(tmp_path, refuses=status) as (address, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:s3cret@{address}")
        with pytest.raises(NotSentError) as caught:
            post(webhook(URL), {"text": "x"}, sleep=lambda _: None)

    said = f"the news could not be sent to hooks.example by the proxy 127.0.0.1: the proxy answered {status}"
    assert str(caught.value) == said
    assert len(asked) == tries


def test_a_proxy_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")

    with pytest.raises(NotSentError, match=r"by the proxy 127\.0\.0\.1: connection refused"):
        post(webhook(URL), {"text": "x"}, sleep=lambda _: None)


@pytest.mark.parametrize(
    ("variables", "host", "expected"),
    [
        ({}, "hooks.example", None),
        ({"HTTPS_PROXY": "http://proxy:3128"}, "hooks.example", Proxy("proxy", 3128)),
        ({"HTTPS_PROXY": "proxy:3128"}, "hooks.example", Proxy("proxy", 3128)),
        ({"HTTPS_PROXY": "http://proxy"}, "hooks.example", Proxy("proxy", 80)),
        ({"ALL_PROXY": "http://proxy:1"}, "hooks.example", Proxy("proxy", 1)),
        ({"HTTPS_PROXY": "http://a:1", "https_proxy": "http://b:2"}, "hooks.example", Proxy("b", 2)),
        ({"HTTP_PROXY": "http://proxy:3128"}, "hooks.example", None),
        ({"HTTPS_PROXY": "http://proxy:1", "NO_PROXY": "other,.example"}, "hooks.example", None),
        ({"HTTPS_PROXY": "http://proxy:1", "NO_PROXY": "*"}, "hooks.example", None),
        ({"HTTPS_PROXY": "http://proxy:1", "NO_PROXY": "ks.example"}, "hooks.example", Proxy("proxy", 1)),
        ({"HTTPS_PROXY": "http://proxy:1"}, "localhost", None),
        ({"HTTPS_PROXY": "http://proxy:1"}, "127.0.0.1", None),
    ],
)
def test_the_environment_says_which_proxy(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], host: str, expected: Proxy | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert proxy_for(host) == expected


@pytest.mark.parametrize(
    "url",
    ["socks5://s3cret@proxy:1", "https://s3cret@proxy:1", "http://s3cret:99999", "http://[s3cret", "//"],
)
def test_a_proxy_that_cannot_be_used_is_told_before_anything_is_scanned(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url)

    with pytest.raises(UsageError) as caught:
        webhook(URL)

    assert str(caught.value) == "HTTPS_PROXY has to be like http://HOST:PORT to notify a webhook"


def test_a_proxy_shows_no_password() -> None:
    assert "s3cret" not in repr(Proxy("proxy", 1, "Basic s3cret"))
