"""Mutations that know nothing of the meaning of a file: bytes, stretches and lines of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.fuzz.nasty import BROKEN_UTF8, TOKENS

_BETWEEN = re.compile(rb"[\n,{}\[\]]")
_LONGEST = 60
_INSERTED = TOKENS + BROKEN_UTF8


def mutated(random: Random, data: bytes, other: bytes) -> bytes:
    """Change a file in one to four places; `other` gives stretches to splice in."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        data = random.choice(_MUTATIONS)(random, data, other)
    return data


def _flip(random: Random, data: bytes, _other: bytes) -> bytes:
    if not data:
        return b"\0"
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :]


def _put(random: Random, data: bytes, _other: bytes) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + bytes([random.randrange(256)]) + data[at + random.randint(0, 1) :]


def _insert_token(random: Random, data: bytes, _other: bytes) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice(_INSERTED) + data[at:]


def _replace_by_token(random: Random, data: bytes, _other: bytes) -> bytes:
    start, end = _stretch(random, data)
    return data[:start] + random.choice(_INSERTED) + data[end:]


def _delete(random: Random, data: bytes, _other: bytes) -> bytes:
    start, end = _stretch(random, data)
    return data[:start] + data[end:]


def _duplicate(random: Random, data: bytes, _other: bytes) -> bytes:
    start, end = _stretch(random, data)
    return data[:end] + data[start:end] * random.choice((1, 1, 2, 30)) + data[end:]


def _splice(random: Random, data: bytes, other: bytes) -> bytes:
    start, end = _stretch(random, other)
    to, after = _stretch(random, data)
    return data[:to] + other[start:end] + data[after:]


def _cut(random: Random, data: bytes, other: bytes) -> bytes:
    at = random.randint(0, len(data))
    return random.choice((data[:at], data[at:], data[:at] + other[random.randint(0, len(other)) :]))


def _move(random: Random, data: bytes, _other: bytes) -> bytes:
    start, end = _stretch(random, data)
    rest = data[:start] + data[end:]
    to = random.randint(0, len(rest))
    return rest[:to] + data[start:end] + rest[to:]


def _reencode(random: Random, data: bytes, _other: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    encoding = random.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "latin-1", "utf-7"))
    return text.encode(encoding, "replace")


def _new_breaks(random: Random, data: bytes, _other: bytes) -> bytes:
    new = random.choice((b"\r\n", b"\r", b"\n\n", b"\xc2\x85", b"\xe2\x80\xa8", b"", b"\n\t", b" \n "))
    return data.replace(b"\n", new)


def _stretch(random: Random, data: bytes) -> tuple[int, int]:
    """Choose a stretch: half of the time one that begins and ends where tokens do."""
    at = random.randint(0, len(data))
    if random.random() < 0.5:
        return at, min(len(data), at + random.randint(1, _LONGEST))
    ends = [match.end() for match in _BETWEEN.finditer(data, at)][:12]
    return (ends[0], random.choice(ends)) if ends else (at, len(data))


Mutation = Callable[[Random, bytes, bytes], bytes]
_MUTATIONS: tuple[Mutation, ...] = (
    *(_flip, _put, _insert_token, _insert_token, _insert_token, _replace_by_token, _replace_by_token),
    *(_delete, _delete, _duplicate, _duplicate, _splice, _splice, _move, _cut),
    *(_reencode, _new_breaks),
)
