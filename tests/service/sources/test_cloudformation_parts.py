"""Tags that must reach the billed things which a resource of a CloudFormation template makes."""

import json
from typing import Any

import pytest

from tagward.resource import NO_TAGS, Part, Unknown
from tagward_service.sources.cloudformation.template import read_template
from tagward_service.sources.interface import Place

TAGS = [{"Key": "a", "Value": "b"}]


def parts(resources: dict[str, Any], name: str = "It") -> tuple[Part, ...]:
    reading = read_template(json.dumps({"Resources": resources}).encode(), "t.json", Place())
    return next(each.parts for each in reading.resources if each.address == name)


def of(native: str, **properties: Any) -> tuple[Part, ...]:
    return parts({"It": {"Type": native, "Properties": properties}})


def template(kind: str) -> dict[str, Any]:
    data = {"TagSpecifications": [{"ResourceType": kind, "Tags": TAGS}]}
    return {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": data}}


USED = {"LaunchTemplateId": {"Ref": "Template"}, "Version": "1"}


def test_tags_of_a_group_reach_its_instances_when_they_are_told_to() -> None:
    def tag(key: str, propagate: Any) -> dict[str, Any]:
        return {"Key": key, "Value": "v", "PropagateAtLaunch": propagate}

    tags = [tag("a", True), tag("b", "true"), tag("c", False), tag("d", {"Ref": "P"}), TAGS[0] | {"Key": "e"}]
    (part,) = of("AWS::AutoScaling::AutoScalingGroup", Tags=tags)
    assert part.tags == {"a": "v", "b": "v", "d": Unknown("`!Ref P`")}
    assert (part.type, part.what) == ("aws:ec2:instance", "the instances it launches")
    assert part.place == "Properties.Tags[].PropagateAtLaunch"


@pytest.mark.parametrize(
    "properties",
    [
        {"LaunchTemplate": USED},
        {"MixedInstancesPolicy": {"LaunchTemplate": {"LaunchTemplateSpecification": USED}}},
    ],
)
def test_a_launch_template_beside_a_group_tags_its_instances_too(properties: dict[str, Any]) -> None:
    group = {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": properties}
    (part,) = parts({"It": group, "Template": template("instance")})
    assert part.tags == {"a": "b"}
    (part,) = parts({"It": group, "Template": template("volume")})
    assert part.tags == NO_TAGS


def test_a_launch_template_tags_instances_and_volumes_apart() -> None:
    instances, volumes = parts({"It": template("instance")})
    assert (instances.tags, instances.type) == ({"a": "b"}, "aws:ec2:instance")
    assert instances.place == "Properties.LaunchTemplateData.TagSpecifications[instance].Tags"
    assert (volumes.tags, volumes.type) == (NO_TAGS, "aws:ec2:volume")
    assert volumes.place == "Properties.LaunchTemplateData.TagSpecifications[volume].Tags"


def test_tag_specifications_that_an_expression_makes_leave_the_keys_open() -> None:
    data = {"TagSpecifications": {"Fn::Transform": {"Name": "T"}}}
    for part in of("AWS::EC2::LaunchTemplate", LaunchTemplateData=data):
        assert part.open == Unknown("`!Transform {Name: T}`")


@pytest.mark.parametrize(
    ("value", "carries", "opened"),
    [
        (True, True, None),
        ("true", True, None),
        (False, False, None),
        (None, False, None),
        ({"Ref": "P"}, False, Unknown("`!Ref P`")),
    ],
)
def test_volumes_of_an_instance_get_its_tags_when_it_says_so(
    value: Any, carries: bool, opened: Unknown | None
) -> None:
    (part,) = of("AWS::EC2::Instance", PropagateTagsToVolumeOnCreation=value)
    assert (part.carries, part.open, part.type) == (carries, opened, "aws:ec2:volume")


def test_volumes_of_an_instance_get_tags_from_its_launch_template() -> None:
    instance = {"Type": "AWS::EC2::Instance", "Properties": {"LaunchTemplate": USED}}
    (part,) = parts({"It": instance, "Template": template("volume")})
    assert (part.tags, part.open) == ({"a": "b"}, None)
    (part,) = parts({"It": instance})
    assert part.open is not None
    assert part.open.because.startswith("the launch template `{LaunchTemplateId: !Ref Template")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("SERVICE", [True]),
        ("NONE", [False]),
        (None, [False]),
        ("TASK_DEFINITION", []),
    ],
)
def test_tasks_of_a_service_get_its_tags_when_it_says_so(value: Any, expected: list[bool]) -> None:
    assert [part.carries for part in of("AWS::ECS::Service", PropagateTags=value)] == expected


def test_jobs_on_kubernetes_have_no_tasks() -> None:
    assert [part.carries for part in of("AWS::Batch::JobDefinition", PropagateTags=True)] == [True]
    assert [part.carries for part in of("AWS::Batch::JobDefinition")] == [False]
    assert of("AWS::Batch::JobDefinition", EksProperties={}) == ()


def test_tasks_of_a_pipe_get_tags_from_their_definition_only() -> None:
    def target(value: str) -> dict[str, Any]:
        return {"EcsTaskParameters": {"PropagateTags": value}}

    (part,) = of("AWS::Pipes::Pipe", TargetParameters=target(""))
    assert (part.carries, part.type) == (False, "aws:ecs:task")
    assert of("AWS::Pipes::Pipe", TargetParameters=target("TASK_DEFINITION")) == ()
    assert of("AWS::Pipes::Pipe") == ()


def test_each_replica_of_a_global_table_has_tags_of_its_own() -> None:
    replicas = [{"Region": "eu-west-1", "Tags": TAGS}, {"Region": {"Ref": "R"}}]
    first, second = of("AWS::DynamoDB::GlobalTable", Replicas=replicas)
    assert (first.what, first.tags) == ("its replica in eu-west-1", {"a": "b"})
    assert (second.what, second.tags) == ("its replica", NO_TAGS)
