"""Terraform states: shown as JSON, and as Terraform keeps them."""

import json
from typing import Any

import pytest

from tagward.errors import InputError
from tagward.resource import Resource
from tagward_service.sources.interface import Place
from tagward_service.sources.terraform.state import read_state
from tests.service.sources.terraform_plans import NOWHERE

TAGS = {"team": "search"}
BOTH = TAGS | {"env": "dev"}
AWS = 'provider["registry.terraform.io/hashicorp/aws"]'


def resources(content: Any, place: Place = NOWHERE) -> list[Resource]:
    return list(read_state(json.dumps(content).encode(), "state.json", place).resources)


def raw(*stored: dict[str, Any], **top: Any) -> dict[str, Any]:
    return {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": "l",
        "resources": stored,
    } | top


def stored(*instances: dict[str, Any], **fields: Any) -> dict[str, Any]:
    base = {"mode": "managed", "type": "aws_sqs_queue", "name": "jobs", "provider": AWS}
    return base | {"instances": instances} | fields


def shown(*values: dict[str, Any], modules: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    root = {"resources": values, "child_modules": modules}
    return {"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": root}}


def value(address: str, values: dict[str, Any], **fields: Any) -> dict[str, Any]:
    base = {"address": address, "mode": "managed", "type": "aws_sqs_queue", "name": "jobs"}
    return base | {"provider_name": "registry.terraform.io/hashicorp/aws", "values": values} | fields


def test_a_shown_state_is_read_with_all_its_modules_in_their_order() -> None:
    inner = {"address": "module.a", "resources": [value("module.a.aws_sqs_queue.jobs", {"tags": None})]}
    first, second = resources(
        shown(value("aws_sqs_queue.jobs", {"tags": TAGS, "tags_all": BOTH}), modules=(inner,))
    )
    assert first.tags == BOTH
    assert first.origins == {"env": "provider default_tags"}
    assert second.address == "module.a.aws_sqs_queue.jobs"
    assert (second.tags, second.open) == ({}, None)


def test_a_shown_state_leaves_out_data_sources_and_deposed_objects() -> None:
    data = value("data.aws_sqs_queue.jobs", {"tags": TAGS}, mode="data")
    deposed = value("aws_sqs_queue.jobs", {"tags": TAGS}, deposed_key="a1b2")
    assert resources(shown(data, deposed)) == []


def test_a_raw_state_is_read_instance_by_instance() -> None:
    arn = "arn:aws:sqs:eu-west-1:111122223333:jobs"
    one = stored({"index_key": "a.b", "attributes": {"tags": TAGS, "tags_all": TAGS, "arn": arn}})
    two = stored({"index_key": 0, "attributes": {"tags": None}}, module="module.m[1]")
    first, second = resources(raw(one, two))
    assert first.address == 'aws_sqs_queue.jobs["a.b"]'
    assert (first.account, first.region, first.cloud) == ("111122223333", "eu-west-1", "aws")
    assert second.address == "module.m[1].aws_sqs_queue.jobs[0]"


def test_a_raw_state_leaves_out_data_sources_and_deposed_objects() -> None:
    data = stored({"attributes": {"tags": TAGS}}, mode="data")
    deposed = stored({"attributes": {"tags": TAGS}, "deposed": "a1b2"})
    assert resources(raw(data, deposed)) == []


@pytest.mark.parametrize(
    ("provider", "cloud"),
    [
        (AWS, "aws"),
        (f"module.m.{AWS}.west", "aws"),
        ("provider.google", "gcp"),
        ('provider["registry.opentofu.org/hashicorp/random"]', "random"),
        (None, "aws"),
    ],
)
def test_the_provider_of_a_raw_state_tells_the_cloud(provider: str | None, cloud: str) -> None:
    (resource,) = resources(raw(stored({"attributes": {}}, provider=provider)))
    assert resource.cloud == cloud


def test_a_state_is_complete_so_a_type_without_the_attribute_has_none() -> None:
    (resource,) = resources(raw(stored({"attributes": {"name": "jobs"}})))
    assert resource.taggability.answer is False


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        ([{"type": "get_attr", "value": "tags"}], {"team", "env"}),
        (
            [
                {"type": "get_attr", "value": "tags"},
                {"type": "index", "value": {"value": "team", "type": "string"}},
            ],
            {"team"},
        ),
        ([{"type": "get_attr", "value": "password"}], set()),
    ],
)
def test_sensitive_attributes_of_a_raw_state_are_named(path: list[dict[str, Any]], hidden: set[str]) -> None:
    instance = {"attributes": {"tags": BOTH, "tags_all": BOTH}, "sensitive_attributes": [path]}
    (resource,) = resources(raw(stored(instance)))
    assert resource.sensitive == hidden


def test_what_is_sensitive_inside_a_block_is_found_where_the_labels_are() -> None:
    steps = ["settings", {"value": 0, "type": "number"}, "user_labels", {"value": "team", "type": "string"}]
    path = [{"type": "get_attr" if isinstance(each, str) else "index", "value": each} for each in steps]
    attributes = {"settings": [{"user_labels": BOTH}], "labels": None}
    fields = {"type": "google_sql_database_instance", "provider": AWS.replace("aws", "google")}
    instance = {"attributes": attributes, "sensitive_attributes": [path]}
    (resource,) = resources(raw(stored(instance, **fields)))
    assert resource.tags == BOTH
    assert resource.sensitive == {"team"}


@pytest.mark.parametrize("version", [1, 3, 5, "4"])
def test_another_version_of_the_raw_state_is_refused_with_what_to_do(version: object) -> None:
    with pytest.raises(InputError) as caught:
        resources(raw(version=version))
    assert f"`{version}`" in caught.value.what
    assert "terraform show -json" in (caught.value.instead or "")


def test_an_unknown_format_of_a_shown_state_is_refused() -> None:
    with pytest.raises(InputError, match=r"format_version `2\.0`"):
        resources(shown() | {"format_version": "2.0"})


def test_an_empty_state_has_no_resources() -> None:
    assert resources(raw()) == []
    assert resources({"format_version": "1.0", "terraform_version": "1.11.4"}) == []


def test_a_printed_state_that_does_not_name_its_secrets_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        resources(shown() | {"format_version": "0.1", "terraform_version": "0.14.11"})
    assert caught.value.what.startswith("a Terraform state (format 0.1 by Terraform 0.14.11)")
    assert "terraform show -json tfplan" in str(caught.value.instead)
