"""The parts of Terraform's JSON that are needed, typed for one fast decode that skips the rest."""

from typing import Any

from msgspec import UNSET, Raw, Struct

Json = Any
"""Any JSON value: what a file holds where it may hold anything."""

EMPTY = Raw(b"")


class Marks(Struct, gc=False):
    """The attributes that hold labels, or the blocks that do; as marks, true of what is unknown or secret."""

    tags: Json = UNSET
    tags_all: Json = UNSET
    labels: Json = UNSET
    effective_labels: Json = UNSET
    terraform_labels: Json = UNSET
    user_labels: Json = UNSET
    resource_labels: Json = UNSET
    tag: Json = UNSET
    tag_specifications: Json = UNSET
    volume_tags: Json = UNSET
    root_block_device: Json = UNSET
    ebs_block_device: Json = UNSET
    settings: Json = UNSET
    metadata: Json = UNSET
    node_config: Json = UNSET


class Attributes(Marks, gc=False):
    """What is read of any resource. Each attribute more costs time on every resource of a plan."""

    name: Json = UNSET
    arn: Json = UNSET
    region: Json = UNSET
    location: Json = UNSET
    zone: Json = UNSET
    project: Json = UNSET
    resource_group_name: Json = UNSET
    id: Json = UNSET
    parent_id: Json = UNSET
    type: Json = UNSET
    project_id: Json = UNSET
    subscription_id: Json = UNSET
    propagate_tags: Json = UNSET
    replica: Json = UNSET
    target_parameters: Json = UNSET


class Change(Struct, gc=False):
    """What the plan does to one object."""

    actions: list[str] | None = None
    after: Attributes | None = None
    after_unknown: Attributes | bool | None = None
    after_sensitive: Marks | bool | None = None


class ResourceChange(Struct, gc=False):
    """One entry of `resource_changes`; hand-made files leave out everything that has a default here."""

    address: str
    type: str
    change: Change
    mode: str | None = None
    name: str | None = None
    provider_name: str | None = None
    module_address: str | None = None
    deposed: str | None = None


class PlanFile(Struct):
    """A plan as `terraform show -json` and `tofu show -json` write it."""

    format_version: Json = None
    terraform_version: Json = None
    resource_changes: list[ResourceChange] | None = None
    planned_values: Raw = EMPTY
    configuration: Raw = EMPTY
    variables: Raw = EMPTY
    deferred_changes: Raw = EMPTY
    errored: Json = None


_GONE = frozenset({"delete", "forget", "read"})
_STAYS = frozenset({"create", "update", "no-op"})


def will_exist(change: ResourceChange) -> bool:
    """Tell whether a change leaves a managed resource that its configuration declares."""
    if change.mode == "data" or change.deposed is not None:
        return False
    actions = change.change.actions
    if not actions:
        return True
    return actions[-1] in _STAYS or not _GONE.issuperset(actions)


def will_change(change: ResourceChange) -> bool:
    """Tell whether the apply touches the resource; a change without actions says nothing, so it may."""
    return change.change.actions != ["no-op"]
