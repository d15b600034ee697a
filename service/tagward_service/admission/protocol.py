"""HTTP as uvicorn speaks it, with an end to how long the head of a request may be, and may take."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from tagward_service.admission.problems import MEDIA_TYPE, encoded, problem

LONGEST_HEAD = 64 * 1024
"""Bytes of a request line and its headers."""

HEAD_SECONDS = 10.0
"""From the connection, or from the first byte of a later request, until its head is complete."""


WHOLE = "tagward.whole"
"""The extension of ASGI by which a request says that all of it has come."""


class BoundedProtocol(HttpToolsProtocol):
    """A connection that nobody can keep open, or fill, without ever asking for anything.

    A timer is set only where a head does not come in one piece, as it nearly always does.
    """

    _head_is_due: asyncio.TimerHandle | None = None
    _is_in_head = True
    _head = 0
    _answering: RequestResponseCycle | None = None
    """What is answered now; uvicorn forgets it when another request comes in meanwhile."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a head."""
        super().connection_made(transport)  # type: ignore[arg-type]  # as uvicorn narrows it
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let nobody wait for it, or write to it, any more."""
        self._stop_waiting()
        self._forget()
        super().connection_lost(exc)

    def eof_received(self) -> None:
        """Take a client that sends no more for one that has gone."""
        self._forget()

    def data_received(self, data: bytes) -> None:
        """Take what has come, unless it is a head without end."""
        was_in_head = self._is_in_head
        super().data_received(data)
        if not self._is_in_head:
            return
        self._head += len(data) if was_in_head else 1
        if self._head > LONGEST_HEAD:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "send fewer or shorter headers")
        elif self._head_is_due is None:
            self._wait_for_head()

    def on_message_begin(self) -> None:
        """Begin to read a head."""
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End the head."""
        self._is_in_head, self._head = False, 0
        self._stop_waiting()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Let the application know, unless it waits for it already, that the body is there."""
        self.scope["extensions"] = {WHOLE: {}}
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self._refuse(HTTPStatus.BAD_REQUEST, msg.removesuffix(".").lower())

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer with a problem, and hang up."""
        if self.transport.is_closing():
            return
        body = encoded(problem(status, detail))
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {MEDIA_TYPE.decode()}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self._hang_up()

    def _wait_for_head(self) -> None:
        self._head_is_due = self.loop.call_later(HEAD_SECONDS, self._hang_up)

    def _stop_waiting(self) -> None:
        if self._head_is_due is not None:
            self._head_is_due.cancel()
            self._head_is_due = None

    def _hang_up(self) -> None:
        self._forget()
        self.transport.close()

    def _forget(self) -> None:
        """Tell those who work on an answer that nobody reads it: the connection cannot be written to."""
        for cycle in (self._answering, self.cycle, *(cycle for cycle, _ in self.pipeline)):
            if cycle is not None:
                cycle.disconnected = True
                cycle.message_event.set()
