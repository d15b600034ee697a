"""Effective tags of Terraform resources: known, unknown and absent, and where each comes from."""

import json
from typing import Any

import pytest

from tagward.resource import Resource, Unknown
from tagward_service.sources.interface import Place
from tagward_service.sources.terraform.plan import read_plan
from tests.service.sources.terraform_plans import (
    DATA,
    change,
    configured,
    plan,
    read,
    read_made,
    read_one,
    trimmed,
)

LATE = "terraform_data.project.id"
DEFAULTS = {"team": "platform"}
PROVIDER: dict[str, Any] = {
    "aws": {
        "name": "aws",
        "expressions": {"default_tags": [{"tags": {"constant_value": DEFAULTS}}]},
    }
}
OVERRIDE = "provider default_tags; the resource's own tags are not known yet and may override it"


@pytest.fixture(scope="module")
def made() -> dict[str, Resource]:
    return read_made("defaults")


def third_party(path: str) -> dict[str, Resource]:
    return {each.address: each for each in read((DATA / "plans" / path).read_bytes())}


def one(after: dict[str, Any], unknown: dict[str, Any] | None = None, **top: Any) -> Resource:
    return read_one(plan(change("aws_s3_bucket.a", after, unknown), **top))


def with_defaults(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"provider_config": PROVIDER, "root_module": {"resources": list(resources)}}


def test_tags_all_is_what_counts_and_what_tags_does_not_set_comes_from_the_provider(
    made: dict[str, Resource],
) -> None:
    resource = made["aws_s3_bucket.known"]
    assert resource.tags == {"ml-project": "churn", "ml-team": "platform"}
    assert resource.origins == {"ml-team": "provider default_tags"}
    assert resource.open is None


def test_the_alias_of_a_provider_is_part_of_the_origin(made: dict[str, Resource]) -> None:
    resource = made["aws_s3_bucket.untagged"]
    assert resource.tags == {"ml-environment": "dev"}
    assert resource.origins == {"ml-environment": "provider aws.west default_tags"}
    assert resource.region == "us-west-2"


def test_one_unknown_tag_hides_all_keys_but_those_of_the_provider(made: dict[str, Resource]) -> None:
    resource = made["aws_s3_bucket.one_unknown"]
    assert resource.tags == {"ml-team": "platform"}
    assert resource.origins == {"ml-team": OVERRIDE}
    assert resource.open == Unknown(LATE)


def test_the_cause_of_the_unknown_names_what_is_not_a_root_variable(made: dict[str, Resource]) -> None:
    assert made["aws_s3_bucket.whole_unknown"].open == Unknown(LATE)


@pytest.mark.parametrize("key", ["a.b[0]", 'c\\"d'])
def test_instance_keys_of_any_text_lead_to_the_configuration(made: dict[str, Resource], key: str) -> None:
    assert made[f'aws_s3_bucket.each["{key}"]'].open == Unknown(f"each.key, {LATE}")


@pytest.mark.parametrize("index", [0, 1])
def test_the_variable_of_a_module_is_followed_to_what_its_caller_passes(
    made: dict[str, Resource], index: int
) -> None:
    resource = made[f"module.inner.aws_sqs_queue.jobs[{index}]"]
    assert resource.open == Unknown(LATE)
    assert resource.tags == {"ml-environment": "dev"}
    assert resource.region == "us-west-2"


def test_defaults_that_are_unknown_leave_an_untagged_resource_open(made: dict[str, Resource]) -> None:
    resource = made["aws_s3_bucket.late_default_untagged"]
    assert resource.tags == {}
    assert resource.open == Unknown(LATE)


def test_tags_all_that_lacks_unknown_defaults_is_not_the_whole_truth(made: dict[str, Resource]) -> None:
    resource = made["aws_s3_bucket.late_default_tagged"]
    assert resource.tags == {"ml-team": "search"}
    assert resource.open == Unknown(LATE)


