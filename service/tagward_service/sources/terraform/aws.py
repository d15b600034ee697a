"""The types of AWS: `tags`, what the provider merges into `tags_all`, and what a resource makes."""

from typing import TypeVar

from msgspec.structs import replace

from tagward.resource import Resource, Tags, Unknown
from tagward_service.sources.terraform.blocks import block_cause, group_attribute, pairs_shown
from tagward_service.sources.terraform.configuration import Provider
from tagward_service.sources.terraform.labels import Shown, strings
from tagward_service.sources.terraform.parts import PARTS, Seen
from tagward_service.sources.terraform.schema import (
    NO_MARKS,
    AwsAttributes,
    Json,
    MakerAttributes,
    Marks,
    ResourceChange,
    marks_in,
)
from tagward_service.sources.terraform.types import CloudKind, Context
from tagward_service.sources.terraform.where import where_of_aws

A = TypeVar("A", bound=AwsAttributes)


class AwsKind(CloudKind[A]):
    """An AWS type with `tags`, and `tags_all` with what the provider adds."""

    def __init__(
        self, native: str, provider: str, schema: type[A], path: tuple[str, ...] = ("tags",)
    ) -> None:
        super().__init__(native, provider, "aws", schema, path, where_of_aws(native))

    def shown(self, after: A, unknown: Marks) -> Shown:
        """Return `tags` and `tags_all`."""
        return Shown(after.tags, unknown.tags, after.tags_all, unknown.tags_all)

    def marked(self, marks: Marks) -> tuple[Json, Json]:
        """Return the marks of `tags` and `tags_all`."""
        return marks.tags, marks.tags_all

    def plain(self, after: A, unknown: Marks, provider: Provider) -> Tags | None:
        """Return `tags_all` where it is known and holds no more than `tags`."""
        own, merged = after.tags, after.tags_all
        if type(own) is not dict or type(merged) is not dict or len(own) != len(merged):
            return None
        return None if unknown.tags or unknown.tags_all or provider.computed else strings(merged)


class CloudControlKind(AwsKind[AwsAttributes]):
    """An AWS type of the awscc provider, whose `tags` are a set of key and value objects."""

    plain = CloudKind[AwsAttributes].plain

    def shown(self, after: AwsAttributes, unknown: Marks) -> Shown:
        """Return `tags` as a map."""
        return pairs_shown(after.tags, unknown.tags)

    def cause(self, change: ResourceChange, context: Context) -> Unknown | None:
        """Name what decides `tags`, which this provider shows as unknown wherever they are not set."""
        return context.configuration.cause(change, *self.path)


class MakerKind(AwsKind[MakerAttributes]):
    """An AWS type that makes billed things with tags of their own."""

    def __init__(self, native: str, provider: str, path: tuple[str, ...] = ("tags",)) -> None:
        super().__init__(native, provider, MakerAttributes, path)
        self._find_parts = PARTS[native]

    def read(self, change: ResourceChange, context: Context) -> Resource:
        """Read one resource with what it makes, as far as the file shows what decides about its tags."""
        seen, configuration = change.change, context.configuration
        after = self.attributes(seen.after)
        unknown = seen.after_unknown if type(seen.after_unknown) is Marks else NO_MARKS
        provider = configuration.provider(self.provider, change)
        parts = self._find_parts(
            Seen(after, unknown, provider, lambda *path: configuration.cause(change, *path))
        )
        resource = self.build(change, context, after, parts=tuple(parts))
        if b"true" in bytes(seen.after_sensitive) and _hides_block(marks_in(seen.after_sensitive)):
            sensitive = frozenset(resource.tags).union(*(part.tags for part in resource.parts))
            return replace(resource, sensitive=sensitive)
        return resource


class GroupKind(MakerKind):
    """The Auto Scaling group, whose tags are `tag` blocks that provider defaults do not reach."""

    def __init__(self, native: str, provider: str) -> None:
        super().__init__(native, provider, ("tag",))

    plain = CloudKind[MakerAttributes].plain

    def shown(self, after: MakerAttributes, unknown: Marks) -> Shown:
        """Return the blocks as a map."""
        attribute = group_attribute(after, unknown)
        return pairs_shown(getattr(after, attribute), getattr(unknown, attribute))

    def cause(self, change: ResourceChange, context: Context) -> Unknown | None:
        """Name what decides the blocks."""
        return block_cause(lambda *path: context.configuration.cause(change, *path), "tag")


def aws_kind(native: str, provider: str) -> CloudKind[AwsAttributes] | MakerKind:
    """Return how an AWS type is read."""
    if provider == "awscc":
        return CloudControlKind(native, provider, AwsAttributes)
    if native == "aws_autoscaling_group":
        return GroupKind(native, provider)
    return MakerKind(native, provider) if native in PARTS else AwsKind(native, provider, AwsAttributes)


def _hides_block(marks: Marks | bool | None) -> bool:
    """Tell whether something in a block is secret; it is not told which key, so every tag is hidden."""
    if type(marks) is not Marks:
        return False
    blocks = (
        marks.tag,
        marks.tag_specifications,
        marks.volume_tags,
        marks.root_block_device,
        marks.ebs_block_device,
    )
    return any(each and _holds_true(each) for each in blocks)


def _holds_true(marks: Json) -> bool:
    if type(marks) in (list, dict):
        return any(map(_holds_true, marks.values() if type(marks) is dict else marks))
    return marks is True
