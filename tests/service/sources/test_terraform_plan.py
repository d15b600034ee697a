"""Plans: which resources are judged, what they are, and whether they can carry tags."""

import csv
import json
from typing import Any

import pytest

from tagward.resource import Resource
from tagward_service.sources.interface import Place
from tagward_service.sources.terraform.plan import read_plan
from tests.service.sources.terraform_plans import DATA, NOWHERE, change, plan, read, read_one, trimmed

PLANS = DATA / "plans"
ROWS = list(csv.DictReader((PLANS / "expected.tsv").read_text().splitlines(), delimiter="\t"))
TAGS = {"ml-team": "search"}


def bucket(name: str, **fields: Any) -> dict[str, Any]:
    return change(f"aws_s3_bucket.{name}", {"tags": TAGS, "tags_all": TAGS}, **fields)


@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_third_party_plans_count_as_expected(row: dict[str, str]) -> None:
    content = (PLANS / row["file"]).read_bytes()
    changes = json.loads(content)["resource_changes"]
    resources = read(content)
    actions = {each["address"]: set(each["change"]["actions"]) for each in changes}
    touched = [each for each in resources if actions[each.address] & {"create", "update"}]
    taggable = [each for each in touched if each.taggability.answer is True]
    assert len(changes) == int(row["changes"])
    assert len(resources) == int(row["judged"])
    assert len(touched) == int(row["created_or_updated"])
    assert len(taggable) == int(row["taggable"])
    assert sum(bool(each.tags) for each in taggable) == int(row["tagged"])


@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_a_count_differs_from_that_of_a_plain_look_at_keys_only_where_a_reason_is_given(
    row: dict[str, str],
) -> None:
    same = (row["taggable"], row["tagged"]) == (row["taggable_by_key"], row["tagged_by_key"])
    assert same == (row["why_different"] == "")


@pytest.mark.parametrize(
    ("actions", "judged"),
    [
        (["create"], True),
        (["update"], True),
        (["no-op"], True),
        (["delete", "create"], True),
        (["create", "delete"], True),
        (["create", "forget"], True),
        ([], True),
        (["delete"], False),
        (["forget"], False),
        (["read"], False),
    ],
)
def test_every_resource_that_will_exist_after_the_apply_is_judged(actions: list[str], judged: bool) -> None:
    assert bool(read(plan(bucket("a", actions=actions)))) is judged


def test_data_sources_and_deposed_objects_are_not_judged() -> None:
    data = bucket("data", mode="data")
    deposed = bucket("old", actions=["delete"], deposed="a1b2c3d4")
    stays = bucket("odd", actions=["create"], deposed="a1b2c3d4")
    assert read(plan(data, deposed, stays)) == []


def test_changed_only_leaves_out_what_the_apply_does_not_touch() -> None:
    content = plan(bucket("new"), bucket("same", actions=["no-op"]), bucket("told_nothing", actions=[]))
    reading = read_plan(content, "plan.json", NOWHERE, changed_only=True)
    assert [each.name for each in reading.resources] == ["new", "told_nothing"]


def test_resources_come_in_the_order_of_the_file_and_can_be_taken_twice() -> None:
    reading = read_plan(plan(bucket("b"), bucket("a"), bucket("c")), "plan.json", NOWHERE)
    first = [each.name for each in reading.resources]
    assert first == ["b", "a", "c"]
    assert [each.name for each in reading.resources] == first


def test_hand_made_files_may_leave_out_provider_mode_actions_and_marks() -> None:
    content = trimmed(
        {"address": "aws_s3_bucket.a", "type": "aws_s3_bucket", "change": {"after": {"tags": TAGS}}}
    )
    resource = read_one(content)
    assert resource.cloud == "aws"
    assert resource.type == "aws:s3:bucket"
    assert resource.tags == TAGS


@pytest.mark.parametrize(
    ("native", "provider", "cloud", "type_"),
    [
        ("aws_instance", "aws", "aws", "aws:ec2:instance"),
        ("azurerm_storage_account", "azurerm", "azure", "azure:Microsoft.Storage/storageAccounts"),
        ("google_storage_bucket", "google-beta", "gcp", "gcp:storage.googleapis.com/Bucket"),
        ("random_pet", "random", "random", "random_pet"),
    ],
)
def test_cloud_and_type_follow_from_provider_and_native_type(
    native: str, provider: str, cloud: str, type_: str
) -> None:
    name = f"registry.opentofu.org/hashicorp/{provider}"
    resource = read_one(plan(change(f"{native}.a", {}, provider_name=name)))
    assert (resource.cloud, resource.type, resource.native) == (cloud, type_, native)