def test_a_null_value_is_no_tag_and_a_blank_one_of_the_resource_wins(made: dict[str, Resource]) -> None:
    resource = made["aws_s3_bucket.nulls"]
    assert resource.tags == {"ml-team": ""}
    assert resource.origins == {}
    assert resource.open is None


def test_sensitive_values_are_named_by_key(made: dict[str, Resource]) -> None:
    assert made["aws_s3_bucket.secret"].sensitive == {"ml-team"}
    assert made["aws_s3_bucket.known"].sensitive == frozenset()


def test_a_map_that_is_sensitive_as_a_whole_hides_every_key() -> None:
    after = {"tags": {"a": "1"}, "tags_all": {"a": "1", "b": "2"}}
    resource = read_one(plan(change("aws_s3_bucket.a", after, sensitive={"tags": True})))
    assert resource.sensitive == {"a", "b"}


def test_unknown_tags_all_without_tags_and_defaults_is_untagged_and_not_unknown() -> None:
    resource = one({"tags": None}, {"tags_all": True})
    assert (resource.tags, resource.open) == ({}, None)
    assert resource.taggability.answer is True


def test_an_update_without_tags_shows_empty_maps() -> None:
    resource = one({"tags": {}, "tags_all": {}})
    assert (resource.tags, resource.open) == ({}, None)


def test_default_tags_of_a_real_plan() -> None:
    path = "infracost+infracost/cmd/infracost/testdata/breakdown_with_policy_data_upload_plan_json/plan.json"
    for resource in third_party(path).values():
        assert resource.tags["DefaultNotOverride"] == "defaultnotoverride"
        assert resource.origins["DefaultNotOverride"] == "provider default_tags"


def test_an_unknown_value_under_a_known_key_is_a_key_that_exists() -> None:
    configuration = {
        "root_module": {
            "resources": [configured("aws_s3_bucket.a", {"tags": {"references": ["x.y.id", "x.y"]}})]
        }
    }
    after, unknown = {"tags": {"b": "2"}}, {"tags": {"Id": True}, "tags_all": True}
    resource = one(after, unknown, configuration=configuration)
    assert resource.tags == {"b": "2", "Id": Unknown("x.y.id")}
    assert resource.open is None


def test_an_unknown_value_inside_tags_all_is_a_key_that_exists() -> None:
    after = {"tags": {"a": "1"}, "tags_all": {"a": "1"}}
    resource = one(after, {"tags": {}, "tags_all": {"Name": True}})
    assert resource.tags == {"a": "1", "Name": Unknown()}
    assert resource.origins == {"Name": "provider default_tags"}


def test_a_map_that_is_unknown_as_a_whole_is_open() -> None:
    address = "module.elasticSearch.azurerm_virtual_machine.elasticSearchVM"
    resource = third_party("terraform-compliance+cli/tests/functional/test_issue-221/plan.out.json")[address]
    assert resource.tags == {}
    assert resource.open is not None
    assert resource.open.because


def test_an_unknown_attribute_that_the_configuration_does_not_set_is_for_the_provider_to_decide() -> None:
    configuration = {"root_module": {"resources": [configured("azurerm_x.a", {})]}}
    resource = read_one(plan(change("azurerm_x.a", {}, {"tags": True}), configuration=configuration))
    assert (resource.tags, resource.open) == ({}, Unknown("the provider"))


def test_awscc_shows_tags_as_unknown_wherever_they_are_not_set() -> None:
    configuration = {"root_module": {"resources": [configured("awscc_x.a", {})]}}
    unset = change("awscc_x.a", {}, {"tags": True}, provider_name="hashicorp/awscc")
    resource = read_one(plan(unset, configuration=configuration))
    assert (resource.tags, resource.open) == ({}, None)


