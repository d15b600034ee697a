"""Billed things that Terraform resources make, and the tags that reach them."""

from typing import Any

import pytest

from tagward.resource import Part, Resource, Unknown
from tests.service.sources.terraform_plans import DATA, change, plan, read, read_made, read_one

LATE = Unknown("terraform_data.late.id")


@pytest.fixture(scope="module")
def made() -> dict[str, Resource]:
    return read_made("propagation")


def parts(native: str, after: dict[str, Any], unknown: dict[str, Any] | None = None) -> tuple[Part, ...]:
    return read_one(plan(change(f"{native}.a", {"tags": None} | after, unknown))).parts


def test_only_tags_propagated_at_launch_reach_the_instances_of_a_group(made: dict[str, Resource]) -> None:
    group = made["aws_autoscaling_group.group"]
    assert group.place == "tag"
    assert group.tags == {"ml-team": "search", "ml-project": "ranking", "ml-experiment-id": LATE}
    (instances,) = group.parts
    assert instances.place == "tag[].propagate_at_launch"
    assert instances.type == "aws:ec2:instance"
    assert instances.tags == {"ml-team": "search", "ml-experiment-id": LATE}


def test_provider_defaults_do_not_reach_a_group(made: dict[str, Resource]) -> None:
    assert made["aws_autoscaling_group.dynamic"].tags == {"ml-project": "ranking", "ml-team": "search"}


def test_a_dynamic_tag_block_over_unknown_keys_is_open(made: dict[str, Resource]) -> None:
    group = made["aws_autoscaling_group.late"]
    assert group.open == group.parts[0].open == Unknown("a dynamic `tag` block")


def test_the_list_named_tags_of_old_groups() -> None:
    path = "terraform-compliance+cli/tests/functional/test_issue-127/plan.out.json"
    resources = read((DATA / "plans" / path).read_bytes())
    (group,) = (each for each in resources if each.native == "aws_autoscaling_group")
    assert group.tags["business_unit"] == "sat"
    assert group.parts[0].place == "tags[].propagate_at_launch"
    assert group.parts[0].tags == group.tags


def test_a_launch_template_without_specifications_tags_nothing_that_it_launches(
    made: dict[str, Resource],
) -> None:
    template = made["aws_launch_template.bare"]
    assert template.tags == {"ml-team": "platform"}
    assert [(each.type, dict(each.tags), each.open) for each in template.parts] == [
        ("aws:ec2:instance", {}, None),
        ("aws:ec2:volume", {}, None),
    ]


def test_the_specifications_of_a_launch_template_count_each_for_its_kind(made: dict[str, Resource]) -> None:
    instances, volumes = made["aws_launch_template.tagged"].parts
    assert instances.tags == {"ml-team": "search", "ml-project": "ranking"}
    assert (volumes.tags, volumes.open) == ({}, LATE)


def test_unknown_tags_in_a_dynamic_specification_are_open(made: dict[str, Resource]) -> None:
    for part in made["aws_launch_template.dynamic"].parts:
        assert part.open == Unknown("a dynamic `tag_specifications` block")


def test_an_instance_without_block_devices_leaves_its_root_volume_untagged(
    made: dict[str, Resource],
) -> None:
    (root,) = made["aws_instance.bare"].parts
    assert (root.tags, root.open, root.type) == ({}, None, "aws:ec2:volume")
    assert root.place == "volume_tags"


def test_volume_tags_are_those_of_every_volume(made: dict[str, Resource]) -> None:
    (volumes,) = made["aws_instance.volume_tags"].parts
    assert (volumes.place, volumes.tags) == ("volume_tags", {"ml-team": "search"})


def test_unknown_volume_tags_are_open(made: dict[str, Resource]) -> None:
    (volumes,) = made["aws_instance.late_volume_tags"].parts
    assert (volumes.tags, volumes.open) == ({}, LATE)


def test_block_devices_have_tags_of_their_own_over_the_defaults_of_the_provider(
    made: dict[str, Resource],
) -> None:
    root, first, second = made["aws_instance.blocks"].parts
    assert root.tags == {"ml-team": "platform", "ml-project": "ranking"}
    assert (first.what, first.tags) == ("its volume /dev/sdf", {"ml-team": "platform"})
    assert (second.tags, second.open) == ({"ml-team": "platform"}, LATE)


def test_provider_defaults_do_not_reach_block_devices_before_tags_all() -> None:
    provider = {
        "aws": {
            "name": "aws",
            "expressions": {"default_tags": [{"tags": {"constant_value": {"team": "a"}}}]},
        }
    }
    after = {"tags": None, "tags_all": {"team": "a"}, "root_block_device": [{"tags": {"b": "2"}}]}
    configuration = {"provider_config": provider, "root_module": {}}
    resource = read_one(plan(change("aws_instance.a", after), configuration=configuration))
    assert resource.parts[0].tags == {"b": "2"}


def test_an_instance_of_a_provider_that_shows_no_volumes_has_no_parts() -> None:
    assert parts("aws_instance", {}) == ()


@pytest.mark.parametrize(
    ("value", "carries"), [("SERVICE", True), ("NONE", False), (None, False), ("", False)]
)
def test_tasks_get_the_tags_of_their_service_only_when_told_so(value: str | None, carries: bool) -> None:
    (tasks,) = parts("aws_ecs_service", {"propagate_tags": value})
    assert (tasks.carries, tasks.tags, tasks.place) == (carries, {}, "propagate_tags")


def test_tasks_with_the_tags_of_their_definition_are_not_judged_here() -> None:
    assert parts("aws_ecs_service", {"propagate_tags": "TASK_DEFINITION"}) == ()


def test_unknown_propagation_is_open() -> None:
    (tasks,) = parts("aws_ecs_service", {}, {"propagate_tags": True})
    assert tasks.open == Unknown()
    assert not tasks.carries


def test_a_service_of_a_provider_without_propagation_has_no_parts() -> None:
    assert parts("aws_ecs_service", {}) == ()


@pytest.mark.parametrize("value", [True, False, None])
def test_batch_tasks_get_the_tags_of_their_definition_only_when_told_so(value: bool | None) -> None:
    (tasks,) = parts("aws_batch_job_definition", {"propagate_tags": value})
    assert tasks.carries is (value is True)


def test_replicas_of_a_table_get_its_tags_only_when_told_so(made: dict[str, Resource]) -> None:
    found = {each.what: each.carries for each in made["aws_dynamodb_table.table"].parts}
    assert found == {"its replica in us-west-2": False, "its replica in us-east-1": True}


def test_a_pipe_that_runs_tasks_leaves_them_untagged_unless_their_definition_tags_them() -> None:
    def target(value: str | None) -> dict[str, Any]:
        return {"target_parameters": [{"ecs_task_parameters": [{"propagate_tags": value}]}]}

    assert [each.what for each in parts("aws_pipes_pipe", target(None))] == ["the tasks it runs"]
    assert parts("aws_pipes_pipe", target("TASK_DEFINITION")) == ()


def test_one_secret_in_a_block_hides_every_tag() -> None:
    specification = {"resource_type": "volume", "tags": {"b": "2"}}
    after = {"tags": {"a": "1"}, "tags_all": {"a": "1"}, "tag_specifications": [specification]}
    sensitive = {"tag_specifications": [{"tags": {"b": True}}]}
    resource = read_one(plan(change("aws_launch_template.a", after, sensitive=sensitive)))
    assert resource.sensitive == {"a", "b"}


def test_what_is_not_taggable_has_no_parts() -> None:
    assert read_one(plan(change("aws_ecs_service.a", {"propagate_tags": None}))).parts == ()