def test_an_azapi_resource_is_of_the_type_that_it_names() -> None:
    after = {"type": "Microsoft.MachineLearningServices/workspaces@2024-04-01", "tags": TAGS, "name": "w"}
    resource = read_one(plan(change("azapi_resource.w", after, provider_name="azure/azapi")))
    assert resource.cloud == "azure"
    assert resource.type == "azure:Microsoft.MachineLearningServices/workspaces"


def test_other_providers_are_no_cloud_that_a_tag_policy_reaches() -> None:
    after = {"tags": ["team:search"]}
    resource = read_one(plan(change("datadog_monitor.a", after, provider_name="datadog/datadog")))
    assert resource.cloud == "datadog"
    assert resource.taggability.answer is False
    assert "not a cloud" in resource.taggability.why


def test_the_kind_tells_opentofu_from_terraform() -> None:
    tofu = change("aws_s3_bucket.a", {}, provider_name="registry.opentofu.org/hashicorp/aws")
    assert read_plan(plan(tofu), "p", NOWHERE).kind == "OpenTofu plan"
    assert read_plan(plan(bucket("a")), "p", NOWHERE).kind == "Terraform plan"


@pytest.mark.parametrize("after", [{"tags": None}, {"tags": {}}, {"tags": TAGS}])
def test_a_label_attribute_in_after_means_taggable_also_when_null(after: dict[str, Any]) -> None:
    resource = read_one(plan(change("aws_thing_of_tomorrow.a", after)))
    assert resource.taggability.answer is True
    assert resource.tags == (after["tags"] or {})


def test_a_label_attribute_in_after_unknown_means_taggable() -> None:
    assert read_one(plan(change("aws_thing.a", {}, {"tags": True}))).taggability.answer is True


def test_a_complete_plan_without_the_attribute_means_that_this_provider_version_has_none() -> None:
    resource = read_one(plan(change("aws_s3_bucket.a", {"bucket": "b"})))
    assert resource.taggability.answer is False
    assert resource.taggability.why == "this provider version's `aws_s3_bucket` has no `tags`"


@pytest.mark.parametrize(
    ("native", "answer"),
    [("aws_s3_bucket", True), ("aws_iam_role_policy_attachment", False), ("aws_x", None)],
)
def test_a_trimmed_plan_without_the_attribute_is_told_by_the_catalogue(
    native: str, answer: bool | None
) -> None:
    resource = read_one(trimmed(change(f"{native}.a", {"bucket": "b"})))
    assert resource.taggability.answer is answer
    assert "catalogue" in resource.taggability.why
    assert resource.tags == {}


def test_a_change_without_marks_is_told_by_the_catalogue_even_in_a_complete_plan() -> None:
    made_by_hand = change("aws_s3_bucket.a", {"bucket": "b"})
    del made_by_hand["change"]["after_unknown"]
    assert read_one(plan(made_by_hand)).taggability.answer is True


def test_google_tags_are_never_labels() -> None:
    network_tags = change("google_compute_route.a", {"tags": ["web"]})
    manager_tags = change("google_project_service.b", {"tags": {"123/env": "prod"}})
    instance = change("google_compute_instance.c", {"tags": ["web"], "labels": {"team": "search"}})
    first, second, third = read(plan(network_tags, manager_tags, instance))
    assert first.taggability.answer is False
    assert second.taggability.answer is False
    assert (third.place, third.tags) == ("labels", {"team": "search"})


@pytest.mark.parametrize("value", [["a"], "text", 3, True])
def test_an_attribute_that_is_no_map_is_not_a_label_attribute(value: object) -> None:
    resource = read_one(plan(change("azurerm_thing.a", {"tags": value})))
    assert resource.taggability.answer is False


def test_a_null_attribute_that_the_catalogue_knows_as_a_list_is_not_a_label_attribute() -> None:
    resource = read_one(plan(change("azurerm_api_management_named_value.a", {"tags": None})))
    assert resource.taggability.answer is False


@pytest.mark.parametrize(
    ("native", "after", "place"),
    [
        ("google_container_cluster", {"resource_labels": {"team": "a"}}, "resource_labels"),
        ("google_monitoring_alert_policy", {"user_labels": {"team": "a"}}, "user_labels"),
        (
            "google_monitoring_notification_channel",
            {"labels": {"email_address": "a@example.com"}, "user_labels": {"team": "a"}},
            "user_labels",
        ),
        (
            "google_sql_database_instance",
            {"settings": [{"user_labels": {"team": "a"}}]},
            "settings[].user_labels",
        ),
        ("google_cloud_run_service", {"metadata": [{"labels": {"team": "a"}}]}, "metadata[].labels"),
        (
            "google_container_node_pool",
            {"node_config": [{"resource_labels": {"team": "a"}}]},
            "node_config[].resource_labels",
        ),
    ],
)
def test_google_types_with_labels_elsewhere(native: str, after: dict[str, Any], place: str) -> None:
    resource = read_one(plan(change(f"{native}.a", after)))
    assert resource.taggability.answer is True
    assert (resource.place, resource.tags) == (place, {"team": "a"})


