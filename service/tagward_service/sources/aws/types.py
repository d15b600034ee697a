"""What AWS calls a type and a resource, and what the catalogue says of its tags."""

from collections.abc import Mapping
from functools import cache

from tagward.catalog import cloudformation_type, native_types, terraform_type
from tagward.resource import Taggability


@cache
def native_of(tagward_type: str) -> str:
    """Return the CloudFormation type of a tagward type, or the type itself where there is none."""
    return next((each for each in native_types(tagward_type) if each.startswith("AWS::")), tagward_type)


def name_of(arn: str, tags: Mapping[str, str]) -> str:
    """Return the name that people know a resource by: the tag `Name`, or the end of its ARN."""
    return tags.get("Name") or arn.rpartition(":")[2].rpartition("/")[2]


@cache
def taggability_of(tagward_type: str) -> Taggability:
    """Say whether a type takes tags, by all that the catalogue knows of it."""
    known = [
        type_.taggable
        for native in native_types(tagward_type)
        if (type_ := cloudformation_type(native) or terraform_type(native)) is not None
    ]
    if not known:
        return Taggability(None, f"the catalogue does not say whether `{tagward_type}` takes tags")
    says = "takes tags" if any(known) else "takes no tags"
    return Taggability(any(known), f"the catalogue says that `{tagward_type}` {says}")
