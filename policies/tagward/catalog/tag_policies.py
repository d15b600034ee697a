"""Resource types that AWS tag policies know, and the fields that take them."""

from functools import cache
from typing import Literal

import msgspec

from tagward.catalog.files import read

ALL_SUPPORTED = "ALL_SUPPORTED"
"""What stands for every type of a service, in place of a type."""

TagPolicyMode = Literal["enforce", "report"]
"""The field of a tag policy: `enforced_for`, or `report_required_tag_for`."""


class TagPolicyType(msgspec.Struct, frozen=True):
    """One resource type: `type` is the tagward type, "" where there is none.

    `also` is how another source spells it; which of the two AWS takes is not known then.
    """

    type: str
    modes: tuple[TagPolicyMode, ...]
    also: str = ""


class TagPolicyTypes(msgspec.Struct, frozen=True):
    """Every type by its name (`ec2:instance`), and the services that can be named as a whole."""

    services: dict[str, tuple[TagPolicyMode, ...]]
    types: dict[str, TagPolicyType]


@cache
def tag_policy_types() -> TagPolicyTypes:
    """Return the types of tag policies."""
    return read("tag_policies", TagPolicyTypes)
