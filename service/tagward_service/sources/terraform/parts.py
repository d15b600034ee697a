"""Billed things that a Terraform resource makes, and which of its tags reach them.

Which attribute decides for which type is documented by the AWS provider; a part is told of only where the
plan shows that attribute, because provider versions differ.
"""

from collections.abc import Callable, Iterator

from msgspec import UNSET, Struct

from tagward.resource import NO_TAGS, Part, Unknown
from tagward_service.sources.terraform.blocks import (
    Blocks,
    PathCause,
    block_cause,
    group_attribute,
    paired,
    pairs_shown,
)
from tagward_service.sources.terraform.configuration import Provider
from tagward_service.sources.terraform.labels import NOTHING, Effective, Shown, effective, strings
from tagward_service.sources.terraform.schema import Json, MakerAttributes, Marks

INSTANCE = "aws:ec2:instance"
VOLUME = "aws:ec2:volume"
TASK = "aws:ecs:task"


Parts = Iterator[Part]


class Seen(Struct, frozen=True):
    """One resource as its parts see it."""

    after: MakerAttributes
    unknown: Marks
    provider: Provider
    cause: PathCause

    def shows(self, attribute: str) -> bool:
        """Tell whether this provider version knows the attribute."""
        return getattr(self.after, attribute) is not UNSET or getattr(self.unknown, attribute) is not UNSET

    def blocks(self, attribute: str) -> Blocks:
        """Return the blocks of an attribute, each with the marks of what is unknown in it."""
        return paired(getattr(self.after, attribute), getattr(self.unknown, attribute))

    def decided_late(self, attribute: str) -> Unknown | None:
        """Return why all of an attribute is unknown, if it is."""
        return self.cause(attribute) if getattr(self.unknown, attribute) is True else None


def of_autoscaling_group(seen: Seen) -> Parts:
    """Tell which tags of an Auto Scaling group its instances get at launch."""
    attribute = group_attribute(seen.after, seen.unknown)
    shown = pairs_shown(getattr(seen.after, attribute), getattr(seen.unknown, attribute), launched=True)
    tags = effective(shown, _without_defaults(seen.provider), lambda: block_cause(seen.cause, attribute))
    place = f"{attribute}[].propagate_at_launch"
    yield Part("the instances it launches", place, tags.tags, tags.open, type=INSTANCE)


def of_launch_template(seen: Seen) -> Parts:
    """Tell what a launch template puts on the instances and volumes that are launched from it."""
    if not seen.shows("tag_specifications"):
        return
    marks = seen.unknown.tag_specifications
    whole = block_cause(seen.cause, "tag_specifications") if marks is True else None
    for kind, what, type_ in (
        ("instance", "the instances launched from it", INSTANCE),
        ("volume", "the volumes launched from it", VOLUME),
    ):
        found = [
            _block_tags(seen, block, marks, "tag_specifications", "tags")
            for block, marks in seen.blocks("tag_specifications")
            if block.get("resource_type") == kind
        ]
        own = found[0] if found else Effective(NO_TAGS, open=whole)
        yield Part(what, f"tag_specifications[{kind}].tags", own.tags, own.open, type=type_)


def of_instance(seen: Seen) -> Parts:
    """Tell which tags the volumes of an instance get: `volume_tags`, or those of each block device."""
    if not (seen.shows("volume_tags") or seen.shows("root_block_device")):
        return
    marks = seen.unknown.volume_tags
    why = seen.cause("volume_tags") if marks else None
    if seen.after.volume_tags or why:
        block, unknown = {"tags": seen.after.volume_tags}, {"tags": marks}
        tags = _block_tags(seen, block, unknown, "volume_tags")
        yield Part("its volumes", "volume_tags", tags.tags, tags.open, type=VOLUME)
        return
    yield from _root_volume(seen)
    for block, block_marks in seen.blocks("ebs_block_device"):
        tags = _block_tags(seen, block, block_marks, "ebs_block_device", "tags")
        what = f"its volume {block.get('device_name') or ''}".rstrip()
        yield Part(what, "ebs_block_device.tags", tags.tags, tags.open, type=VOLUME)


def _root_volume(seen: Seen) -> Parts:
    roots = seen.blocks("root_block_device")
    tags = _block_tags(seen, *roots[0], "root_block_device", "tags") if roots else Effective(NO_TAGS)
    place = "root_block_device.tags" if roots else "volume_tags"
    yield Part("its root volume", place, tags.tags, tags.open, type=VOLUME)


def _block_tags(seen: Seen, block: dict[str, Json], marks: dict[str, Json], *path: str) -> Effective:
    """Return the tags of one block; provider defaults reach it only where it has `tags_all` (aws 5.39)."""
    merges = "tags_all" in block or "tags_all" in marks
    if not merges and not marks.get("tags"):
        tags = block.get("tags")
        return Effective(strings(tags)) if type(tags) is dict else NOTHING
    shown = Shown(block.get("tags"), marks.get("tags"), block.get("tags_all"), marks.get("tags_all"))
    provider = seen.provider if merges else _without_defaults(seen.provider)
    return effective(shown, provider, lambda: block_cause(seen.cause, *path))


def _without_defaults(provider: Provider) -> Provider:
    return Provider(provider.key, provider.origin)


def of_ecs_service(seen: Seen) -> Parts:
    """Tell whether the tasks of an ECS service get its tags; those of a task definition are not seen here."""
    if not seen.shows("propagate_tags"):
        return
    why = seen.decided_late("propagate_tags")
    value = seen.after.propagate_tags
    if value != "TASK_DEFINITION":
        yield Part("its tasks", "propagate_tags", open=why, carries=value == "SERVICE", type=TASK)


def of_batch_job_definition(seen: Seen) -> Parts:
    """Tell whether the ECS tasks of a batch job get the tags of its definition."""
    if seen.shows("propagate_tags"):
        why = seen.decided_late("propagate_tags")
        carries = seen.after.propagate_tags is True
        yield Part("its tasks", "propagate_tags", open=why, carries=carries, type=TASK)


def of_dynamodb_table(seen: Seen) -> Parts:
    """Tell which replicas of a table get its tags."""
    for block, marks in seen.blocks("replica"):
        if "propagate_tags" in block or "propagate_tags" in marks:
            why = seen.cause("replica", "propagate_tags") if marks.get("propagate_tags") else None
            what = f"its replica in {block.get('region_name')}"
            carries = block.get("propagate_tags") is True
            yield Part(what, "replica[].propagate_tags", open=why, carries=carries)


def of_pipe(seen: Seen) -> Parts:
    """Tell whether the ECS tasks that a pipe runs get tags from their task definition."""
    for target, target_marks in seen.blocks("target_parameters"):
        found = paired(target.get("ecs_task_parameters"), target_marks.get("ecs_task_parameters"))
        for block, marks in found:
            if block.get("propagate_tags") != "TASK_DEFINITION":
                path = ("target_parameters", "ecs_task_parameters", "propagate_tags")
                why = seen.cause(*path) if marks.get("propagate_tags") else None
                yield Part("the tasks it runs", ".".join(path), open=why, type=TASK)


PARTS: dict[str, Callable[[Seen], Parts]] = {
    "aws_autoscaling_group": of_autoscaling_group,
    "aws_launch_template": of_launch_template,
    "aws_instance": of_instance,
    "aws_spot_instance_request": of_instance,
    "aws_ecs_service": of_ecs_service,
    "aws_batch_job_definition": of_batch_job_definition,
    "aws_dynamodb_table": of_dynamodb_table,
    "aws_pipes_pipe": of_pipe,
}
"""How the parts of each type are found."""
