"""Terraform types: what is taggable, and where the tags sit."""

import pytest

from tagward.catalog import terraform_type
from tagward.catalog.terraform import TerraformType, terraform_names


def known(name: str) -> TerraformType:
    found = terraform_type(name)
    assert found is not None, name
    return found


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("aws_instance", "tags"),
        ("aws_s3_bucket", "tags"),
        ("aws_sagemaker_endpoint", "tags"),
        ("aws_autoscaling_group", "tag"),
        ("aws_launch_template", "tags"),
        ("azurerm_linux_virtual_machine", "tags"),
        ("azurerm_machine_learning_workspace", "tags"),
        ("google_compute_instance", "labels"),
        ("google_storage_bucket", "labels"),
        ("google_container_cluster", "resource_labels"),
        ("google_monitoring_alert_policy", "user_labels"),
    ],
)
def test_a_taggable_type_names_the_attribute_of_its_own_tags(name: str, attribute: str) -> None:
    assert known(name).label_attribute == attribute
    assert known(name).taggable


@pytest.mark.parametrize(
    "name",
    [
        "aws_iam_role_policy_attachment",
        "aws_autoscaling_group_tag",
        "aws_devopsguru_resource_collection",  # `tags` is a block that selects resources
        "azurerm_subnet",
        "azurerm_api_management_named_value",  # `tags` is a list of strings
        "azurerm_virtual_machine_gallery_application_assignment",  # `tag` is a string
        "google_project_service",
        "google_compute_route",  # `tags` are network tags
        "google_monitoring_metric_descriptor",  # `labels` is a block that describes a schema
    ],
)
def test_a_type_without_tags_of_its_own_is_known_and_untaggable(name: str) -> None:
    assert not known(name).taggable
    assert known(name).label_attribute is None


def test_an_unknown_type_is_not_an_untaggable_one() -> None:
    assert terraform_type("aws_instanze") is None
    assert terraform_type("random_id") is None


def test_google_tags_are_never_labels() -> None:
    google = [known(name) for name in terraform_names() if name.startswith("google_")]
    assert sum("tags" in found.attributes for found in google) > 20
    assert all(found.label_attribute != "tags" for found in google)


def test_azure_labels_are_never_tags() -> None:
    azure = [known(name) for name in terraform_names() if name.startswith("azurerm_")]
    assert {found.label_attribute for found in azure} == {"tags", None}


def test_labels_below_the_top_level_are_the_resources_own_where_there_are_no_others() -> None:
    database = known("google_sql_database_instance")
    assert database.taggable
    assert database.label_attribute is None
    assert database.label_path == "settings.user_labels"


@pytest.mark.parametrize(
    ("name", "path", "kind"),
    [
        ("aws_autoscaling_group", "tag.*.propagate_at_launch", "flag"),
        ("aws_launch_template", "tag_specifications.*.tags", "map"),
        ("aws_instance", "root_block_device.tags", "map"),
        ("aws_ecs_service", "propagate_tags", "choice"),
        ("google_container_node_pool", "node_config.resource_labels", "map"),
    ],
)
def test_places_that_decide_what_the_billed_thing_carries_are_listed(name: str, path: str, kind: str) -> None:
    assert (path, kind) in {(place.path, place.kind) for place in known(name).nested}


def test_the_volumes_of_an_instance_have_tags_of_their_own() -> None:
    assert known("aws_instance").attributes["volume_tags"] == "map"


def test_computed_attributes_are_told_from_those_that_people_set() -> None:
    assert known("google_compute_instance").attributes["effective_labels"] == "computed"
    assert known("aws_instance").attributes["tags_all"] == "map"


def test_the_providers_are_covered_whole() -> None:
    names = terraform_names()
    counts = {
        cloud: sum(name.startswith(f"{cloud}_") for name in names) for cloud in ("aws", "azurerm", "google")
    }
    assert counts["aws"] > 1700
    assert counts["azurerm"] > 1100
    assert counts["google"] > 1300
    assert list(names) == sorted(names)
