"""Random Terraform plans: resources of three clouds, in the shapes in which providers show their tags."""

import re
from collections.abc import Mapping
from random import Random
from typing import Any

from msgspec.structs import replace

from tagward.policy import Policy, Tag
from tests.generators import random_policies
from tests.generators.random_tags import tags
from tests.generators.worlds import TERRAFORM, World

Json = Any
Values = dict[str, str]

WORLDS: Mapping[str, World] = {cloud: replace(TERRAFORM, cloud=cloud) for cloud in ("aws", "azure", "gcp")}
LOCAL = {"aws": "aws", "azure": "azurerm", "gcp": "google"}

TYPES: Mapping[str, tuple[str, ...]] = {
    "aws": (
        *("aws_s3_bucket", "aws_s3_bucket", "aws_sagemaker_model", "aws_ebs_volume", "aws_kinesis_stream"),
        *("aws_instance", "aws_autoscaling_group", "aws_ecs_service", "aws_route", "aws_newer_thing"),
    ),
    "azure": (
        *("azurerm_storage_account", "azurerm_linux_virtual_machine", "azurerm_key_vault"),
        *("azurerm_subnet", "azurerm_newer_thing"),
    ),
    "gcp": (
        *("google_storage_bucket", "google_compute_instance", "google_container_cluster"),
        *("google_sql_database_instance", "google_monitoring_alert_policy", "google_project_iam_member"),
    ),
}
UNTAGGABLE = ("aws_route", "azurerm_subnet", "google_project_iam_member")
CONTAINERS = {"azure": ("azurerm_resource_group", "azurerm_subscription"), "gcp": ("google_project",)}
MODULES = ("", "", "module.a", "module.a.module.b")
ACTIONS: tuple[list[str], ...] = (
    *(["create"], ["create"], ["update"], ["no-op"], ["delete", "create"], ["create", "delete"]),
    *(["delete"], ["forget"], []),
)


def plan_policy(rng: Random) -> Policy:
    """Make a policy whose tags have keys on some of the clouds."""
    drawn = random_policies.policy(rng, TERRAFORM)
    return replace(drawn, tags=tuple(_spelled(rng, tag) for tag in drawn.tags))


def _spelled(rng: Random, tag: Tag) -> Tag:
    key = TERRAFORM.keys.get(tag.id, tag.id)
    keys = {"aws": key, "azure": key, "gcp": tag.id.replace("-", "_") if rng.random() < 0.3 else tag.id}
    gone = rng.choice(("", "", "", "aws", "aws", "azure", "gcp"))
    return replace(tag, keys={cloud: spelled for cloud, spelled in keys.items() if cloud != gone})


class Provider:
    """One provider configuration: the tags that it adds, and how the plan spells them."""

    def __init__(self, rng: Random, policy: Policy, cloud: str, key: str) -> None:
        self.cloud = cloud
        self.key = key
        self.form = rng.choice(("none", "none", "constant", "constant", "variable", "local", "mixed"))
        if cloud == "azure":
            self.form = "none"
        self.tags = {} if self.form == "none" else tags(rng, policy, WORLDS[cloud])
        self.variable = "common_" + "_".join(re.findall(r"\w+", key))

    def configuration(self) -> Json:
        """Write it as the plan's configuration does."""
        name, _, alias = self.key.rpartition(":")[2].partition(".")
        return {
            "name": name,
            **({"alias": alias} if alias else {}),
            **({"module_address": self.key.rpartition(":")[0]} if ":" in self.key else {}),
            "expressions": self._expressions(),
        }

    def _expressions(self) -> Json:
        forms: Json = {
            "constant": {"constant_value": self.tags},
            "variable": {"references": [f"var.{self.variable}"]},
            "local": {"references": ["local.common"]},
            "mixed": {"references": ["var.team", "local.common"]},
        }
        if self.form == "none":
            return {"region": {"constant_value": "eu-west-1"}}
        written = forms[self.form]
        return {"default_labels": written} if self.cloud == "gcp" else {"default_tags": [{"tags": written}]}


