"""Clients of a webhook that do what they should not, by the side of others who only ask."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct

from tests.service.admission.test_endpoint import body
from tests.service.admission.test_review import deployment

PATIENCE = 60.0
"""Seconds; whoever is not answered until then never will be."""

GOOD = body(deployment({"ml-team": "nlp"}))


class Answer(Struct, frozen=True):
    """What came back: the status (0 when nothing did), the headers in small letters, and the body."""

    status: int
    head: str = ""
    body: bytes = b""

    @property
    def is_last(self) -> bool:
        """Say whether the server means to close the connection."""
        return "connection: close" in self.head


def post(
    content: bytes, *headers: str, length: int | None = None, path: str = "/admission/validate"
) -> bytes:
    """Write a request."""
    given = headers or ("content-type: application/json",)
    announced = len(content) if length is None else length
    lines = (f"POST {path} HTTP/1.1", "host: webhook", *given, f"content-length: {announced}")
    return "\r\n".join((*lines, "", "")).encode() + content


class Connection:
    """One connection to a webhook."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, data: bytes) -> None:
        """Send some bytes; a server that has hung up does not take them."""
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self) -> Answer:
        """Wait for an answer; one of status 0 where the connection ends before."""
        try:
            async with asyncio.timeout(PATIENCE):
                head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
                return Answer(int(head.split()[1]), head, await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            return Answer(0)

    async def ask(self, request: bytes) -> Answer:
        """Send a request and wait for the answer."""
        with suppress(ConnectionError, ssl.SSLError):  # what was answered before it hung up is there still
            await self.send(request)
        return await self.answer()

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await self._writer.wait_closed()


class Webhook(Struct, frozen=True):
    """Where a webhook is, and whom its clients trust."""

    port: int
    trusted: ssl.SSLContext

    async def connect(self) -> Connection:
        """Open a connection."""
        return Connection(*await asyncio.open_connection("127.0.0.1", self.port, ssl=self.trusted))

    async def once(self, request: bytes) -> Answer:
        """Ask once, by a connection of its own."""
        connection = await self.connect()
        try:
            return await connection.ask(request)
        finally:
            await connection.close()


class Asking:
    """Good clients that ask on and on, and note every answer."""

    def __init__(self, webhook: Webhook, clients: int) -> None:
        self._webhook = webhook
        self._clients = clients
        self._tasks: Sequence[asyncio.Task[None]] = ()
        self._ended = False
        self.answers: list[int] = []

    async def __aenter__(self) -> Asking:
        """Begin, and wait until everybody was answered once."""
        self._tasks = [asyncio.create_task(self._ask()) for _ in range(self._clients)]
        await self.some(self._clients)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let everybody hear the last answer."""
        self._ended = True
        await asyncio.gather(*self._tasks)

    async def some(self, more: int) -> None:
        """Wait until so many more answers have come; what holds the others up lets nobody past here."""
        enough = len(self.answers) + more
        async with asyncio.timeout(PATIENCE):
            while len(self.answers) < enough:
                await asyncio.sleep(0.001)

    async def _ask(self) -> None:
        connection = await self._webhook.connect()
        request = post(GOOD)
        while not self._ended:
            answer = await connection.ask(request)
            self.answers.append(answer.status)
            if answer.status == 0 or answer.is_last:
                await connection.close()
                connection = await self._webhook.connect()
        await connection.close()
