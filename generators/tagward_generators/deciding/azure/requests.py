"""Requests to Azure Resource Manager: what a policy rule sees of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from tagward_generators.deciding.azure.scene import Scene
from tagward_generators.deciding.rulings import Place, Tags
from tagward_generators.deciding.words import with_article

GROUP = "Microsoft.Resources/subscriptions/resourceGroups"
SUBSCRIPTION = "Microsoft.Resources/subscriptions"

LOCATION, NAME = "westeurope", "x"
SOMEWHERE = "00000000-0000-0000-0000-000000000000"
"""A subscription that nobody names."""

IN_GROUP = "x"
"""The resource group of a resource, which nobody names."""

Carrier = Literal["itself", "its resource group", "its subscription"]

_SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)")

_PLURAL = re.compile(r"(?<=ss)es$|(?<!s)s$")

_CONTAINERS = {GROUP: "creating a resource group", SUBSCRIPTION: "creating a subscription"}


def place(
    type_: str,
    *,
    location: str = LOCATION,
    name: str = NAME,
    subscription: str = SOMEWHERE,
    below: str = "",
    after: str = "",
    carrier: Carrier = "itself",
) -> Place:
    """Describe requests about a type, but for their tags; `below` is a scope that something says of."""
    named = _SUBSCRIPTION.match(below)
    subscription = named[1] if named else subscription
    facts = {"type": type_, "subscription": subscription, "below": below, "tags of": carrier, "after": after}
    facts |= {"name": name, "location": location} if type_ != SUBSCRIPTION else {}
    words = [
        f"named `{name}`" if name != NAME else "",
        f"in `{location}`" if location != LOCATION else "",
        _where(subscription, below),
        f"after {after[:10]}" if after else "",
        f"tagged on {carrier} only" if carrier != "itself" else "",
    ]
    return Place(
        type_,
        _CONTAINERS.get(type_) or f"creating {with_article(_thing(type_))}",
        tuple((key, value) for key, value in facts.items() if value or key in ("type", "subscription")),
        " ".join(filter(None, words)),
        aside=carrier != "itself",
    )


def scene(place: Place, tags: Tags) -> Scene:
    """Return what a rule sees at a place."""
    facts = dict(place.facts)
    carried = {facts["tags of"]: dict(tags)}
    resource = {key: facts[key] for key in ("type", "name", "location") if key in facts}
    if place.name == SUBSCRIPTION:
        resource["name"] = facts["subscription"]
    own = carried.get("itself", {})
    return Scene(
        resource | ({"tags": own} if own else {}),
        {"name": IN_GROUP, "location": LOCATION, "tags": carried.get("its resource group", {})},
        {"subscriptionId": facts["subscription"], "tags": carried.get("its subscription", {})},
    )


def scope(facts: Mapping[str, str]) -> str:
    """Return where a request is, as scopes of assignments and exemptions are written."""
    if "below" in facts:
        return facts["below"]
    subscription = f"/subscriptions/{facts['subscription']}"
    return subscription if facts["type"] == SUBSCRIPTION else f"{subscription}/resourceGroups/{IN_GROUP}"


def _where(subscription: str, below: str) -> str:
    if below and not _SUBSCRIPTION.fullmatch(below):
        return f"in `{below}`"
    return f"in subscription `{subscription}`" if subscription != SOMEWHERE else ""


def _thing(type_: str) -> str:
    """Name one of a type: `Microsoft.Compute/virtualMachines` is a Compute virtual machine."""
    provider, _, names = type_.partition("/")
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", names.rpartition("/")[2]).lower()
    singular = re.sub(r"ies$", "y", words) if words.endswith("ies") else re.sub(_PLURAL, "", words)
    return f"{provider.rpartition('.')[2]} {singular}"
