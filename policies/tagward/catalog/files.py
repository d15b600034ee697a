"""The catalogue's data files: how they are read, and what they were made from."""

from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

DIRECTORY = Path(__file__).parent
NAMES = (
    "aws_actions",
    "cloudformation",
    "gcp_constraints",
    "kubernetes",
    "tag_policies",
    "terraform",
    "types",
)

_Shape = TypeVar("_Shape")


class Source(msgspec.Struct, frozen=True):
    """One thing that a data file was made from; `date` is its day, in ISO form."""

    name: str
    version: str
    date: str
    licence: str
    what: str


class Header(msgspec.Struct, frozen=True):
    """What every data file says of itself; `date` is that of its newest source."""

    source: tuple[Source, ...]
    date: str
    note: str


def read(name: str, shape: type[_Shape]) -> _Shape:
    """Read one data file as a type."""
    return msgspec.json.decode((DIRECTORY / f"{name}.json").read_bytes(), type=shape)


@cache
def header(name: str) -> Header:
    """Return the header of one data file."""
    return read(name, Header)


@cache
def sources() -> tuple[Source, ...]:
    """Return everything that the catalogue was made from, by name."""
    found = {source for name in NAMES for source in header(name).source}
    return tuple(sorted(found, key=lambda source: (source.name, source.version)))
