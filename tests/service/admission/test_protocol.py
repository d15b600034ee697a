"""Connections that never ask for anything come to an end, and so do heads without one."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Sequence

import pytest

from tagward_service.admission import protocol
from tagward_service.admission.serving import Listener, _server
from tests.service.admission.test_endpoint import Source, Webhook

GET = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
HALF = GET[:-5]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)


@contextlib.asynccontextmanager
async def served() -> AsyncIterator[int]:
    """Serve the webhook on a free port."""
    server = _server(Listener(Webhook(Source()).app, "127.0.0.1", 0), 1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve([listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await serving


async def exchanged(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send pieces, and read until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        async with asyncio.timeout(5):
            return await reader.read()
    except ConnectionResetError:
        return b"reset"
    finally:
        writer.close()


def asked(*pieces: bytes, pause: float = 0.0) -> tuple[bytes, float]:
    """Serve one connection; return what it got, and how long it lasted."""

    async def one() -> tuple[bytes, float]:
        async with served() as port:
            began = time.monotonic()
            return await exchanged(port, *pieces, pause=pause), time.monotonic() - began

    return asyncio.run(one())


@pytest.mark.parametrize(
    ("pieces", "pause"),
    [((), 0.0), ((HALF,), 0.0), ([HALF[at : at + 1] for at in range(len(HALF))], 0.02)],
    ids=["nothing", "half a head", "drop by drop"],
)
def test_who_does_not_ask_is_hung_up_on(pieces: Sequence[bytes], pause: float) -> None:
    said, seconds = asked(*pieces, pause=pause)

    assert said in (b"", b"reset")
    assert 0.25 < seconds < 3


def test_a_later_request_has_to_come_in_time_as_well() -> None:
    said, seconds = asked(GET, HALF, pause=0.05)

    assert said.startswith(b"HTTP/1.1 200")
    assert said.count(b"HTTP/1.1") == 1
    assert 0.25 < seconds < 3


def test_between_requests_there_is_time() -> None:
    said, _ = asked(GET, b"", GET.replace(b"host", b"connection: close\r\nhost"), pause=0.25)

    assert said.count(b"HTTP/1.1 200") == 2


def test_a_head_in_pieces_is_read() -> None:
    closing = GET.replace(b"host", b"connection: close\r\nhost")
    said, _ = asked(closing[:10], closing[10:30], closing[30:], pause=0.02)

    assert said.startswith(b"HTTP/1.1 200")


def test_a_head_without_end_is_refused() -> None:
    said, seconds = asked(b"GET / HTTP/1.1\r\n", *[b"x-more: " + b"x" * 8_000 + b"\r\n"] * 9, pause=0.01)

    assert said.startswith(b"HTTP/1.1 431 ")
    assert _problem(said)["status"] == 431
    assert seconds < 3


@pytest.mark.parametrize(
    "garbage",
    [b"\x16\x03\x01\x02\x00", b"HELO\r\n\r\n", b"GET \xff HTTP/1.1\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"],
)
def test_what_is_no_http_is_answered_with_a_problem(garbage: bytes) -> None:
    said, _ = asked(garbage)

    assert said.startswith(b"HTTP/1.1 400 ")
    assert _problem(said) == {
        "status": 400,
        "title": "Bad Request",
        "detail": "invalid http request received",
        "type": "about:blank",
    }


def _problem(said: bytes) -> dict[str, object]:
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    found: dict[str, object] = json.loads(body)
    return found
