"""Fetching one file from the web: by TLS, within bounds of size and time."""

from __future__ import annotations

import http.client
import time
from http.client import HTTPMessage, HTTPResponse
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from msgspec import Struct

from tagward.diagnostics import masked, printable, quoted
from tagward.loading.remotes import MAX_REMOTE_BYTES, Remote, RemoteError

_PIECE = 64 * 1024
_HEADERS = {"user-agent": "tagward", "accept-encoding": "identity"}


class Patience(Struct, frozen=True):
    """How long to wait, in seconds: for a sign of life, and for everything."""

    silence: float = 15.0
    whole: float = 60.0


PATIENCE = Patience()


class _RefusedError(Exception):
    """An answer that is not taken."""


class _OnlyTls(HTTPRedirectHandler):
    """Follows where a server sends to, as long as nobody on the way could change what is there."""

    max_redirections = 5

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """Return the next request; raises _RefusedError."""
        fp.close()
        if not newurl.startswith("https://"):
            raise _RefusedError("it redirects to where there is no TLS")
        if masked(newurl.partition("?")[0]) != newurl.partition("?")[0]:
            raise _RefusedError("it redirects to an address with a password")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(source: Remote, patience: Patience = PATIENCE) -> bytes:
    """Fetch a file. Raises RemoteError."""
    try:
        return _fetched(source, patience)
    except HTTPError as error:
        error.close()
        why = f"the server answered {error.code}"
    except (URLError, _RefusedError, OSError, http.client.HTTPException, ValueError) as error:
        why = _reason(error)
    raise RemoteError(f"cannot fetch {quoted(source.url)}: {why}")


def _fetched(source: Remote, patience: Patience) -> bytes:
    request = Request(source.url, headers=_HEADERS)  # noqa: S310  (its protocol was looked at)
    end = time.monotonic() + patience.whole
    with _opener(source).open(request, timeout=patience.silence) as answer:
        return _body(answer, end)


def _opener(source: Remote) -> OpenerDirector:
    """Open by HTTP alone, without the files and the FTP that urllib knows, too."""
    opener = OpenerDirector()
    on_this_machine = source.is_on_this_machine
    handlers = (
        ProxyHandler({} if on_this_machine else None),
        *((HTTPHandler(),) if on_this_machine else ()),
        HTTPSHandler(),
        HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
        _OnlyTls(),
    )
    for handler in handlers:
        opener.add_handler(handler)
    return opener


def _body(answer: HTTPResponse, end: float) -> bytes:
    """Read a body to its end; raises _RefusedError for one that is too large or too slow."""
    content = bytearray()
    while piece := answer.read1(_PIECE):
        content += piece
        if len(content) > MAX_REMOTE_BYTES:
            raise _RefusedError(f"it is larger than {MAX_REMOTE_BYTES // 2**20} MiB")
        if time.monotonic() > end:
            raise _RefusedError("it takes too long")
    if answer.length:  # read1 does not mind a body that ends early
        raise _RefusedError("the connection broke")
    return bytes(content)


def _reason(error: Exception) -> str:
    """Say what went wrong in a few words, without an address that errors may quote."""
    inner = error.reason if isinstance(error, URLError) else error
    if isinstance(inner, _RefusedError):
        return str(inner)
    if isinstance(inner, TimeoutError):
        return "it does not answer"
    said = getattr(inner, "verify_message", None) or getattr(inner, "strerror", None)
    return printable(masked(str(said))).lower() if said else "the connection broke"
