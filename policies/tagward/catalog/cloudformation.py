"""CloudFormation resource types and the property that takes their tags."""

from functools import cache
from typing import Literal

import msgspec

from tagward.catalog.files import read

Kind = Literal["map", "list"]


class CloudFormationType(msgspec.Struct, frozen=True):
    """One resource type; `tag_property` is None for a type that takes no tags."""

    name: str
    tag_property: str | None
    kind: Kind | None

    @property
    def taggable(self) -> bool:
        """Whether the resource can carry tags."""
        return self.tag_property is not None


class _File(msgspec.Struct, frozen=True):
    types: dict[str, dict[str, Kind]]


@cache
def cloudformation_type(name: str) -> CloudFormationType | None:
    """Return a CloudFormation resource type; None for one that is not known."""
    entry = _file().types.get(name)
    if entry is None:
        return None
    tag_property, kind = next(iter(entry.items()), (None, None))
    return CloudFormationType(name, tag_property, kind)


def cloudformation_names() -> tuple[str, ...]:
    """Return every known resource type, sorted."""
    return tuple(_file().types)


@cache
def _file() -> _File:
    return read("cloudformation", _File)
