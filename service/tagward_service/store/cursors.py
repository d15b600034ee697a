"""Cursors: where the next page begins, bound to the question that was asked."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

import msgspec

from tagward_service.store.errors import QueryError
from tagward_service.store.interface import Wanted
from tagward_service.store.texts import bounded, digest, storable

Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
SortValue = Whole | Annotated[str, msgspec.Meta(pattern=r"^[^\0]*$")]
"""What every engine can compare with; a cursor may be forged."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    """The last finding of a page: its value in the sort, its id, and a digest of the question."""

    question: str
    value: SortValue
    id: Whole


def question(wanted: Wanted, sort: str) -> str:
    """Name a question, so that a cursor is of use for no other one."""
    return digest(json.dumps(msgspec.to_builtins(wanted)), sort).hex()[:12]


def write(place: Place) -> str:
    """Make a cursor."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read(cursor: str, asked: str) -> Place:
    """Read a cursor. Raises QueryError for one that is not of this question."""
    try:
        place = msgspec.json.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=Place)
    except (ValueError, msgspec.DecodeError):
        raise QueryError("the cursor is not one of ours; leave it out to begin at the first page") from None
    if place.question != asked:
        raise QueryError("the cursor is of another question: keep filters and sort, or leave the cursor out")
    value = storable(place.value) if isinstance(place.value, str) else bounded(place.value)
    return Place(place.question, value, bounded(place.id))
