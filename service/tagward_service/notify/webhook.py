"""Posting JSON to a webhook. Its URL is a secret: nothing here ever shows more of it than its host."""

from __future__ import annotations

import http.client
import re
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Struct

from tagward.errors import TagwardError, UsageError
from tagward_service.loopback import is_loopback
from tagward_service.notify.proxies import Proxy, proxy_for

SECONDS = 10.0
TRIES = 4
LONGEST_WAIT = 30.0
"""Seconds that a `retry-after` may ask for."""

_HEADERS = {"content-type": "application/json", "user-agent": "tagward"}
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""The statuses that may pass."""

_TUNNEL = re.compile("Tunnel connection failed: ([0-9]{3})")
"""What http.client says when a proxy refuses; it has no exception of its own for that."""


class NotSentError(TagwardError):
    """The news could not be sent."""


class Webhook(Struct, frozen=True):
    """Where to post to, and by which proxy; it shows its host and nothing else."""

    parts: SplitResult
    proxy: Proxy | None = None

    def __repr__(self) -> str:
        return f"Webhook({self.where})"

    @property
    def where(self) -> str:
        """Name the webhook for people."""
        return self.parts.hostname or ""


def webhook(url: str) -> Webhook:
    """Read a URL: https, or http to this machine alone; the environment may name a proxy.

    Raises UsageError, which repeats neither.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UsageError("the URL to notify cannot be read") from None
    if not host or parts.username is not None or not url.isprintable() or not url.isascii() or " " in url:
        raise UsageError("the URL to notify has to be like https://HOST/PATH")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise UsageError("the URL to notify has to be https, as it is a secret")
    return Webhook(parts, proxy_for(host))


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
    by = f" by the proxy {to.proxy.host}" if to.proxy else ""
    raise NotSentError(f"the news could not be sent to {to.where}{by}: {fault}")


def _try(to: Webhook, body: bytes) -> tuple[float | None, str]:
    """Post once; return how long to wait at least before another try (None: it is no use), and the fault."""
    connection = _connection(to)
    try:
        path = to.parts.path or "/"
        target = f"{path}?{to.parts.query}" if to.parts.query else path
        connection.request("POST", target, body, _HEADERS)
        answer = connection.getresponse()
        if 200 <= answer.status < 300:
            return 0.0, ""
        wait = _wait(answer.headers.get("retry-after", "")) if answer.status in _PASSING else None
        return wait, f"it answered {answer.status}"
    except (OSError, http.client.HTTPException) as error:
        return _broken(error)
    finally:
        connection.close()


def _connection(to: Webhook) -> http.client.HTTPConnection:
    host, port, proxy = to.where, to.parts.port, to.proxy
    if to.parts.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=SECONDS)
    context = ssl.create_default_context()
    if proxy is None:
        return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=context)
    connection = http.client.HTTPSConnection(proxy.host, proxy.port, timeout=SECONDS, context=context)
    connection.set_tunnel(host, port or http.client.HTTPS_PORT, headers=proxy.headers)
    return connection


def _wait(text: str) -> float:
    return min(float(text), LONGEST_WAIT) if text.isascii() and text.isdigit() else 0.0


def _broken(error: Exception) -> tuple[float | None, str]:
    """Say whether another try is of use, and what went wrong, without the request that errors may quote."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return None, f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return 0.0, f"no answer within {SECONDS:g} seconds"
    refused = _TUNNEL.match(str(error))
    if refused:
        return 0.0 if int(refused[1]) in _PASSING else None, f"the proxy answered {refused[1]}"
    return 0.0, (getattr(error, "strerror", None) or "the connection broke").lower()
