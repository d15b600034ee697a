"""Write a realistic Terraform plan: `python benchmarks/plan_generator.py N OUT.json [--seed 1]`."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import IO, Any

import msgspec

Json = dict[str, Any]

PROVIDERS = {
    "aws": "registry.terraform.io/hashicorp/aws",
    "google": "registry.terraform.io/hashicorp/google",
    "azurerm": "registry.terraform.io/hashicorp/azurerm",
}
TAGGABLE = [
    "aws_instance",
    "aws_s3_bucket",
    "aws_ebs_volume",
    "aws_sagemaker_notebook_instance",
    "aws_lambda_function",
    "aws_dynamodb_table",
    "aws_security_group",
    "aws_sqs_queue",
    "aws_ecs_service",
    "aws_launch_template",
    "google_compute_instance",
    "google_storage_bucket",
    "google_bigquery_dataset",
    "google_compute_disk",
    "azurerm_linux_virtual_machine",
    "azurerm_storage_account",
    "azurerm_resource_group",
    "azurerm_managed_disk",
]
UNTAGGABLE = [
    "aws_iam_role_policy_attachment",
    "aws_route",
    "aws_s3_bucket_versioning",
    "aws_volume_attachment",
    "google_compute_firewall",
    "google_project_iam_member",
    "azurerm_subnet",
    "azurerm_role_assignment",
]
MODULES = ("", "module.platform", 'module.team["fraud"]', "module.search[0]")
ACTIONS = (["create"],) * 11 + (["no-op"],) * 6 + (["update"],) * 2 + (["delete", "create"],)
TEAMS = ("fraud-detection", "search-ranking", "recommendations", "ml-platform", "forecasting")
WORKLOADS = ("training", "inference", "data-processing", "notebook")
ATTRIBUTES = [
    "availability_zone",
    "capacity_reservation",
    "credit_specification",
    "description",
    "disable_api_termination",
    "ebs_optimized",
    "enable_monitoring",
    "encryption_configuration",
    "endpoint_type",
    "engine_version",
    "force_destroy",
    "hibernation",
    "host_id",
    "instance_initiated_shutdown_behavior",
    "instance_type",
    "ipv6_address_count",
    "key_name",
    "kms_key_identifier",
    "lifecycle_rule",
    "logging",
    "maintenance_options",
    "metadata_options",
    "monitoring",
    "network_interface",
    "placement_group",
    "policy_document",
    "public_network_access",
    "retention_in_days",
    "security_group_ids",
    "source_dest_check",
    "subnet_identifier",
    "timeouts",
    "user_data",
    "versioning",
]
COMPUTED = [
    "arn",
    "id",
    "owner_id",
    "primary_ip",
    "private_dns",
    "public_dns",
    "self_link",
    "state",
    "unique_id",
]


def main() -> None:
    """Parse the command line and write the plan."""
    parser = argparse.ArgumentParser(description="write a realistic Terraform plan")
    parser.add_argument("resources", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with arguments.out.open("wb") as out:
        write_plan(out, arguments.resources, arguments.seed)


def write_plan(out: IO[bytes], count: int, seed: int = 1) -> None:
    """Write a plan of `count` resource changes; the same seed gives the same bytes."""
    out.write(
        b'{"format_version":"1.2","terraform_version":"1.11.4","variables":{"region":{"value":"eu-west-1"}}'
    )
    out.write(b',"planned_values":{"root_module":')
    _write_values(out, count, seed)
    out.write(b'},"resource_changes":[')
    _write_list(out, changes(count, seed))
    out.write(b'],"configuration":{"provider_config":')
    out.write(msgspec.json.encode({name: _provider(name) for name in PROVIDERS}))
    out.write(b',"root_module":')
    _write_modules(out, count, seed)
    out.write(b'},"timestamp":"2026-11-21T00:00:00Z","applyable":true,"complete":true,"errored":false}\n')


def changes(count: int, seed: int = 1) -> Iterator[Json]:
    """Yield the resource changes of the plan, the same ones for the same seed."""
    return _changes(range(count), seed)


def _changes(indexes: range, seed: int) -> Iterator[Json]:
    return (_change(index, Random(f"{seed}:{index}")) for index in indexes)


def _in_module(number: int, count: int, seed: int) -> Iterator[Json]:
    return _changes(range(number, count, len(MODULES)), seed)


def _write_values(out: IO[bytes], count: int, seed: int) -> None:
    for number, module in enumerate(MODULES):
        opening = f'{{"address":{msgspec.json.encode(module).decode()},' if module else "{"
        out.write(b"," if number > 1 else b"")
        out.write(f'{opening}"resources":['.encode())
        _write_list(out, (_planned_value(change) for change in _in_module(number, count, seed)))
        out.write(b"]}" if module else b'],"child_modules":[')
    out.write(b"]}")


def _write_modules(out: IO[bytes], count: int, seed: int) -> None:
    for number, module in enumerate(MODULES):
        name = module.removeprefix("module.").split("[", 1)[0]
        out.write(b"," if number > 1 else b"")
        opening = f'"{name}":{{"source":"./{name}","module":{{' if module else "{"
        out.write(f'{opening}"resources":['.encode())
        _write_list(out, (_configuration(change) for change in _in_module(number, count, seed)))
        out.write(b"]}}" if module else b'],"module_calls":{')
    out.write(b"}}")


def _write_list(out: IO[bytes], items: Iterator[Json]) -> None:
    encoder = msgspec.json.Encoder()
    for index, item in enumerate(items):
        out.write(b",\n" if index else b"\n")
        out.write(encoder.encode(item))


def _change(index: int, random: Random) -> Json:
    taggable = random.random() < 0.75
    type_ = random.choice(TAGGABLE if taggable else UNTAGGABLE)
    provider = type_.split("_", 1)[0]
    module = MODULES[index % len(MODULES)]
    address = f"{type_}.r{index}"
    actions = random.choice(ACTIONS)
    attributes = _attributes(index, provider, random)
    unknown: Json = {}
    if actions == ["create"]:
        unknown = {name: attributes.pop(name) is not None for name in COMPUTED}
    if taggable:
        _add_tags(attributes, unknown, provider, random)
    _add_blocks(attributes, unknown, type_)
    return {
        "address": f"{module}.{address}" if module else address,
        **({"module_address": module} if module else {}),
        "mode": "managed",
        "type": type_,
        "name": f"r{index}",
        "provider_name": PROVIDERS[provider],
        "change": _transition(actions, attributes, unknown),
    }


def _transition(actions: list[str], attributes: Json, unknown: Json) -> Json:
    return {
        "actions": actions,
        "before": None if actions == ["create"] else attributes,
        "after": attributes,
        "after_unknown": unknown,
        "before_sensitive": False if actions == ["create"] else {},
        "after_sensitive": {"metadata_options": [], "network_interface": [], "tags": {}, "tags_all": {}},
    }


def _attributes(index: int, provider: str, random: Random) -> Json:
    name = f"{random.choice(TEAMS)}-{random.choice(WORKLOADS)}-{index}"
    attributes: Json = {"name": name, **{key: _value(key, random) for key in ATTRIBUTES}}
    attributes.update({key: f"{key}-{random.getrandbits(64):016x}" for key in COMPUTED})
    if provider == "aws":
        attributes["arn"] = f"arn:aws:service:eu-west-1:111122223333:thing/{name}"
    elif provider == "google":
        attributes |= {"project": "ml-platform-prod", "region": "europe-west1"}
    else:
        attributes |= {"resource_group_name": f"rg-{random.randrange(50)}", "location": "westeurope"}
    return attributes


def _value(key: str, random: Random) -> object:
    kind = random.randrange(6)
    if kind == 0:
        return None
    if kind == 1:
        return random.random() < 0.5
    if kind == 2:
        return random.randrange(10_000)
    if kind == 3:
        return [{"enabled": True, "mode": key, "days": random.randrange(365), "targets": None}]
    return f"{key.replace('_', '-')}-{random.getrandbits(96):024x}"


def _add_blocks(attributes: Json, unknown: Json, type_: str) -> None:
    tags = attributes.get("tags")
    if type_ == "aws_instance":
        attributes |= {"volume_tags": tags}
        unknown |= {"root_block_device": True, "ebs_block_device": True}
    elif type_ == "aws_launch_template":
        kinds = ("instance", "volume")
        attributes["tag_specifications"] = [{"resource_type": kind, "tags": tags} for kind in kinds]
    elif type_ == "aws_ecs_service":
        attributes["propagate_tags"] = "SERVICE"


def _add_tags(attributes: Json, unknown: Json, provider: str, random: Random) -> None:
    tags = _tags(random)
    attribute = "labels" if provider == "google" else "tags"
    if random.random() < 0.02:
        unknown[attribute] = True
        unknown["tags_all" if provider == "aws" else "effective_labels"] = True
        return
    attributes[attribute] = tags
    if provider == "aws":
        attributes["tags_all"] = tags
    elif provider == "google":
        attributes["terraform_labels"] = attributes["effective_labels"] = tags


def _tags(random: Random) -> dict[str, str]:
    workload = random.choice(WORKLOADS)
    tags = {
        "ml-team": random.choice(TEAMS),
        "ml-project": f"project-{random.randrange(200)}",
        "ml-workload-type": workload,
        "ml-environment": random.choice(("dev", "staging", "prod")),
        "cost-centre": f"cc-{random.randrange(1000):04d}",
    }
    if workload == "training":
        tags["ml-experiment-id"] = f"exp-{random.getrandbits(32):08x}"
    if random.random() < 0.3:
        _spoil(tags, random)
    return tags


def _spoil(tags: dict[str, str], random: Random) -> None:
    kind = random.randrange(5)
    if kind == 0:
        del tags[random.choice(("ml-team", "ml-project", "ml-environment"))]
    elif kind == 1:
        tags["ml-environment"] = "production"
    elif kind == 2:
        tags["ml-team"] = "  "
    elif kind == 3:
        tags["mlteam"] = tags.pop("ml-team")
    else:
        tags["ml-project"] = "tbd"


def _planned_value(change: Json) -> Json:
    return {
        **{key: change[key] for key in ("address", "mode", "type", "name", "provider_name")},
        "schema_version": 1,
        "values": change["change"]["after"],
        "sensitive_values": change["change"]["after_sensitive"],
    }


def _provider(name: str) -> Json:
    return {
        "name": name,
        "full_name": PROVIDERS[name],
        "version_constraint": "~> 6.0",
        "expressions": {"region": {"references": ["var.region"]}},
    }


def _configuration(change: Json) -> Json:
    expressions: Json = {key: {"constant_value": change["change"]["after"][key]} for key in ATTRIBUTES[:6]}
    attribute = "labels" if change["type"].startswith("google_") else "tags"
    expressions[attribute] = {"references": ["random_pet.suffix.id", "random_pet.suffix", "var.tags"]}
    return {
        "address": f"{change['type']}.{change['name']}",
        "mode": "managed",
        "type": change["type"],
        "name": change["name"],
        "provider_config_key": change["type"].split("_", 1)[0],
        "expressions": expressions,
        "schema_version": 1,
    }


if __name__ == "__main__":
    main()
