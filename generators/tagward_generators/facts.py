"""What can be asked of one resource: the leaves of a rule, before any platform has its say."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct


class Slot(Struct, frozen=True):
    """Where a tag may stand: under `key`, on the resource itself or on what it lives in.

    `layer` is "" for the resource, else a name used by a tag's `inherit` (`namespace`, `resource-group`).
    """

    key: str
    layer: str = ""


class Has(Struct, frozen=True):
    """The tag is there, whatever its value."""

    slot: Slot


class OneOf(Struct, frozen=True):
    """The tag is there with one of the values, letter by letter."""

    slot: Slot
    values: tuple[str, ...]


class Fits(Struct, frozen=True):
    """The tag is there with a value that the portable pattern matches as a whole."""

    slot: Slot
    pattern: str


class Blank(Struct, frozen=True):
    """The tag is there and says nothing: empty, white space, or a placeholder (folded) in any case."""

    slot: Slot
    placeholders: tuple[str, ...]


class Placed(Struct, frozen=True):
    """A field of the resource (account, region, namespace, name, address) is in a list of shell globs.

    A leading `!` excludes; without any other glob everything else is in.
    """

    field: str
    globs: tuple[str, ...]


class OfType(Struct, frozen=True):
    """The type of the resource is in a list of shell globs on tagward types and native ones."""

    globs: tuple[str, ...]


class KeyLike(Struct, frozen=True):
    """Some key of the resource is in a list of shell globs (see `judging.housekeeping`)."""

    globs: tuple[str, ...]


class KeyOutside(Struct, frozen=True):
    """Some key of the resource is none of these, and not one that the platform sets by itself."""

    keys: tuple[str, ...]


class ValueLike(Struct, frozen=True):
    """Some value of the resource is one that a portable pattern matches as a whole."""

    patterns: tuple[str, ...]


class MoreThan(Struct, frozen=True):
    """The resource has more tags than that, not counting those that the platform sets by itself."""

    most: int


Fact: TypeAlias = Has | OneOf | Fits | Blank | Placed | OfType | KeyLike | KeyOutside | ValueLike | MoreThan
