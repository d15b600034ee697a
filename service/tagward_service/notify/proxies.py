"""The proxy that the environment names for a webhook: HTTPS_PROXY, ALL_PROXY, and NO_PROXY for exceptions."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from msgspec import Struct

from tagward.errors import UsageError
from tagward_service.loopback import is_loopback

_PORT = 80
"""What a proxy listens at whose URL does not say."""


class Proxy(Struct, frozen=True):
    """A proxy that lets TLS through; its password is in no repr."""

    host: str
    port: int
    authorization: str = ""

    def __repr__(self) -> str:
        return f"Proxy({self.host})"

    @property
    def headers(self) -> dict[str, str]:
        """Say who asks, where the proxy wants to know."""
        return {"proxy-authorization": self.authorization} if self.authorization else {}


def proxy_for(host: str) -> Proxy | None:
    """Return the proxy to reach a host by, None for the direct way; raises UsageError for one that is none.

    This machine is never reached by a proxy, and so nothing without TLS is.
    """
    proxies = getproxies_environment()
    url = proxies.get("https") or proxies.get("all")
    if not url or is_loopback(host) or proxy_bypass(host):
        return None
    return _read(url)


def _read(url: str) -> Proxy:
    """Read the URL of a proxy, and repeat nothing of it: it may hold a password."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme != "http" or not url.isascii() or not url.isprintable() or " " in url:
        raise UsageError("HTTPS_PROXY has to be like http://HOST:PORT to notify a webhook")
    return Proxy(host, port or _PORT, _authorization(parts))


def _authorization(parts: SplitResult) -> str:
    if parts.username is None:
        return ""
    who = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {b64encode(who.encode()).decode()}"