class Plan:
    """A plan of random resources."""

    def __init__(self, rng: Random, policy: Policy, *, count: int = 20) -> None:
        self.rng = rng
        self.policy = policy
        self.changes: list[Json] = []
        self.modules: dict[str, Json] = {"": {"resources": [], "module_calls": {}}}
        for path in ("module.a", "module.a.module.b"):
            self.modules[path] = {"resources": [], "module_calls": {}}
            parent = self.modules[path.rpartition(".module.")[0]]
            parent["module_calls"][path[-1]] = {"module": self.modules[path]}
        self.providers = [
            Provider(rng, policy, cloud, key) for cloud, name in LOCAL.items() for key in self._keys(name)
        ]
        for cloud, types in CONTAINERS.items():
            for type_ in types:
                if rng.random() < 0.4:
                    self._add(cloud, type_)
        while len(self.changes) < count:
            cloud = rng.choice(("aws", "aws", "azure", "gcp"))
            self._add(cloud, rng.choice(TYPES[cloud]))

    def _keys(self, name: str) -> tuple[str, ...]:
        several = ((name, f"{name}.alt"), (f"{name}.alt", f"module.a:{name}"), (name, f"module.a:{name}.x"))
        return self.rng.choice(((), *((name,),) * 4, *several))

    def document(self) -> Json:
        """Return the plan as `terraform show -json` writes it."""
        return {
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "variables": {each.variable: {"value": each.tags} for each in self.providers},
            "planned_values": {"root_module": {"resources": []}},
            "resource_changes": self.changes,
            "configuration": {
                "provider_config": {each.key: each.configuration() for each in self.providers},
                "root_module": self.modules[""],
            },
        }

    def _add(self, cloud: str, type_: str) -> None:
        """Add a resource, and its configuration."""
        rng, number = self.rng, len(self.changes)
        module, name = rng.choice(MODULES), f"r{number}"
        provider = self._provider(LOCAL[cloud])
        added = provider.tags if provider else {}
        after, unknown, written = Shapes(rng, self.policy, cloud, type_, added).shown()
        if rng.random() < 0.5:
            after["name"] = rng.choice(("web-1", "web-x", "db", ""))
        after |= _inside(rng, cloud, type_)
        self.modules[module]["resources"].append(
            {
                "address": f"{type_}.{name}",
                "mode": "managed",
                "type": type_,
                "name": name,
                "provider_config_key": provider.key if provider else LOCAL[cloud],
                "expressions": written,
            }
        )
        index = rng.choice(("", "", "[0]", '["a"]'))
        address = ".".join(filter(None, (module, f"{type_}.{name}{index}")))
        state = rng.random()
        registry = rng.choice(("registry.terraform.io", "registry.opentofu.org"))
        self.changes.append(
            {
                "address": address,
                **({"module_address": module} if module else {}),
                "mode": "data" if state < 0.04 else "managed",
                "type": type_,
                "name": name,
                "provider_name": f"{registry}/hashicorp/{LOCAL[cloud]}",
                **({"deposed": "abcd1234"} if state > 0.96 else {}),
                "change": {
                    "actions": rng.choice(ACTIONS),
                    "before": None,
                    "after": after,
                    "after_unknown": unknown,
                    "after_sensitive": {"tags": True} if rng.random() < 0.1 else {},
                },
            }
        )

    def _provider(self, name: str) -> Provider | None:
        found = [each for each in self.providers if each.key.rpartition(":")[2].split(".")[0] == name]
        return self.rng.choice(found) if found else None


def _inside(rng: Random, cloud: str, type_: str) -> Json:
    """Say what a resource lives in, or how others refer to it."""
    if type_ == "azurerm_resource_group":
        return {"name": "group"}
    if type_ == "google_project":
        return {"project_id": "project-1"}
    if rng.random() < 0.4:
        return {}
    return {"azure": {"resource_group_name": "group"}, "gcp": {"project": "project-1"}}.get(cloud, {})


