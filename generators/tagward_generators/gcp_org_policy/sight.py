"""What a custom constraint can see of a resource."""

from types import MappingProxyType

from tagward_generators.selecting import Platform

SURFACE = "cloud"

PLATFORM = Platform(
    "gcp",
    SURFACE,
    unseen=("project",),
    lacks=frozenset({"namespace"}),
    blind=MappingProxyType(
        {
            "region": "a constraint cannot see the region of a resource",
            "name": "a constraint cannot see the name of a resource",
            "address": "a resource in the cloud has no address",
        }
    ),
)
"""Labels of the resource itself; its project decides which policies hold for it (see `projects`)."""