def test_awscc_writes_tags_as_keys_and_values() -> None:
    after = {"tags": [{"key": "a", "value": "1"}, {"key": "b"}]}
    unknown = {"tags": [{}, {"value": True}]}
    resource = read_one(plan(change("awscc_x.a", after, unknown, provider_name="hashicorp/awscc")))
    assert resource.tags == {"a": "1", "b": Unknown()}


def test_tags_are_merged_over_default_tags_where_tags_all_is_unknown() -> None:
    configuration = with_defaults(configured("aws_s3_bucket.a", {"tags": {}}))
    resource = one({"tags": {"team": "own", "b": "2"}}, {"tags_all": True}, configuration=configuration)
    assert resource.tags == {"team": "own", "b": "2"}
    assert resource.origins == {}


def test_default_tags_do_not_reach_a_provider_version_that_has_no_tags_all() -> None:
    assert one({"tags": {"b": "2"}}, configuration=with_defaults()).tags == {"b": "2"}


def test_a_trimmed_plan_without_tags_all_gets_no_defaults_either() -> None:
    assert read_one(trimmed(change("aws_s3_bucket.a", {"tags": {"b": "2"}}))).tags == {"b": "2"}


def test_default_tags_out_of_a_local_are_learnt_from_the_resources_that_show_them() -> None:
    provider = {
        "aws": {
            "name": "aws",
            "expressions": {"default_tags": [{"tags": {"references": ["local.tags"]}}]},
        }
    }
    root = {"resources": [configured("aws_s3_bucket.late", {"tags": {"references": ["x.y.id"]}})]}
    shows = change("aws_s3_bucket.shows", {"tags": None, "tags_all": DEFAULTS})
    late = change("aws_s3_bucket.late", {}, {"tags": True, "tags_all": True})
    own = change("aws_s3_bucket.own", {"tags": {"team": "own"}, "tags_all": {"team": "own"}})
    configuration = {"provider_config": provider, "root_module": root}
    _, second, third = read(plan(shows, late, own, configuration=configuration))
    assert second.tags == DEFAULTS
    assert second.origins == {"team": OVERRIDE}
    assert second.open == Unknown("x.y.id")
    assert (third.tags, third.open) == ({"team": "own"}, None)


def test_default_tags_out_of_one_variable_are_looked_up_but_may_be_more() -> None:
    provider = {
        "aws": {
            "name": "aws",
            "expressions": {"default_tags": [{"tags": {"references": ["var.common"]}}]},
        }
    }
    configuration = {"provider_config": provider, "root_module": {}}
    variables = {"common": {"value": DEFAULTS}}
    resource = one({"tags": None}, {"tags_all": True}, configuration=configuration, variables=variables)
    assert resource.tags == DEFAULTS
    assert resource.open == Unknown("var.common")


def test_provider_keys_of_modules_are_looked_up_outwards() -> None:
    root = {
        "module_calls": {
            "m": {
                "module": {
                    "resources": [configured("aws_s3_bucket.a", {}, provider="module.m:aws")],
                }
            }
        }
    }
    other = {"name": "aws", "alias": "b", "expressions": {"region": {"constant_value": "us-west-2"}}}
    provider = PROVIDER | {"aws.b": other, "module.m:aws": {"name": "aws", "version_constraint": ">= 3.0"}}
    bucket = change("module.m.aws_s3_bucket.a", {"tags": None}, {"tags_all": True}, module_address="module.m")
    resource = read_one(plan(bucket, configuration={"provider_config": provider, "root_module": root}))
    assert resource.tags == DEFAULTS


def test_a_resource_of_the_unconfigured_provider_takes_nothing_from_an_alias() -> None:
    alias = PROVIDER["aws"] | {"alias": "b"}
    alias_region = {"region": {"constant_value": "us-west-2"}}
    provider = {"aws.b": alias | {"expressions": PROVIDER["aws"]["expressions"] | alias_region}}
    root = {"resources": [configured("aws_s3_bucket.a", {})]}
    configuration = {"provider_config": provider, "root_module": root}
    resource = one({"tags": None}, {"tags_all": True}, configuration=configuration)
    assert (resource.tags, resource.region) == ({}, None)


