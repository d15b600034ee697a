"""The two sides of a comparison: guardrails by target and name, from wherever they come."""

from collections.abc import Mapping

from msgspec import Struct

Objects = Mapping[str, str]
"""What is deployed one by one, by name, as text."""


class Side(Struct, frozen=True):
    """Guardrails by target; `label` says in words where they come from."""

    label: str
    targets: Mapping[str, Objects]


class NotRead(Struct, frozen=True):
    """Something that should have been compared and could not be read."""

    what: str
    why: str


class Found(Struct, frozen=True):
    """What is deployed for one target: where, which objects, and what could not be read.

    `detached` are there and attached to nothing, so that they guard nothing.
    """

    place: str
    objects: Objects
    not_read: tuple[NotRead, ...] = ()
    detached: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