def test_the_address_is_the_identity_and_the_name_is_that_of_the_cloud_where_it_is_told() -> None:
    named = change("module.a[0].aws_sqs_queue.jobs", {"name": "jobs-eu", "tags": None})
    unnamed = change('module.a["x.y"].aws_s3_bucket.data', {"tags": None})
    first, second = read(plan(named, unnamed))
    assert first.id == first.address == "module.a[0].aws_sqs_queue.jobs"
    assert (first.name, second.name) == ("jobs-eu", "data")
    assert first.file == "plan.json"


def located(native: str, after: dict[str, Any], place: Place = NOWHERE, **top: Any) -> Resource:
    (resource,) = read(plan(change(f"{native}.a", {"tags": None, "labels": None} | after), **top), place)
    return resource


def test_account_and_region_come_from_the_arn() -> None:
    resource = located("aws_sqs_queue", {"arn": "arn:aws:sqs:eu-west-1:111122223333:jobs"})
    assert (resource.account, resource.region) == ("111122223333", "eu-west-1")


def test_account_and_region_come_from_the_provider_or_the_place_where_the_plan_does_not_know_them() -> None:
    expressions = {
        "region": {"constant_value": "eu-central-1"},
        "allowed_account_ids": {"constant_value": ["444455556666"]},
    }
    configuration = {"provider_config": {"aws": {"name": "aws", "expressions": expressions}}}
    told = located("aws_sqs_queue", {}, configuration=configuration)
    assert (told.account, told.region) == ("444455556666", "eu-central-1")
    given = located("aws_sqs_queue", {}, Place(account="777788889999", region="us-east-1"))
    assert (given.account, given.region) == ("777788889999", "us-east-1")
    nothing = located("aws_sqs_queue", {})
    assert (nothing.account, nothing.region) == (None, None)


def test_a_global_service_has_no_region() -> None:
    assert located("aws_iam_role", {"arn": "arn:aws:iam::111122223333:role/r"}).region == ""


def test_project_and_zone_of_google_and_subscription_and_location_of_azure() -> None:
    google = located("google_compute_instance", {"project": "ml", "zone": "europe-west1-b"})
    assert (google.account, google.region) == ("ml", "europe-west1")
    subscription = "/subscriptions/0000-1111/resourceGroups/rg/providers/x"
    azure = located("azurerm_storage_account", {"id": subscription, "location": "West Europe"})
    assert (azure.account, azure.region) == ("0000-1111", "westeurope")


def test_a_plan_that_ended_in_an_error_is_incomplete() -> None:
    reading = read_plan(plan(bucket("a"), errored=True), "plan.json", NOWHERE)
    (said,) = reading.not_evaluated
    assert said.incomplete
    assert "error" in said.why


def test_a_deferred_change_is_said_not_to_be_evaluated() -> None:
    deferred = [{"reason": "provider_config_unknown", "resource_change": bucket("later")}]
    (said,) = read_plan(plan(deferred_changes=deferred), "plan.json", NOWHERE).not_evaluated
    assert "aws_s3_bucket.later" in said.what
    assert "provider config unknown" in said.why
    assert not said.incomplete


def test_a_plan_trimmed_to_its_planned_values_is_read_from_them() -> None:
    values = {
        "root_module": {
            "resources": [{"address": "aws_s3_bucket.a", "type": "aws_s3_bucket", "values": {"tags": TAGS}}],
            "child_modules": [
                {
                    "address": "module.m",
                    "resources": [
                        {"address": "module.m.aws_s3_bucket.b", "type": "aws_s3_bucket", "values": {}}
                    ],
                }
            ],
        }
    }
    content = json.dumps({"format_version": "1.2", "planned_values": values}).encode()
    first, second = read(content)
    assert first.tags == TAGS
    assert second.address == "module.m.aws_s3_bucket.b"
    assert second.taggability.answer is True


def test_a_view_on_memory_is_read_like_bytes() -> None:
    content = plan(bucket("a"), bucket("b"))
    reading = read_plan(memoryview(content), "plan.json", NOWHERE)
    assert list(reading.resources) == read(content)
