"""Posting JSON to a webhook. Its URL is a secret: nothing here ever shows more of it than its host."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Struct

from tagward.errors import TagwardError, UsageError
from tagward_service.loopback import is_loopback

SECONDS = 10.0
TRIES = 4
LONGEST_WAIT = 30.0
"""Seconds that a `retry-after` may ask for."""

_HEADERS = {"content-type": "application/json", "user-agent": "tagward"}
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""The statuses that may pass."""


class NotSentError(TagwardError):
    """The news could not be sent."""


class Webhook(Struct, frozen=True):
    """Where to post to; it shows its host and nothing else."""

    parts: SplitResult

    def __repr__(self) -> str:
        return f"Webhook({self.where})"

    @property
    def where(self) -> str:
        """Name the webhook for people."""
        return self.parts.hostname or ""


def webhook(url: str) -> Webhook:
    """Read a URL: https, or http to this machine alone. Raises UsageError, which does not repeat it."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UsageError("the URL to notify cannot be read") from None
    if not host or parts.username is not None or not url.isprintable() or not url.isascii() or " " in url:
        raise UsageError("the URL to notify has to be like https://HOST/PATH")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise UsageError("the URL to notify has to be https, as it is a secret")
    return Webhook(parts)


def post(to: Webhook, message: Mapping[str, Any], *, sleep: Callable[[float], object] = time.sleep) -> None:
    """Post a message as JSON, with further tries where a fault may pass. Raises NotSentError."""
    body = msgspec.json.encode(message)
    fault = ""
    for number in range(TRIES):
        wait, fault = _try(to, body)
        if not fault:
            return
        if wait is None:
            break
        if number + 1 < TRIES:
            sleep(max(wait, 2.0**number))
    raise NotSentError(f"the news could not be sent to {to.where}: {fault}")


def _try(to: Webhook, body: bytes) -> tuple[float | None, str]:
    """Post once; return how long to wait at least before another try (None: it is no use), and the fault."""
    connection = _connection(to.parts)
    try:
        path = to.parts.path or "/"
        target = f"{path}?{to.parts.query}" if to.parts.query else path
        connection.request(
            "POST", target, body, {"content-type": "application/json", "user-agent": "tagward"}
        )
        answer = connection.getresponse()
        if 200 <= answer.status < 300:
            return 0.0, ""
        wait = _wait(answer.headers.get("retry-after", "")) if answer.status in _PASSING else None
        return wait, f"it answered {answer.status}"
    except ssl.SSLCertVerificationError as error:
        return None, f"its certificate is not trusted: {error.verify_message}"
    except (OSError, http.client.HTTPException) as error:
        return 0.0, _said(error)
    finally:
        connection.close()


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=SECONDS)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(host, parts.port, timeout=SECONDS, context=context)


def _wait(text: str) -> float:
    return min(float(text), LONGEST_WAIT) if text.isascii() and text.isdigit() else 0.0


def _said(error: Exception) -> str:
    """Say what went wrong without the request: an exception of HTTP may quote it."""
    if isinstance(error, TimeoutError):
        return f"no answer within {SECONDS:g} seconds"
    if isinstance(error, OSError):
        return (error.strerror or "the connection broke").lower()
    return "the connection broke"
