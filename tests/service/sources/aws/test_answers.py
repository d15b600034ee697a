"""Answers are walked through by path, and tags come out of every shape that AWS writes them in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward_service.sources.aws.answers import filled, items, member, tags_of
from tagward_service.sources.aws.listed import listed, type_of
from tagward_service.sources.aws.problems import Odd

WORDS = st.text(min_size=1, max_size=8).filter(lambda word: not word.startswith("aws:"))


@given(st.dictionaries(WORDS, WORDS))
def test_tags_are_the_same_in_every_shape(tags: dict[str, str]) -> None:
    for key, value in (("Key", "Value"), ("key", "value"), ("TagKey", "TagValue")):
        assert tags_of([{key: name, value: each} for name, each in tags.items()]) == tags
    assert tags_of(tags) == tags


@pytest.mark.parametrize("answer", [None, [], {}])
def test_no_tags_are_no_tags(answer: object) -> None:
    assert tags_of(answer) == {}


def test_tags_of_aws_itself_are_left_out_and_those_that_look_alike_are_not() -> None:
    tags = {"aws:cloudformation:stack-name": "x", "AWS:mine": "y", "awsome": "z", "Name": ""}
    assert tags_of(tags) == {"AWS:mine": "y", "awsome": "z", "Name": ""}


def test_a_tag_without_a_value_has_an_empty_one() -> None:
    assert tags_of([{"Key": "a"}, {"Key": "b", "Value": None}]) == {"a": "", "b": ""}


def test_a_tag_without_a_key_is_odd() -> None:
    with pytest.raises(Odd):
        tags_of([{"Value": "a"}])


def test_a_path_walks_through_every_list() -> None:
    answer = {"A": [{"B": [1, 2]}, {}, {"B": None}, {"B": [3]}]}
    assert list(items(answer, "A[].B[]")) == [1, 2, 3]
    assert list(items({}, "A[].B[]")) == []
    assert member({"State": {"Name": "running"}}, "State.Name") == "running"
    assert member({"State": "running"}, "State.Name") is None


def test_a_template_needs_all_that_it_names() -> None:
    assert filled("volume/{VolumeId}", {"VolumeId": "vol-1"}) == "volume/vol-1"
    for values in ({}, {"VolumeId": ""}, {"VolumeId": None}, {"VolumeId": 1}):
        with pytest.raises(Odd, match="VolumeId"):
            filled("volume/{VolumeId}", values)


@pytest.mark.parametrize(
    ("name", "cloudformation", "expected"),
    [
        ("ec2:instance", "AWS::EC2::Instance", "aws:ec2:instance"),
        ("", "AWS::EC2::Instance", "aws:ec2:instance"),
        ("new:thing", "AWS::SQS::Queue", "aws:sqs:queue"),
        ("new:thing", "", "aws:new:thing"),
        ("", "AWS::New::Thing", "AWS::New::Thing"),
    ],
)
def test_types_of_inventories_are_those_of_the_catalogue(
    name: str, cloudformation: str, expected: str
) -> None:
    assert type_of(name, cloudformation) == expected


def test_images_have_the_same_arn_whoever_lists_them() -> None:
    found = listed(
        "aws:ec2:image", "arn:aws:ec2:eu-west-1::image/ami-1", "111122223333", "eu-west-1", {}, "x"
    )
    assert found.id == "arn:aws:ec2:eu-west-1:111122223333:image/ami-1"
    assert found.name == "ami-1"


def test_what_takes_no_tags_is_known_of_what_an_inventory_lists() -> None:
    def answer(type_: str, tags: dict[str, str]) -> bool | None:
        return listed(type_, "arn:aws:x:::y", "1", "global", tags, "x").taggability.answer

    assert answer("aws:ec2:instance", {}) is True
    assert answer("AWS::New::Thing", {}) is None
    assert answer("AWS::New::Thing", {"a": "b"}) is True
