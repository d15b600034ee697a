"""Terraform resource types and the places of their tags or labels."""

from functools import cache
from typing import Literal

import msgspec

from tagward.catalog.files import read

Kind = Literal["map", "list", "block", "computed"]
PlaceKind = Literal["map", "pairs", "flag", "choice"]

# What counts as a resource's own tags, per provider, in order of preference. Google's `tags` are network tags
# or Resource Manager tags, never labels; Azure's few `labels` are lists of something else.
_LABELS: dict[str, tuple[tuple[str, Kind], ...]] = {
    "aws": (("tags", "map"),),
    "azurerm": (("tags", "map"),),
    "google": (("labels", "map"), ("resource_labels", "map"), ("user_labels", "map")),
}
_AUTOSCALING_GROUP = "aws_autoscaling_group"


class Place(msgspec.Struct, frozen=True):
    """A place of tags below the top level, or a switch that decides whether tags travel.

    `path` has `*` for every element; `carries` is the tagward type that the tags reach, `self` for the
    resource itself, empty where it depends.
    """

    path: str
    kind: PlaceKind
    carries: str
    why: str


class TerraformType(msgspec.Struct, frozen=True):
    """One resource type: its top-level label attributes by kind, and the nested places."""

    name: str
    attributes: dict[str, Kind]
    nested: tuple[Place, ...] = ()

    @property
    def label_attribute(self) -> str | None:
        """The top-level attribute that holds the resource's own tags or labels."""
        if self.name == _AUTOSCALING_GROUP:
            return "tag"
        choices = _LABELS.get(self.name.split("_", 1)[0], ())
        return next(
            (attribute for attribute, kind in choices if self.attributes.get(attribute) == kind), None
        )

    @property
    def label_path(self) -> str | None:
        """The label attribute, or else the nested path of the resource's own labels."""
        own = (place.path for place in self.nested if place.carries == "self")
        return self.label_attribute or next(own, None)

    @property
    def taggable(self) -> bool:
        """Whether the resource itself can carry tags or labels."""
        return self.label_path is not None


class _File(msgspec.Struct, frozen=True):
    nested: dict[str, tuple[Place, ...]]
    types: dict[str, dict[str, Kind]]


@cache
def terraform_type(name: str) -> TerraformType | None:
    """Return a resource type of the aws, azurerm and google providers; None for one that they do not have."""
    file = _file()
    attributes = file.types.get(name)
    return None if attributes is None else TerraformType(name, attributes, file.nested.get(name, ()))


def terraform_names() -> tuple[str, ...]:
    """Return every known resource type, sorted."""
    return tuple(_file().types)


@cache
def _file() -> _File:
    return read("terraform", _File)
