"""Connections that never ask for anything come to an end, and so do heads without one."""

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator, Sequence

import pytest
import uvloop

from tagward_service.admission import protocol
from tagward_service.admission.bodies import Receive
from tagward_service.admission.endpoint import Scope, Send
from tagward_service.admission.serving import Listener, _server
from tests.service.admission.test_endpoint import Source, Webhook

GET = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
HALF = GET[:-5]
SOON, AT_LEAST, LONGEST = 0.3, 0.25, 60.0
"""Seconds after which a client is hung up on, those it is given, and those after which it was forgotten."""
WITHOUT_END = int(LONGEST / 0.02)

POST = b"POST /admission/validate HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget nobody who is slow because the machine is."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", LONGEST)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", SOON)


@pytest.fixture
def soon_after_the_first(monkeypatch: pytest.MonkeyPatch) -> object:
    """A webhook that is patient until it was asked once."""
    app = Webhook(Source()).app

    async def hurried(scope: Scope, receive: Receive, send: Send) -> None:
        monkeypatch.setattr(protocol, "HEAD_SECONDS", SOON)
        await app(scope, receive, send)

    return hurried


@contextlib.asynccontextmanager
async def served(application: object = None) -> AsyncIterator[int]:
    """Serve the webhook, or another application, on a free port."""
    server = _server(Listener(application or Webhook(Source()).app, "127.0.0.1", 0), 1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve([listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await serving


async def exchanged(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send pieces, and read until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    reading = asyncio.ensure_future(reader.read())
    try:
        for piece in pieces:
            if reading.done():
                break
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        return await reading
    except ConnectionResetError:
        return b"reset"
    finally:
        reading.cancel()
        writer.close()


def asked(*pieces: bytes, pause: float = 0.0, of: object = None) -> tuple[bytes, float]:
    """Serve one connection until it is hung up on; return what it got, and how long it lasted."""

    async def one() -> tuple[bytes, float]:
        async with asyncio.timeout(LONGEST), served(of) as port:
            began = time.monotonic()
            return await exchanged(port, *pieces, pause=pause), time.monotonic() - began

    return uvloop.run(one())


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    ("pieces", "pause"),
    [((), 0.0), ((HALF,), 0.0), ([HALF, *[b"x"] * WITHOUT_END], 0.02)],
    ids=["nothing", "half a head", "drop by drop"],
)
def test_who_does_not_ask_is_hung_up_on(pieces: Sequence[bytes], pause: float) -> None:
    said, seconds = asked(*pieces, pause=pause)

    assert said in (b"", b"reset")
    assert seconds > AT_LEAST


def test_a_later_request_has_to_come_in_time_as_well(soon_after_the_first: object) -> None:
    said, seconds = asked(GET, HALF, pause=0.05, of=soon_after_the_first)

    assert said.startswith(b"HTTP/1.1 200")
    assert said.count(b"HTTP/1.1") == 1
    assert seconds > AT_LEAST


def test_between_requests_there_is_time(soon_after_the_first: object) -> None:
    last = GET.replace(b"host", b"connection: close\r\nhost")
    said, _ = asked(GET, b"", last, pause=0.25, of=soon_after_the_first)

    assert said.count(b"HTTP/1.1 200") == 2


def test_a_head_in_pieces_is_read() -> None:
    closing = GET.replace(b"host", b"connection: close\r\nhost")
    said, _ = asked(closing[:10], closing[10:30], closing[30:], pause=0.02)

    assert said.startswith(b"HTTP/1.1 200")


def test_a_head_without_end_is_refused() -> None:
    said, _ = asked(b"GET / HTTP/1.1\r\n", *[b"x-more: " + b"x" * 8_000 + b"\r\n"] * 9, pause=0.01)

    assert said.startswith(b"HTTP/1.1 431 ")
    assert _problem(said)["status"] == 431


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


def test_garbage_behind_a_request_is_no_error_of_the_service(caplog: pytest.LogCaptureFixture) -> None:
    said, _ = asked(GET + b"\x00\x00")

    assert b"HTTP/1.1 400 " in said
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize(
    ("pieces", "whole"), [((GET,), True), ((HALF, GET[-5:]), True), ((POST + b"{", b"}"), False)]
)
def test_a_request_says_whether_all_of_it_has_come(pieces: Sequence[bytes], whole: bool) -> None:
    said: list[bool] = []

    async def asks(scope: Scope, receive: Receive, send: Send) -> None:
        said.append(protocol.WHOLE in scope.get("extensions", {}))
        body = b""
        while not said[1:]:
            message = await receive()
            body += message["body"]
            if not message["more_body"]:
                said.append(protocol.WHOLE in scope["extensions"])
        await send({"type": "http.response.start", "status": 204, "headers": [(b"connection", b"close")]})
        await send({"type": "http.response.body", "body": b""})

    async def one() -> bytes:
        async with asyncio.timeout(LONGEST), served(asks) as port:
            return await exchanged(port, *pieces, pause=0.1)

    assert b" 204 " in uvloop.run(one())
    assert said == [whole, True]


@pytest.mark.parametrize("behind", [b"", GET, b"\x00\x00"], ids=["nothing", "another request", "garbage"])
def test_nothing_is_written_to_who_has_gone(behind: bytes) -> None:
    """Hang up while an answer is made, perhaps with another request behind it; uvloop objects to writes."""
    made: list[Exception | None] = []

    async def slow(_scope: object, receive: Receive, send: Send) -> None:
        await receive()
        await asyncio.wait([asyncio.ensure_future(receive())], timeout=0.2)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            made.append(None)
        except Exception as error:
            made.append(error)

    async def one() -> None:
        async with asyncio.timeout(LONGEST), served(slow) as port:
            await asyncio.to_thread(ask_and_go, port)
            while not made:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.3)

    def ask_and_go(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=LONGEST) as connection:
            connection.sendall(GET + behind)
            connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(TimeoutError, ConnectionResetError):
                connection.recv(1)

    uvloop.run(one())

    assert set(made) == {None}


def _problem(said: bytes) -> dict[str, object]:
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    found: dict[str, object] = json.loads(body)
    return found
