"""Reading the body of a request: of a type that is known, not too large, and in time."""

from __future__ import annotations

import asyncio
from typing import NoReturn

from msgspec import Struct
from starlette.requests import ClientDisconnect, Request

from tagward_service.api.problems import ApiError

JSON = "application/json"
YAML = "application/yaml"
ACCEPTED = (JSON, YAML, "application/x-yaml", "text/yaml", "text/x-yaml")
"""RFC 9512 registers `application/yaml`; the others are older names of it."""


class Limits(Struct, frozen=True):
    """Bytes that a body may have, and seconds until it has arrived."""

    body: int = 64 * 1024 * 1024
    seconds: float = 60.0


DEFAULTS = Limits()


async def read_body(request: Request, limits: Limits) -> list[bytes]:
    """Return the body in the pieces that it came in. Raises ApiError."""
    _check_type(request)
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limits.body:
        _too_large(limits)
    try:
        async with asyncio.timeout(limits.seconds):
            return await _pieces(request, limits)
    except TimeoutError:
        raise ApiError("body-timeout", f"it has to be here within {limits.seconds:g} seconds") from None
    except ClientDisconnect:
        raise ApiError("bad-request", "the connection broke before the body was here") from None


async def _pieces(request: Request, limits: Limits) -> list[bytes]:
    pieces, left = [], limits.body
    async for piece in request.stream():
        left -= len(piece)
        if left < 0:
            _too_large(limits)
        pieces.append(piece)
    return pieces


def _check_type(request: Request) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in ACCEPTED:
        raise ApiError(
            "unsupported-media-type",
            f"send `content-type: {JSON}`, or `{YAML}` for manifests in YAML",
            headers={"accept-post": ", ".join(ACCEPTED)},
        )
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ApiError(
            "unsupported-media-type", "send it uncompressed", headers={"accept-encoding": "identity"}
        )


def _too_large(limits: Limits) -> NoReturn:
    raise ApiError("too-large", f"a body has at most {limits.body:,} bytes; `--api-max-body` raises that")
