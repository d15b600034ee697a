"""Reading the body of a review: not too large, in time, and only so many large ones at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

from msgspec import Struct

from tagward_service.admission.problems import RefusedError
from tagward_service.admission.protocol import WHOLE

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

LARGE = 256 * 1024
"""Bytes; hardly any review has more, so that only larger bodies are counted."""


class Limits(Struct, frozen=True):
    """What a request may cost: bytes of its body, seconds until it has arrived, and large ones at once."""

    body: int = 8 * 1024 * 1024
    seconds: float = 10.0
    large: int = 8


DEFAULTS = Limits()


class Bodies:
    """Reads bodies; whoever reads one gives it back when it is answered."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._places = asyncio.Semaphore(limits.large)

    async def read(self, scope: MutableMapping[str, Any], receive: Receive) -> bytes:
        """Return the body of a request. Raises RefusedError."""
        first: Message | None = None
        if WHOLE in scope.get("extensions", ()):
            first = await receive()
            body: bytes = first.get("body", b"")
            if len(body) <= LARGE and not first.get("more_body"):
                self._check(len(body))
                return body
        self._check(_announced(scope))
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await self._gathered(first or await receive(), receive)
        except TimeoutError:
            if self._places.locked():
                said = "too many large reviews are under way"
                raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, said) from None
            raise RefusedError(HTTPStatus.REQUEST_TIMEOUT, "the body did not arrive in time") from None

    def give_back(self, body: bytes) -> None:
        """Let somebody else have the place of a body, if it took one."""
        if len(body) > LARGE:
            self._places.release()

    async def _gathered(self, message: Message, receive: Receive) -> bytes:
        """Put a body together; from where it is large on, there must be a place for it."""
        chunks: list[bytes] = []
        length, has_place = 0, False
        try:
            while True:
                chunks.append(message.get("body", b""))
                length += len(chunks[-1])
                self._check(length)
                if length > LARGE and not has_place:
                    has_place = await self._places.acquire()
                if not message.get("more_body"):
                    return b"".join(chunks)
                message = await receive()
        except BaseException:
            if has_place:
                self._places.release()
            raise

    def _check(self, length: int) -> None:
        if length > self.limits.body:
            raise RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a review has at most {self.limits.body:,} bytes"
            )


def _announced(scope: MutableMapping[str, Any]) -> int:
    """Return how long a body is said to be, so that nobody waits for one that is too large."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
