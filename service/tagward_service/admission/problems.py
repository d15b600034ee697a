"""Problem documents (RFC 9457): how every error of the service is said."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from msgspec import Struct

MEDIA_TYPE = b"application/problem+json"


class Problem(Struct, frozen=True):
    """What went wrong with a request; `detail` says what to do about it."""

    status: int
    title: str
    detail: str = ""
    type: str = "about:blank"


class RefusedError(Exception):
    """A request that is answered with a problem."""

    def __init__(self, status: HTTPStatus, detail: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def problem(status: HTTPStatus, detail: str = "") -> Problem:
    """Make a problem of an HTTP status."""
    return Problem(status.value, status.phrase, detail)


def encoded(problem: Problem) -> bytes:
    """Encode a problem document."""
    return msgspec.json.encode(problem)
