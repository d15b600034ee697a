"""Google Cloud resource types that organization policies can ask for labels, or for Resource Manager tags."""

from functools import cache
from typing import Literal

import msgspec

from tagward.catalog.files import read

Evidence = Literal["docs", "community", "unverified"]
"""Who shows that a constraint can ask for labels: Google, somebody who tried it, or nobody."""

Method = Literal["CREATE", "UPDATE"]


class LabelField(msgspec.Struct, frozen=True):
    """Where the labels of a resource type are in a custom constraint: under `resource.FIELD`."""

    field: str
    methods: tuple[Method, ...]
    evidence: Evidence
    why: str


class GcpConstraints(msgspec.Struct, frozen=True):
    """Types (`compute.googleapis.com/Instance`) with a field for labels, those `without`, and why.

    `tag_keys` are the types for which Resource Manager tags can be made mandatory, with the launch stage.
    """

    types: dict[str, LabelField]
    without: dict[str, str]
    tag_keys: dict[str, str]


@cache
def gcp_constraints() -> GcpConstraints:
    """Return what custom constraints know of labels and tags."""
    return read("gcp_constraints", GcpConstraints)
