"""What surrounds every request to the API: its id, its headers, its log line, and no bug that shows."""

from __future__ import annotations

import re
from time import perf_counter
from uuid import uuid4

from msgspec import Struct
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tagward_service.admission.log import Log
from tagward_service.api.jobs import JobBrokeError, places
from tagward_service.api.metrics import ApiMetrics
from tagward_service.api.problems import GONE

NOWHERE = "none"
"""The endpoint of what leads to none."""

_UNREMARKABLE = frozenset(("/healthz", "/readyz", "/metrics"))
"""Machines ask for them all the time; they are logged when they fail."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LONGEST_PATH = 200
_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}


class _Answered(Struct):
    status: int = GONE
    sent: int = 0


class Shell:
    """An ASGI application around another one."""

    def __init__(self, application: ASGIApp, log: Log, metrics: ApiMetrics) -> None:
        self._application = application
        self._log = log
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        started, answered, method = perf_counter(), _Answered(), scope["method"]
        inner = dict(scope) | {"state": {"request_id": _request_id(scope)}}
        if method == "HEAD":
            inner["method"] = "GET"

        async def told(message: Message) -> None:
            await send(_finished(message, answered, inner, without_body=method == "HEAD"))

        try:
            await self._application(inner, receive, told)
        except Exception as error:  # it has been answered already; see application.py
            self._bug(error, inner)
        finally:
            self._tell(inner, method, answered, perf_counter() - started)

    def _tell(self, scope: Scope, method: str, answered: _Answered, seconds: float) -> None:
        endpoint = getattr(scope.get("route"), "path", NOWHERE)
        self._metrics.answered(endpoint, method, answered.status, seconds)
        failed = answered.status >= 400
        quiet = {"none": True, "denied": not failed}.get(self._log.decisions, False)
        if quiet or (endpoint in _UNREMARKABLE and not failed):
            return
        state, client = scope["state"], scope.get("client")
        self._log.write(
            "request",
            id=state["request_id"],
            method=method,
            path=scope["path"][:_LONGEST_PATH],
            status=answered.status,
            seconds=round(seconds, 6),
            bytes=answered.sent,
            caller=state.get("caller", ""),
            address=client[0] if client else "",
            why=state.get("why", ""),
        )

    def _bug(self, error: Exception, scope: Scope) -> None:
        """Log where a bug is, and no value: the message of an exception may hold anything."""
        name, where = type(error).__name__, places(error)
        if isinstance(error, JobBrokeError):
            name, where = error.broke.error, error.broke.where
        self._log.write("bug", id=scope["state"]["request_id"], error=name, where=where)


def _finished(message: Message, answered: _Answered, scope: Scope, *, without_body: bool) -> Message:
    if message["type"] == "http.response.start":
        answered.status = message["status"]
        headers = MutableHeaders(scope=message)
        headers["x-request-id"] = scope["state"]["request_id"]
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
    elif message["type"] == "http.response.body":
        answered.sent += len(message.get("body", b""))
        return {**message, "body": b""} if without_body else message
    return message


def _request_id(scope: Scope) -> str:
    """Return the id that the client gave, where it is a harmless one; else a new one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    text = given.decode("latin-1")
    return text if _REQUEST_ID.fullmatch(text) else uuid4().hex
