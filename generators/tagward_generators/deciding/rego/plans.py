"""Plans in which each resource is a place, all with the same tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tagward_generators.deciding.rulings import Place, Tags
from tagward_generators.deciding.words import with_article

USUAL = {"aws": "aws_s3_bucket", "azure": "azurerm_storage_account", "gcp": "google_storage_bucket"}
"""A type of each cloud that can carry tags."""

_CLOUDS = {"aws": "aws", "azurerm": "azure", "google": "gcp"}
_PROVIDERS = {"aws": "aws", "azure": "azurerm", "gcp": "google"}


def place(type_: str) -> Place:
    """Describe a resource of a type that is made, but for its tags."""
    words = type_.split("_", 1)[1].replace("_", " ")
    cloud = _CLOUDS[type_.split("_", maxsplit=1)[0]]
    return Place(
        type_, f"planning {with_article(f'{cloud.upper()} {words}')}", (("cloud", cloud), ("type", type_))
    )


def address(place: Place) -> str:
    """Return the address of a place in a plan."""
    return f"{place.name}.x"


def plan(places: Iterable[Place], tags: Tags) -> dict[str, Any]:
    """Make a plan as `terraform show -json` writes it."""
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {}},
        "resource_changes": [_change(each, dict(tags)) for each in places],
        "configuration": {"provider_config": {}, "root_module": {"resources": []}},
    }


def _change(place: Place, tags: dict[str, str]) -> dict[str, Any]:
    cloud = dict(place.facts)["cloud"]
    after = _of_google(tags) if cloud == "gcp" else _attributes(place.name, tags)
    return {
        "address": address(place),
        "mode": "managed",
        "type": place.name,
        "name": "x",
        "provider_name": f"registry.terraform.io/hashicorp/{_PROVIDERS[cloud]}",
        "change": {"actions": ["create"], "before": None, "after": after, "after_unknown": {}},
    }


def _attributes(type_: str, tags: Mapping[str, str]) -> dict[str, Any]:
    if type_ == "aws_autoscaling_group":
        return {"tag": [{"key": key, "value": value} for key, value in tags.items()]}
    return {"tags": tags} | ({"tags_all": tags} if type_.startswith("aws_") else {})


def _of_google(labels: Mapping[str, str]) -> dict[str, Any]:
    """Write labels wherever a type may have its own."""
    whole = {"labels": labels, "effective_labels": labels, "terraform_labels": labels}
    others = {"resource_labels": labels, "user_labels": labels}
    blocks = {"metadata": "labels", "settings": "user_labels", "node_config": "resource_labels"}
    return whole | others | {block: [{name: labels}] for block, name in blocks.items()}
