"""How the service and its workers talk: a head that says what follows, then the bytes."""

from __future__ import annotations

import struct

import msgspec
from msgspec import Struct

from tagward_service.api.jobs import Job, Outcome

_LENGTH = struct.Struct("!I")
LENGTH = _LENGTH.size
"""Bytes that tell how long a head is."""


class Order(Struct, frozen=True):
    """A job; so many bytes of a pickled policy follow (0 when it is the one known), then of content."""

    job: Job
    policy: int
    content: int


class Reply(Struct, frozen=True):
    """What came of it; so many bytes of an answer follow."""

    outcome: Outcome
    body: int


_encode = msgspec.msgpack.Encoder().encode
read_order = msgspec.msgpack.Decoder(Order).decode
read_reply = msgspec.msgpack.Decoder(Reply).decode


def head(message: Order | Reply) -> bytes:
    """Encode a head with its length."""
    encoded = _encode(message)
    return _LENGTH.pack(len(encoded)) + encoded


def length(prefix: bytes | bytearray) -> int:
    """Return how long the head is that follows."""
    return int(_LENGTH.unpack(prefix)[0])
