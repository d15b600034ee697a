"""Small plans, written by the tests that need them."""

import json
from pathlib import Path
from typing import Any

from tagward.resource import Resource
from tagward_service.sources.interface import Place
from tagward_service.sources.terraform.plan import read_plan

DATA = Path(__file__).parent / "data" / "terraform"
NOWHERE = Place()


def change(address: str, after: Any = None, unknown: Any = None, **fields: Any) -> dict[str, Any]:
    """Write a resource change; the provider follows from the type."""
    local = address.rpartition("module.")[2].split(".")[-2:] if "module." in address else address.split(".")
    prefix = local[0].split("_")[0]
    provider = prefix if prefix in ("aws", "google", "azurerm", "kubernetes") else "random"
    return {
        "address": address,
        "mode": "managed",
        "type": local[0],
        "name": local[1].split("[")[0],
        "provider_name": f"registry.terraform.io/hashicorp/{provider}",
        "change": {
            "actions": fields.pop("actions", ["create"]),
            "after": after,
            "after_unknown": {} if unknown is None else unknown,
            "after_sensitive": fields.pop("sensitive", {}),
        },
        **fields,
    }


def plan(*changes: dict[str, Any], **top: Any) -> bytes:
    """Write a complete plan of the changes."""
    whole = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {}},
        "resource_changes": list(changes),
        "configuration": {"root_module": {}},
    }
    return json.dumps(whole | top).encode()


def trimmed(*changes: dict[str, Any]) -> bytes:
    """Write a plan as people cut it down: without configuration and planned values."""
    return json.dumps({"format_version": "1.2", "resource_changes": list(changes)}).encode()


def configured(address: str, expressions: dict[str, Any], provider: str = "aws") -> dict[str, Any]:
    """Write the configuration of one resource of the root module."""
    kind, name = address.split(".")
    return {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_config_key": provider,
        "expressions": expressions,
    }


def read(content: bytes, place: Place = NOWHERE) -> list[Resource]:
    """Read every resource of a plan."""
    return list(read_plan(content, "plan.json", place).resources)


def read_one(content: bytes) -> Resource:
    """Read a plan of one resource."""
    (resource,) = read(content)
    return resource


def read_made(name: str) -> dict[str, Resource]:
    """Read one of the plans that Terraform made for these tests, by address."""
    return {each.address: each for each in read((DATA / "made" / name / "plan.json").read_bytes())}
