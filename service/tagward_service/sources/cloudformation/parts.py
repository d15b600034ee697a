"""Billed things that a CloudFormation resource makes, and which of its tags reach them.

Which property decides for which type is documented in the AWS resource and property types reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tagward.resource import Part, Unknown
from tagward_service.sources.cloudformation.tags import NOTHING, Found, TagReader, under
from tagward_service.sources.cloudformation.values import Value, intrinsic, shown

INSTANCE = "aws:ec2:instance"
VOLUME = "aws:ec2:volume"
TASK = "aws:ecs:task"
LAUNCH_TEMPLATE = "AWS::EC2::LaunchTemplate"
LAUNCHED = "Properties.LaunchTemplateData.TagSpecifications"

Parts = Iterator[Part]


class Seen(NamedTuple):
    """One resource as its parts see it, among all that the template has.

    `launched` keeps what each launch template of the template was found to do, since many may use it.
    """

    properties: Mapping[str, Any]
    reader: TagReader
    resources: Mapping[str, Any]
    launched: dict[tuple[str, str], Found]

    def launched_by(self, specification: Any, kind: str) -> Found | None:
        """Return what a launch template puts on one type of resource; None when it is not made here."""
        told = _mapping(specification)
        function = intrinsic(told.get("LaunchTemplateId", told.get("LaunchTemplateName")))
        name = function[1] if function and isinstance(function[1], str) else ""
        made = _mapping(self.resources.get(name))
        if made.get("Type") != LAUNCH_TEMPLATE:
            return None
        if (name, kind) not in self.launched:
            self.launched[name, kind] = self.at_launch(_mapping(made.get("Properties")), kind)
        return self.launched[name, kind]

    def at_launch(self, properties: Mapping[str, Any], kind: str) -> Found:
        """Return the tags that a launch template has for one type of what is launched from it."""
        data = _mapping(properties.get("LaunchTemplateData"))
        return self.reader.specified(data.get("TagSpecifications"), LAUNCHED, kind)


def of_autoscaling_group(seen: Seen) -> Parts:
    """Tell which tags the instances of an Auto Scaling group get: from it, over those of its template."""
    mixed = _mapping(_mapping(seen.properties.get("MixedInstancesPolicy")).get("LaunchTemplate"))
    used = seen.properties.get("LaunchTemplate", mixed.get("LaunchTemplateSpecification"))
    own = seen.reader.launched(seen.properties.get("Tags"), "Properties.Tags")
    found = under(own, seen.launched_by(used, "instance") or NOTHING)
    place = "Properties.Tags[].PropagateAtLaunch"
    yield Part("the instances it launches", place, found.tags, found.open, type=INSTANCE)


def of_launch_template(seen: Seen) -> Parts:
    """Tell what a launch template puts on the instances and volumes that are launched from it."""
    for kind, type_ in (("instance", INSTANCE), ("volume", VOLUME)):
        found = seen.at_launch(seen.properties, kind)
        place = f"{LAUNCHED}[{kind}].Tags"
        yield Part(f"the {kind}s launched from it", place, found.tags, found.open, type=type_)


def of_instance(seen: Seen) -> Parts:
    """Tell whether the volumes of an instance get its tags; those of block devices take none of their own."""
    place = "Properties.PropagateTagsToVolumeOnCreation"
    decided = seen.reader.values.text(seen.properties.get("PropagateTagsToVolumeOnCreation"))
    used = seen.properties.get("LaunchTemplate")
    given = seen.launched_by(used, "volume")
    found = given or NOTHING
    opened = decided if isinstance(decided, Unknown) else found.open
    if used is not None and given is None:
        opened = opened or Unknown(f"the launch template `{shown(used)}`")
    yield Part("its volumes", place, found.tags, opened, carries=_is_true(decided), type=VOLUME)


def of_ecs_service(seen: Seen) -> Parts:
    """Tell whether the tasks of an ECS service get its tags; those of a task definition are not seen here."""
    decided = seen.reader.values.text(seen.properties.get("PropagateTags"))
    if decided != "TASK_DEFINITION":
        late = decided if isinstance(decided, Unknown) else None
        place = "Properties.PropagateTags"
        yield Part("its tasks", place, open=late, carries=decided == "SERVICE", type=TASK)


def of_batch_job_definition(seen: Seen) -> Parts:
    """Tell whether the ECS tasks of a batch job get the tags of its definition; jobs on EKS have no tasks."""
    if "EksProperties" in seen.properties:
        return
    decided = seen.reader.values.text(seen.properties.get("PropagateTags"))
    late = decided if isinstance(decided, Unknown) else None
    yield Part("its tasks", "Properties.PropagateTags", open=late, carries=_is_true(decided), type=TASK)


def of_global_table(seen: Seen) -> Parts:
    """List the replicas of a global table, each with tags of its own."""
    replicas = seen.properties.get("Replicas")
    for replica in replicas if isinstance(replicas, list) else ():
        place = "Properties.Replicas[].Tags"
        found = seen.reader.read(_mapping(replica).get("Tags"), place)
        region = seen.reader.values.text(_mapping(replica).get("Region"))
        where = f" in {region}" if isinstance(region, str) and region else ""
        yield Part(f"its replica{where}", place, found.tags, found.open)


def of_pipe(seen: Seen) -> Parts:
    """Tell whether the ECS tasks that a pipe runs get tags from their task definition."""
    target = _mapping(seen.properties.get("TargetParameters")).get("EcsTaskParameters")
    if target is None:
        return
    decided = seen.reader.values.text(_mapping(target).get("PropagateTags"))
    if decided != "TASK_DEFINITION":
        late = decided if isinstance(decided, Unknown) else None
        place = "Properties.TargetParameters.EcsTaskParameters.PropagateTags"
        yield Part("the tasks it runs", place, open=late, type=TASK)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_true(value: Value) -> bool:
    return isinstance(value, str) and value.lower() == "true"


PARTS: Mapping[str, Callable[[Seen], Parts]] = {
    "AWS::AutoScaling::AutoScalingGroup": of_autoscaling_group,
    "AWS::Batch::JobDefinition": of_batch_job_definition,
    "AWS::DynamoDB::GlobalTable": of_global_table,
    "AWS::EC2::Instance": of_instance,
    LAUNCH_TEMPLATE: of_launch_template,
    "AWS::ECS::Service": of_ecs_service,
    "AWS::Pipes::Pipe": of_pipe,
}
"""How the parts of each type are found."""