class Shapes:
    """How a provider shows the tags of one resource: attributes, marks of the unknown, and expressions."""

    def __init__(self, rng: Random, policy: Policy, cloud: str, type_: str, added: Values) -> None:
        self.rng = rng
        self.type = type_
        self.cloud = cloud
        self.added = added
        self.own: Values | None = tags(rng, policy, WORLDS[cloud]) if rng.random() < 0.85 else None
        self.more = tags(rng, policy, WORLDS[cloud])
        self.late = self._late()

    def _late(self) -> Json:
        """Choose what is unknown: nothing, all tags, or some values."""
        state = self.rng.random()
        if state < 0.12:
            return True
        if state < 0.24 and self.own:
            return {key: True for key in self.own if self.rng.random() < 0.5}
        return {}

    def shown(self) -> tuple[Json, Json, Json]:
        """Return the attributes after the apply, the marks of the unknown, and the expressions."""
        if self.type in UNTAGGABLE:
            return {}, {}, {}
        if self.type == "aws_autoscaling_group":
            return self._group()
        if self.type == "google_sql_database_instance":
            return self._block("settings", "user_labels")
        attribute = {"aws": "tags", "azure": "tags", "gcp": "labels"}[self.cloud]
        attribute = {
            "google_container_cluster": "resource_labels",
            "google_monitoring_alert_policy": "user_labels",
        }.get(self.type, attribute)
        after, unknown = self._own(attribute)
        if self.cloud == "aws":
            self._merge(after, unknown, ("tags_all",))
        elif self.cloud == "gcp" and attribute != "user_labels":
            self._merge(after, unknown, ("effective_labels", "terraform_labels"))
        written = {attribute: {"references": ["local.x"]}} if self.own is not None or self.late else {}
        return after | self._parts(), unknown, written

    def _own(self, attribute: str) -> tuple[Json, Json]:
        if self.late is True:
            return {}, {attribute: True}
        known: Json = self.own and {key: value for key, value in self.own.items() if key not in self.late}
        if known and self.cloud == "azure" and self.rng.random() < 0.1:
            known["Nothing"] = None
        return {attribute: known}, {attribute: self.late} if self.late else {}

    def _merge(self, after: Json, unknown: Json, attributes: tuple[str, ...]) -> None:
        """Show what the provider adds, as far as it is known; older versions show nothing of it."""
        rng = self.rng
        if rng.random() < 0.15:
            return
        merged = {**self.added, **(self.own or {})}
        if self.cloud == "gcp" and rng.random() < 0.3:
            merged["goog-terraform-provisioned"] = "true"
        for attribute in attributes:
            if self.late or (not merged and rng.random() < 0.9):
                unknown[attribute] = True
            else:
                after[attribute] = merged
        if self.cloud == "gcp" and rng.random() < 0.2 and "effective_labels" in after:
            after["effective_labels"] = {**self.more, **merged}
        if self.cloud == "gcp" and rng.random() < 0.1 and "effective_labels" in after:
            del after["effective_labels"]
            unknown["effective_labels"] = True

    def _parts(self) -> Json:
        """Add what an instance or a service makes."""
        rng = self.rng
        if self.type == "aws_instance" and rng.random() < 0.7:
            root = {"tags": self.more} if rng.random() < 0.5 else {"tags": None}
            return {"volume_tags": None, "root_block_device": [root], "ebs_block_device": []}
        if self.type == "aws_ecs_service":
            return {"propagate_tags": rng.choice((None, "SERVICE", "TASK_DEFINITION"))}
        return {}

    def _group(self) -> tuple[Json, Json, Json]:
        """Show tags as blocks, in the attribute of today or that of old."""
        name, other = self.rng.choice((("tag", "tags"), ("tag", "tags"), ("tags", "tag")))
        after: Json = {other: None if other == "tags" else []} if self.rng.random() < 0.3 else {}
        if self.late is True:
            return after, {name: True}, {}
        keys = self.own or {}
        after[name] = [self._tag_block(key, value) for key, value in keys.items()]
        return after, {name: [{"value": True} if key in self.late else {} for key in keys]}, {}

    def _tag_block(self, key: str, value: str) -> Json:
        shown = {} if key in self.late else {"value": value}
        return {"key": key, "propagate_at_launch": self.rng.random() < 0.7, **shown}

    def _block(self, block: str, attribute: str) -> tuple[Json, Json, Json]:
        """Show labels in a block; the provider fills in what nobody wrote."""
        if self.rng.random() < 0.1:
            return {block: []}, {block: []}, {}
        after, unknown = self._own(attribute)
        if self.own is None:
            after, unknown = {}, {attribute: True}
        written = {} if self.own is None else {attribute: {"references": ["local.x"]}}
        return {block: [after]}, {block: [unknown]}, {block: [written]}
