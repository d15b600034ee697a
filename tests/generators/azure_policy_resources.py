"""Random resources of Azure: as sources of plans read them, and as Azure Policy is asked about them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from tagward.catalog import native_types
from tagward.policy import Policy, Tag
from tagward.resource import Layer, Resource
from tagward_generators.azure_policy.reach import CONTAINERS, GROUP, SUBSCRIPTION
from tests.generators.random_tags import tags
from tests.generators.worlds import AZURE, SUBSCRIPTIONS

TYPES = (
    "azure:Microsoft.Compute/virtualMachines",
    "azure:Microsoft.Compute/virtualMachines",
    "azure:Microsoft.Compute/disks",
    "azure:Microsoft.Storage/storageAccounts",
    "azure:Microsoft.MachineLearningServices/workspaces",
    GROUP,
    SUBSCRIPTION,
)
REGIONS = ("westeurope", "westus3", "eastus", "eastus2")
NAMES = ("web-1", "WEB-1", "web-x", "db-1", "Web.x", "w1", "w", "webxx")


@dataclass(frozen=True)
class Asked:
    """A resource as Azure sees it, with what it lives in."""

    resource: Mapping[str, Any]
    group: Mapping[str, Any]
    subscription: Mapping[str, Any]

    @property
    def is_container(self) -> bool:
        return self.resource["type"] in CONTAINERS.values()


def resource(rng: Random, drawn: Policy) -> Resource:
    """Make a resource as the sources of plans do, with known tags around it."""
    type_ = rng.choice(TYPES)
    above = {GROUP: ("subscription",), SUBSCRIPTION: ()}.get(type_, ("resource-group", "subscription"))
    name = rng.choice(NAMES)
    return Resource(
        cloud="azure",
        type=type_,
        native=rng.choice(native_types(type_)),
        address=f"x.{name}",
        name=name,
        account=rng.choice(SUBSCRIPTIONS),
        region=None if type_ == SUBSCRIPTION else rng.choice(REGIONS),
        namespace="",
        tags=tags(rng, drawn, AZURE),
        inherited=tuple(Layer(each, "x", layer(rng, drawn)) for each in above if rng.random() < 0.5),
    )


def layer(rng: Random, drawn: Policy) -> dict[str, str]:
    """Make tags of what resources live in; their names are spelled as in the policy, or quite differently."""
    known = {key.lower(): key for tag in drawn.tags for key in (*tag.keys.values(), *_aliases(tag))}
    return {known.get(key.lower(), key): value for key, value in tags(rng, drawn, AZURE).items()}


def _aliases(tag: Tag) -> Iterator[str]:
    return (alias.key for alias in tag.aliases)


def asked_of(made: Resource) -> Asked:
    """Spell a resource as Azure Resource Manager does."""
    above = {each.origin: dict(each.tags) for each in made.inherited}
    spelled = CONTAINERS.get(made.type) or made.type.removeprefix("azure:")
    return Asked(
        {
            "type": spelled,
            "name": made.account if made.type == SUBSCRIPTION else made.name,
            **({"location": made.region} if made.region else {}),
            **({"tags": dict(made.tags)} if made.tags else {}),
        },
        {"tags": above.get("resource-group", {})},
        {"subscriptionId": made.account, "tags": above.get("subscription", {})},
    )
