"""Workers that share a socket share what comes: who has fewer connections takes the next one."""

import asyncio
import contextlib
import errno
import socket
import ssl
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
import uvloop

from tagward_service.admission import accepting
from tagward_service.admission.accepting import Acceptor, Shares
from tagward_service.admission.certificates import make

NEVER = 60.0


class Worker:
    """What one worker takes; it answers every connection with its number."""

    def __init__(self, number: int, listening: socket.socket, shares: Shares, has: int = 0) -> None:
        self.connections: set[object] = {object() for _ in range(has)}
        self.number = number
        self.context: ssl.SSLContext | None = None
        self.listening = listening
        self.shares = shares

    def start(self) -> Acceptor:
        is_ahead = partial(self.shares.is_ahead, self.number)
        return Acceptor(self.listening, self.protocol, self.context, is_ahead, self.connections)

    def protocol(self) -> asyncio.Protocol:
        worker = self

        class Answer(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                worker.connections.add(self)
                cast("asyncio.Transport", transport).write(str(worker.number).encode())

        return Answer()


@contextlib.asynccontextmanager
async def working(*workers: Worker) -> AsyncIterator[None]:
    acceptors = [each.start() for each in workers]
    yield
    for each in acceptors:
        each.close()
    for each in acceptors:
        await each.wait_closed()


async def answered(listening: socket.socket, content: bytes = b"", **tls: Any) -> bytes:
    """Connect; return which worker answers."""
    reader, writer = await asyncio.open_connection(*listening.getsockname(), **tls)
    writer.write(content)
    async with asyncio.timeout(60):
        said = await reader.read(1)
    writer.close()
    await writer.wait_closed()
    return said


def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def test_who_has_fewer_takes_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accepting, "COURTESY", NEVER)

    async def act() -> list[bytes]:
        with listening() as one, one.dup() as other:
            shares = Shares(2)
            async with working(Worker(0, one, shares, has=3), Worker(1, other, shares)):
                return [await answered(one) for _ in range(3)]

    assert uvloop.run(act()) == [b"1", b"1", b"1"]


def test_what_another_does_not_take_is_taken_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accepting, "COURTESY", 0.01)

    async def act() -> list[bytes]:
        with listening() as one:
            async with working(Worker(0, one, Shares(2), has=3)):
                return [await answered(one) for _ in range(2)]

    assert uvloop.run(act()) == [b"0", b"0"]


def test_where_no_file_can_be_opened_it_waits_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accepting, "PAUSE", 0.01)
    failures = iter(range(3))

    class Full(socket.socket):
        def accept(self) -> tuple[socket.socket, object]:
            if next(failures, None) is not None:
                raise OSError(errno.EMFILE, "too many open files")
            return super().accept()

    async def act() -> bytes:
        with listening() as one, Full(fileno=one.detach()) as full:
            async with working(Worker(0, full, Shares(1))):
                return await answered(full)

    assert uvloop.run(act()) == b"0"
    assert next(failures, None) is None


def test_a_handshake_that_fails_harms_nobody_else(tmp_path: Path) -> None:
    bundle = make(["localhost"], days=1)
    (tmp_path / "tls.pem").write_bytes(bundle.certificate + bundle.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls.pem")
    trusting = ssl.create_default_context(cadata=bundle.authority.decode())

    async def act() -> tuple[bytes, bytes]:
        with listening() as one:
            worker = Worker(0, one, Shares(1))
            worker.context = context
            async with working(worker):
                failed = await answered(one, b"GET / HTTP/1.1\r\n\r\n")
                return failed, await answered(one, ssl=trusting, server_hostname="localhost")

    assert uvloop.run(act()) == (b"", b"0")
