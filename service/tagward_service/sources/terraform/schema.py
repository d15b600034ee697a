"""The parts of Terraform's JSON that are needed, typed for fast decodes that skip the rest."""

from typing import Any

from msgspec import UNSET, Raw, Struct, json

Json = Any
"""Any JSON value: what a file holds where it may hold anything."""

EMPTY = Raw(b"")


class Marks(Struct, gc=False):
    """What is true of the attributes where labels are: unknown, or secret. Blocks have marks inside."""

    tags: Json = UNSET
    tags_all: Json = UNSET
    labels: Json = UNSET
    effective_labels: Json = UNSET
    terraform_labels: Json = UNSET
    user_labels: Json = UNSET
    resource_labels: Json = UNSET
    settings: Json = UNSET
    metadata: Json = UNSET
    node_config: Json = UNSET
    tag: Json = UNSET
    tag_specifications: Json = UNSET
    volume_tags: Json = UNSET
    root_block_device: Json = UNSET
    ebs_block_device: Json = UNSET
    propagate_tags: Json = UNSET
    replica: Json = UNSET
    target_parameters: Json = UNSET
    manifest: Json = UNSET
    yaml_body: Json = UNSET
    spec: Json = UNSET


NO_MARKS = Marks()
_MARKS = json.Decoder(Marks | bool | None)


def marks_in(raw: Raw) -> Marks | bool | None:
    """Decode marks that were kept raw."""
    return _MARKS.decode(raw) if raw else None


class Change(Struct, gc=False):
    """What the plan does to one object; its attributes stay raw until a reader wants the few that matter."""

    actions: list[str] | None = None
    after: Raw = EMPTY
    after_unknown: Marks | bool | None = None
    after_sensitive: Raw = EMPTY


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


class ConfigurationFile(Struct):
    """The configuration in a plan, with its modules raw until somebody asks about a resource."""

    provider_config: dict[str, Json] = {}
    root_module: Raw = EMPTY


class PlanFile(Struct):
    """A plan as `terraform show -json` and `tofu show -json` write it."""

    format_version: Json = None
    terraform_version: Json = None
    resource_changes: list[ResourceChange] | None = None
    planned_values: Raw = EMPTY
    configuration: ConfigurationFile | None = None
    variables: Raw = EMPTY
    deferred_changes: Raw = EMPTY
    errored: Json = None


class Attributes(Struct, gc=False):
    """What is read of any resource; each kind reads a few attributes more."""

    name: Json = UNSET


class AwsAttributes(Attributes, gc=False):
    """What is read of every AWS resource."""

    tags: Json = UNSET
    tags_all: Json = UNSET
    arn: Json = UNSET
    region: Json = UNSET


class MakerAttributes(AwsAttributes, gc=False):
    """What is read, besides, of the AWS types that make billed things."""

    tag: Json = UNSET
    tag_specifications: Json = UNSET
    volume_tags: Json = UNSET
    root_block_device: Json = UNSET
    ebs_block_device: Json = UNSET
    propagate_tags: Json = UNSET
    replica: Json = UNSET
    target_parameters: Json = UNSET


class GoogleAttributes(Attributes, gc=False):
    """What is read of every Google resource."""

    labels: Json = UNSET
    terraform_labels: Json = UNSET
    effective_labels: Json = UNSET
    project: Json = UNSET
    region: Json = UNSET
    location: Json = UNSET
    zone: Json = UNSET


class ElsewhereAttributes(GoogleAttributes, gc=False):
    """What is read, besides, of the Google types with labels elsewhere, and of projects."""

    user_labels: Json = UNSET
    resource_labels: Json = UNSET
    settings: Json = UNSET
    metadata: Json = UNSET
    node_config: Json = UNSET
    project_id: Json = UNSET


class AzureAttributes(Attributes, gc=False):
    """What is read of every Azure resource."""

    tags: Json = UNSET
    location: Json = UNSET
    resource_group_name: Json = UNSET
    id: Json = UNSET
    parent_id: Json = UNSET
    type: Json = UNSET
    subscription_id: Json = UNSET


class ManifestAttributes(Attributes, gc=False):
    """What is read of the types that hold a Kubernetes object as it is, or its YAML."""

    manifest: Json = UNSET
    yaml_body: Json = UNSET
    yaml_body_parsed: Json = UNSET
    override_namespace: Json = UNSET


class ObjectAttributes(Attributes, gc=False):
    """What is read of the types that have blocks for the fields of one kind of Kubernetes object."""

    metadata: Json = UNSET
    spec: Json = UNSET


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
