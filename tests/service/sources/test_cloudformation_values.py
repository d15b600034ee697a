"""Which values of a CloudFormation template are certain, and what is said of those that are not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.resource import TagValue, Unknown
from tagward_service.sources.cloudformation.tags import Found, TagReader
from tagward_service.sources.cloudformation.values import Value, Values, shown
from tagward_service.sources.interface import Place

PARAMETERS = {
    "Team": {"Type": "String", "Default": "fraud"},
    "Free": {"Type": "String"},
    "Empty": {"Type": "String", "Default": ""},
    "Only": {"Type": "String", "AllowedValues": ["churn"]},
    "Either": {"Type": "String", "AllowedValues": ["a", "b"], "Default": "a"},
    "Secret": {"Type": "String", "NoEcho": True, "Default": "hidden", "AllowedValues": ["hidden"]},
    "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/team"},
}
MAPPINGS = {"Teams": {"111122223333": {"Slug": "fraud"}, "eu-west-1": {"Slug": 7}}}
NO_VALUE = {"Ref": "AWS::NoValue"}


def resolved(value: Any, place: Place | None = None) -> Value:
    return Values(PARAMETERS, MAPPINGS, place or Place()).text(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("fraud", "fraud"),
        ("", ""),
        (None, ""),
        (True, "true"),
        (7, "7"),
        ({"Ref": "Only"}, "churn"),
        ({"Fn::Sub": "fraud"}, "fraud"),
        ({"Fn::Sub": "${Only}-${!Literal}"}, "churn-${Literal}"),
        ({"Fn::Sub": ["${a}-${Only}", {"a": "x"}]}, "x-churn"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Only"}]]}, "a-churn"),
        ({"Fn::FindInMap": ["Teams", "111122223333", "Slug"]}, "fraud"),
        ({"Fn::FindInMap": ["Teams", "eu-west-1", "Slug"]}, "7"),
        ({"Fn::If": ["Prod", "x", {"Fn::Sub": "x"}]}, "x"),
        ({"Fn::Select": [1, ["a", "b"]]}, "b"),
        ({"Fn::Select": ["0", {"Fn::Split": ["-", "a-b"]}]}, "a"),
        ("${Team}", "${Team}"),
    ],
)
def test_what_nothing_can_override_is_known(value: Any, text: str) -> None:
    assert resolved(value) == text


@pytest.mark.parametrize(
    ("value", "because"),
    [
        ({"Ref": "Team"}, "the parameter `Team` (default `fraud`)"),
        ({"Ref": "Free"}, "the parameter `Free`"),
        ({"Ref": "Empty"}, "the parameter `Empty` (empty by default)"),
        ({"Ref": "Either"}, "the parameter `Either` (default `a`)"),
        ({"Ref": "Secret"}, "the parameter `Secret`"),
        ({"Ref": "Stored"}, "the parameter `Stored` (stored at `/team`)"),
        ({"Ref": "Bucket"}, "`!Ref Bucket`"),
        ({"Ref": "AWS::Region"}, "`!Ref AWS::Region`"),
        ({"Fn::Sub": "${Team}-x"}, "`!Sub ${Team}-x`"),
        ({"Fn::Sub": "${Team}"}, "the parameter `Team` (default `fraud`)"),
        ({"Fn::Base64": "x" * 51 + " xx"}, "`!Base64 " + "x" * 51 + "...`"),
        ({"Fn::Sub": "${Bucket.Arn}"}, "`!Sub ${Bucket.Arn}`"),
        ({"Fn::GetAtt": ["Bucket", "Arn"]}, "`!GetAtt Bucket.Arn`"),
        ({"Fn::GetAtt": "Bucket.Arn"}, "`!GetAtt Bucket.Arn`"),
        ({"Fn::ImportValue": "team"}, "`!ImportValue team`"),
        ({"Fn::If": ["Prod", "x", "y"]}, "the condition `Prod`"),
        ({"Fn::If": ["Prod", {"Ref": "Team"}, {"Ref": "Team"}]}, "the condition `Prod`"),
        ({"Fn::If": ["Prod", "x", NO_VALUE]}, "the condition `Prod`"),
        ({"Fn::FindInMap": ["Teams", {"Ref": "Team"}, "Slug"]}, "`!FindInMap [Teams, !Ref Team, Slug]`"),
        ({"Fn::FindInMap": ["Teams", "nobody", "Slug"]}, "`!FindInMap [Teams, nobody, Slug]`"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Team"}]]}, "`!Join [-, [a, !Ref Team]]`"),
        ({"Fn::Select": [5, ["a"]]}, "`!Select [5, [a]]`"),
        ("{{resolve:ssm:/team}}", "the dynamic reference `{{resolve:ssm:/team}}`"),
        ({"Fn::Sub": "x-{{resolve:ssm:/t}}"}, "the dynamic reference `{{resolve:ssm:/t}}`"),
        ({"Fn::Base64": {"a": [1, True]}}, "`!Base64 {a: [1, true]}`"),
        ({"a": 1, "b": "`"}, "`{a: 1, b: '}`"),
    ],
)
def test_what_a_deployment_decides_is_unknown_and_named(value: Any, because: str) -> None:
    assert resolved(value) == Unknown(because)


def test_the_place_that_is_given_is_known() -> None:
    place = Place(account="111122223333", region="eu-west-1")
    assert resolved({"Ref": "AWS::Region"}, place) == "eu-west-1"
    assert resolved({"Fn::FindInMap": ["Teams", {"Ref": "AWS::AccountId"}, "Slug"]}, place) == "fraud"
    assert resolved({"Fn::Sub": "a-${AWS::Region}"}, place) == "a-eu-west-1"


def test_a_value_that_is_taken_away_is_absent() -> None:
    assert resolved(NO_VALUE) is None
    assert resolved({"Fn::If": ["Prod", NO_VALUE, NO_VALUE]}) is None


@given(st.recursive(st.text(max_size=40), lambda inner: st.lists(inner, max_size=9), max_leaves=30))
def test_what_is_shown_is_one_short_line(value: Any) -> None:
    text = shown({"Fn::Foo": value})
    assert len(text) <= 63
    assert "\n" not in text
    assert "`" not in text


def tags(value: Any) -> Found:
    return TagReader(Values(PARAMETERS, MAPPINGS, Place())).read(value, "Properties.Tags")


def pair(key: Any, value: Any) -> dict[str, Any]:
    return {"Key": key, "Value": value}


PROD = Unknown("the condition `Prod`")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, {}),
        ([], {}),
        (NO_VALUE, {}),
        ([pair("a", "b"), NO_VALUE, pair("c", 1)], {"a": "b", "c": "1"}),
        ([{"TagKey": "a", "TagValue": "b"}], {"a": "b"}),
        ([pair("a", NO_VALUE)], {"a": ""}),
        ([{"Key": "a"}], {"a": ""}),
        ({"a": "b", "c": NO_VALUE, "d": True}, {"a": "b", "d": "true"}),
        ([{"Fn::If": ["Prod", pair("a", "b"), NO_VALUE]}, pair("c", "d")], {"a": PROD, "c": "d"}),
        ([{"Fn::If": ["Prod", pair("a", "b"), pair("a", "c")]}], {"a": PROD}),
        ([{"Fn::If": ["Prod", pair("a", ""), pair("a", "")]}], {"a": ""}),
        (
            {"Fn::If": ["Prod", [pair("a", "b"), pair("c", "d")], [pair("a", "b")]]},
            {"a": "b", "c": PROD},
        ),
        ([pair("a", {"Ref": "Team"})], {"a": Unknown("the parameter `Team` (default `fraud`)")}),
    ],
)
def test_tags_are_as_certain_as_their_template(value: Any, expected: dict[str, TagValue]) -> None:
    assert tags(value) == Found(expected)


@pytest.mark.parametrize(
    ("value", "because"),
    [
        ({"Fn::Transform": {"Name": "T"}}, "`!Transform {Name: T}`"),
        ({"Fn::ForEach::T": ["x", [], {}]}, "`!ForEach::T [x, [], {}]`"),
        ({"a": "b", "Fn::ForEach::T": ["x"]}, "`!ForEach::T [x]`"),
        ({"Ref": "Team"}, "`!Ref Team`"),
        ([pair({"Ref": "Team"}, "b")], "the parameter `Team` (default `fraud`)"),
        ([{"Fn::GetAtt": "A.B"}], "`!GetAtt A.B`"),
        ({"Fn::If": ["Prod", [pair("a", "b")], {"Fn::GetAtt": "A.B"}]}, "`!GetAtt A.B`"),
    ],
)
def test_tags_that_an_expression_makes_leave_the_keys_open(value: Any, because: str) -> None:
    assert tags(value).open == Unknown(because)