def test_values_that_are_no_text_are_shown_as_json() -> None:
    resource = read_one(
        trimmed(change("aws_s3_bucket.a", {"tags": {"a": 1, "b": True, "c": None, "d": 1.5}}))
    )
    assert resource.tags == {"a": "1", "b": "true", "d": "1.5"}


def google(after: dict[str, Any], unknown: dict[str, Any] | None = None, **top: Any) -> Resource:
    return read_one(plan(change("google_storage_bucket.a", after, unknown), **top))


def test_labels_that_google_adds_itself_do_not_count() -> None:
    attribution = {"goog-terraform-provisioned": "true"}
    resource = google({"labels": None, "terraform_labels": attribution, "effective_labels": attribution})
    assert (resource.tags, resource.open) == ({}, None)
    assert google(
        {"labels": {"a": "1"}, "terraform_labels": {}, "effective_labels": {"a": "1"} | attribution}
    ).tags == {"a": "1"}


def test_default_labels_are_told_by_the_effective_labels() -> None:
    provider = {"google": {"name": "google", "expressions": {"default_labels": {"constant_value": DEFAULTS}}}}
    both = {"a": "1"} | DEFAULTS
    after = {"labels": {"a": "1"}, "terraform_labels": both, "effective_labels": both}
    resource = google(after, configuration={"provider_config": provider, "root_module": {}})
    assert resource.tags == both
    assert resource.origins == {"team": "provider default_labels"}


def test_a_label_that_looks_like_one_of_googles_own_does_not_stand_for_a_default_label() -> None:
    own = {"goog-x": "1"}
    after = {"resource_labels": own, "terraform_labels": own | DEFAULTS}
    assert read_one(plan(change("google_container_cluster.a", after))).tags == own | DEFAULTS


def test_labels_that_somebody_else_put_on_have_no_provider_origin() -> None:
    after = {"labels": {"a": "1"}, "terraform_labels": {"a": "1"}, "effective_labels": {"a": "1", "b": "2"}}
    resource = google(after)
    assert resource.tags == {"a": "1", "b": "2"}
    assert resource.origins == {"b": "set outside Terraform"}


def test_unknown_effective_labels_without_labels_are_untagged_and_not_unknown() -> None:
    resource = google({"labels": None}, {"terraform_labels": True, "effective_labels": True})
    assert (resource.tags, resource.open) == ({}, None)


def test_labels_before_google_5_have_no_effective_labels() -> None:
    folder = "GoogleCloudPlatform+terraform-validator/testdata/templates"
    resources = third_party(f"{folder}/example_pubsub_subscription_iam_binding.tfplan.json")
    assert any(each.tags and not each.origins for each in resources.values())


def test_a_resource_that_is_sensitive_as_a_whole_shows_no_value() -> None:
    change = {"actions": ["create"], "after": {"tags": {"ml-team": "secret"}}, "after_sensitive": True}
    plan = {"resource_changes": [{"address": "aws_s3_bucket.a", "type": "aws_s3_bucket", "change": change}]}
    [resource] = read_plan(json.dumps(plan).encode(), "plan.json", Place()).resources
    assert resource.sensitive == {"ml-team"}


def test_empty_sections_do_not_make_a_plan_complete() -> None:
    change = {"actions": ["create"], "after": {"ami": "ami-1"}, "after_unknown": {}}
    plan = {
        "format_version": "1.2",
        "planned_values": {},
        "configuration": {},
        "resource_changes": [{"address": "aws_instance.a", "type": "aws_instance", "change": change}],
    }
    [resource] = read_plan(json.dumps(plan).encode(), "plan.json", Place()).resources
    assert resource.taggability.answer is True
    assert "catalogue" in resource.taggability.why
