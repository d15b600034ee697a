"""CloudFormation templates are read into resources: what they are, where they stand, how they are tagged."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tagward.errors import InputError
from tagward.evaluation import Evaluator
from tagward.findings import Assessment, Code, Status
from tagward.loader import load
from tagward.resource import NO_TAGS, Resource, Unknown
from tagward_service.sources import read_inputs
from tagward_service.sources.cloudformation.document import MAX_TEMPLATE_BYTES, read_document
from tagward_service.sources.cloudformation.template import read_template
from tagward_service.sources.interface import Place, Reading

DATA = Path(__file__).parent / "data" / "cloudformation"
AS_OF = date(2026, 11, 21)
GOOD = {
    "ml-team": "fraud-detection",
    "ml-project": "churn",
    "ml-workload-type": "inference",
    "ml-environment": "prod",
}
NOBODY = Place()


def read(content: str | bytes | dict[str, Any], place: Place = NOBODY) -> Reading:
    if isinstance(content, dict):
        content = json.dumps(content)
    return read_template(content.encode() if isinstance(content, str) else content, "t.yaml", place)


def resources(reading: Reading) -> dict[str, Resource]:
    return {each.address: each for each in reading.resources}


def one(native: str, properties: dict[str, Any] | None = None, **other: Any) -> Resource:
    entry = {"Type": native} | ({} if properties is None else {"Properties": properties})
    return resources(read({"Resources": {"It": {**entry, **other}}}))["It"]


def assess(every: Sequence[Resource]) -> list[Assessment]:
    evaluator = Evaluator(load("pack:ml-platform", as_of=AS_OF), as_of=AS_OF)
    return [evaluator.assess(each) for each in every]


def judged(name: str) -> dict[str, Assessment]:
    reading = read((DATA / name).read_bytes())
    return {each.resource.address: each for each in assess(tuple(reading.resources))}


def codes(assessment: Assessment) -> list[tuple[str, str]]:
    return [(finding.code.value, finding.tag or "") for finding in assessment.findings]


def test_a_resource_says_what_and_where_it_is() -> None:
    reading = read((DATA / "training.yaml").read_bytes(), Place(account="111122223333", region="eu-west-1"))
    assert (reading.file, reading.kind) == ("t.yaml", "CloudFormation template")
    found = resources(reading)
    assert list(found) == ["Data", "Models", "Bare", "Endpoint", "Lookup", "Policy", "Monitor"]
    endpoint = found["Endpoint"]
    assert (endpoint.cloud, endpoint.type, endpoint.native) == (
        "aws",
        "aws:ssm:parameter",
        "AWS::SSM::Parameter",
    )
    assert (endpoint.address, endpoint.id, endpoint.name) == ("Endpoint", "Endpoint", "/churn/endpoint")
    assert (endpoint.account, endpoint.region) == ("111122223333", "eu-west-1")
    assert (endpoint.file, endpoint.line, endpoint.place) == ("t.yaml", 41, "Properties.Tags")
    assert found["Data"].name == "Data"


def test_short_forms_are_what_they_stand_for_with_their_lines_and_anchors() -> None:
    document = read_document(
        b"""Resources: {}
a: &a !Sub text
b: &b !Join
  - "-"
  - - *a
    - !GetAtt A.B
c: *b
d: !If [C, !Ref X, {e: !Ref "AWS::NoValue"}]
""",
        "t.yaml",
    )
    joined = {"Fn::Join": ["-", [{"Fn::Sub": "text"}, {"Fn::GetAtt": "A.B"}]]}
    chosen = {"Fn::If": ["C", {"Ref": "X"}, {"e": {"Ref": "AWS::NoValue"}}]}
    assert document.data == {
        "Resources": {},
        "a": {"Fn::Sub": "text"},
        "b": joined,
        "c": joined,
        "d": chosen,
    }
    assert document.line("b", "Fn::Join", 1, 1) == 6
    assert document.line("d", "Fn::If") == 8


def test_account_and_region_are_not_known_unless_somebody_says_so() -> None:
    bucket = one("AWS::S3::Bucket")
    assert (bucket.account, bucket.region) == (None, None)
    assert one("AWS::IAM::Role").region == ""


def without_place(assessment: Assessment) -> tuple[Any, ...]:
    found = assessment.resource
    return (
        assessment.status,
        found.type,
        found.tags,
        found.open,
        found.taggability,
        [(each.code, each.message, each.fix, each.severity, each.status) for each in assessment.findings],
    )


def test_yaml_with_short_forms_and_json_say_the_same() -> None:
    yaml, plain = judged("training.yaml"), judged("training.json")
    assert list(yaml) == list(plain)
    assert [*map(without_place, yaml.values())] == [*map(without_place, plain.values())]
    assert plain["Endpoint"].resource.line == 36


def test_the_default_policy_finds_what_is_wrong_and_no_more() -> None:
    found = judged("training.yaml")
    assert {name: each.status for name, each in found.items()} == {
        "Data": Status.COMPLIANT,
        "Models": Status.UNKNOWN,
        "Bare": Status.VIOLATING,
        "Endpoint": Status.VIOLATING,
        "Lookup": Status.UNTAGGABLE,
        "Policy": Status.UNTAGGABLE,
        "Monitor": Status.UNTOLD,
    }
    assert codes(found["Models"]) == [
        ("TW006", "ml-workload-type"),
        ("TW006", "ml-environment"),
        ("TW006", "ml-experiment-id"),
    ]
    assert codes(found["Bare"]) == [("TW001", key) for key in GOOD]
    assert codes(found["Endpoint"]) == [
        ("TW004", "ml-team"),
        ("TW002", "ml-workload-type"),
        ("TW006", "ml-environment"),
    ]


def test_a_platform_is_judged_down_to_what_is_billed() -> None:
    lost = [("TW009", key) for key in GOOD]
    assert {name: codes(each) for name, each in judged("compute.yaml").items()} == {
        "Template": lost,
        "Group": [("TW006", "ml-environment")],
        "Carrying": [],
        "Leaking": lost,
        "Service": lost,
        "Propagating": [],
        "Job": lost,
        "Nested": [],
    }


def test_what_is_not_known_names_what_decides_it() -> None:
    messages = [each.message for each in judged("training.yaml")["Models"].findings]
    assert [message.split(": ", 1)[1] for message in messages] == [
        "`!GetAtt Lookup.Kind` decides it",
        "the parameter `Environment` (default `dev`) decides it",
        "the condition `IsProd` decides it",
    ]


@pytest.mark.parametrize(
    ("native", "properties", "answer", "why"),
    [
        ("AWS::S3::Bucket", None, True, "the catalogue (cfn-lint "),
        ("AWS::S3::Bucket", {"Tags": []}, True, "`AWS::S3::Bucket` has `Tags` in this template"),
        ("AWS::EFS::FileSystem", {}, True, "takes tags in `FileSystemTags`"),
        ("AWS::S3::BucketPolicy", {}, False, "says that `AWS::S3::BucketPolicy` takes no tags"),
        ("AWS::EC2::LaunchTemplate", {}, True, "in `TagSpecifications` of the resource type"),
        ("AWS::EC2::Novelty", {}, None, "the type is not in the catalogue"),
        ("AWS::EC2::Novelty", {"Tags": []}, True, "has `Tags` in this template"),
        ("Custom::Thing", {"Tags": []}, False, "a custom resource"),
        ("AWS::CloudFormation::CustomResource", {}, False, "a custom resource"),
        ("Org::Service::Thing", {}, None, "an extension that is not from AWS"),
        ("Org::Service::Thing", {"Tags": {}}, True, "has `Tags` in this template"),
        ("Org::S3::Bucket::MODULE", {}, None, "a module"),
        ("AWS::Serverless::Function", {}, True, "`AWS::Lambda::Function`"),
        ("AWS::Serverless::LayerVersion", {}, False, "takes no tags"),
        ("AWS::Serverless::Novelty", {}, None, "not in the catalogue"),
    ],
)
def test_taggability_comes_from_the_template_and_else_from_the_catalogue(
    native: str, properties: dict[str, Any] | None, answer: bool | None, why: str
) -> None:
    told = one(native, properties).taggability
    assert told.answer is answer
    assert why in told.why


def test_each_type_has_its_own_tag_property() -> None:
    system = one("AWS::EFS::FileSystem", {"FileSystemTags": [{"Key": "a", "Value": "b"}]})
    assert (system.place, system.tags) == ("Properties.FileSystemTags", {"a": "b"})
    reservation = one(
        "AWS::EC2::CapacityReservation",
        {
            "TagSpecifications": [
                {"ResourceType": "capacity-reservation", "Tags": [{"Key": "a", "Value": "b"}]},
                {"ResourceType": "instance", "Tags": [{"Key": "c", "Value": "d"}]},
            ]
        },
    )
    assert (reservation.place, reservation.tags) == ("Properties.TagSpecifications", {"a": "b"})
    fleet = one(
        "AWS::EC2::SpotFleet",
        {
            "SpotFleetRequestConfigData": {
                "TagSpecifications": [
                    {"ResourceType": "spot-fleet-request", "Tags": [{"Key": "a", "Value": "b"}]}
                ]
            }
        },
    )
    assert fleet.tags == {"a": "b"}


def test_resources_with_a_condition_are_judged() -> None:
    assert one("AWS::S3::Bucket", {}, Condition="IsProd").address == "It"


def test_tags_that_are_a_map_where_a_list_belongs_are_read_and_told() -> None:
    reading = read({"Resources": {"A": {"Type": "AWS::S3::Bucket", "Properties": {"Tags": {"a": "b"}}}}})
    assert resources(reading)["A"].tags == {"a": "b"}
    (note,) = reading.not_evaluated
    assert (note.what, note.incomplete) == ("t.yaml:1 A", False)
    assert note.why == "`Properties.Tags` is a map, and CloudFormation takes a list there"


@pytest.mark.parametrize("tags", ["text", [1], [{"Value": "b"}], [["a", "b"]]])
def test_tags_that_are_none_are_told(tags: Any) -> None:
    reading = read({"Resources": {"A": {"Type": "AWS::S3::Bucket", "Properties": {"Tags": tags}}}})
    assert resources(reading)["A"].tags == NO_TAGS
    assert len(reading.not_evaluated) == 1


def test_global_tags_of_a_serverless_template_are_under_those_of_a_function() -> None:
    found = resources(read((DATA / "serverless.yaml").read_bytes()))
    score = found["Score"]
    assert score.type == "aws:lambda:function"
    assert score.tags == {**GOOD, "ml-environment": "staging"}
    assert score.origins == dict.fromkeys(("ml-team", "ml-project"), "Globals.Function.Tags")
    assert found["Lonely"].tags == NO_TAGS
    assert found["Table"].type == "aws:dynamodb:table"


def test_tags_that_are_an_expression_replace_global_ones() -> None:
    template = {
        "Globals": {"Function": {"Tags": {"a": "b"}}},
        "Resources": {
            "A": {"Type": "AWS::Serverless::Function", "Properties": {"Tags": {"Ref": "Nobody"}}},
            "B": {"Type": "AWS::Serverless::Function", "IgnoreGlobals": ["Tags"]},
            "C": {"Type": "AWS::Serverless::Api"},
        },
    }
    found = resources(read(template))
    assert [each.tags for each in found.values()] == [NO_TAGS] * 3
    assert found["A"].open == Unknown("`!Ref Nobody`")


def test_an_api_that_only_events_imply_is_told() -> None:
    (note,) = read((DATA / "serverless.yaml").read_bytes()).not_evaluated
    assert note.what == "t.yaml:13 Score"
    assert note.why.startswith("event `Ask`: the API that SAM makes for it is not in the template")


def test_macros_and_loops_are_not_evaluated() -> None:
    reading = read((DATA / "macros.yaml").read_bytes())
    assert [(note.what, note.incomplete) for note in reading.not_evaluated] == [
        ("t.yaml:1 OurTagMacro", False),
        ("t.yaml:6 Fn::ForEach::Queues", True),
    ]
    found = resources(reading)
    assert list(found) == ["Included", "Topic"]
    assert found["Included"].open == Unknown("`!Transform ...`")
    assert found["Topic"].open == Unknown("`!Transform {Name: OurTags}`")
    assert {code for each in assess([*found.values()]) for code, _ in codes(each)} == {Code.UNKNOWN.value}


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (None, "the resource is no mapping: CloudFormation refuses it"),
        ({}, "the resource has no `Type`: CloudFormation refuses it"),
        ({"Type": ["AWS::S3::Bucket"]}, "the resource has no `Type`: CloudFormation refuses it"),
    ],
)
def test_what_is_no_resource_makes_the_reading_incomplete(entry: Any, why: str) -> None:
    reading = read({"Resources": {"A": entry}})
    assert [(note.why, note.incomplete) for note in reading.not_evaluated] == [(why, True)]
    assert tuple(reading.resources) == ()


def test_included_text_makes_the_reading_incomplete() -> None:
    include = {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/more.yaml"}}
    for template in (
        {"Transform": include, "Resources": {}},
        {"Fn::Transform": include, "Resources": {}},
        {"Resources": {"Fn::Transform": include}},
    ):
        assert [note.incomplete for note in read(template).not_evaluated] == [True]


def test_a_key_that_is_written_twice_is_told() -> None:
    text = "Resources:\n  A:\n    Type: AWS::S3::Bucket\n  A:\n    Type: AWS::SNS::Topic\n"
    assert [note.what for note in read(text).not_evaluated] == ["t.yaml:4 A"]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("[1]", 1, "a CloudFormation template is a mapping of sections, and this is not one"),
        ("Parameters: {}\n", 1, "a CloudFormation template without `Resources`"),
        (
            "A: 1\nResources: []\n",
            2,
            "a CloudFormation template whose `Resources` are not a mapping of logical ids",
        ),
        ("Resources: {}\n---\nResources: {}\n", 3, "a second document begins here"),
        ("# nothing\n", None, "the file holds nothing"),
        ("Resources:\n  A: !Reff B\n", 2, "the tag `!Reff` is not allowed"),
        ("Resources:\n  !Ref A: B\n", 2, "a key must be text, not a list, a mapping or nothing"),
        ("Resources: {}\nA: [1\n", 2, "the list that opens on line 2 is not closed"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_says_where(text: str, line: int | None, what: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    assert (caught.value.file, caught.value.line) == ("t.yaml", line)
    assert caught.value.what.startswith(what)


def test_directives_of_rain_are_told_from_mistakes() -> None:
    with pytest.raises(InputError, match="the tag `!Rain::Embed` is not allowed; it is for Rain") as caught:
        read("Resources:\n  A: !Rain::Embed file\n")
    assert caught.value.line == 2


def test_broken_json_is_told_as_json(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('{"AWSTemplateFormatVersion": "2010-09-09",\n"Resources": {"A": {"Type": ')
    (error,) = read_inputs([str(path)], place=NOBODY)
    assert isinstance(error, InputError)
    assert (error.what, error.line) == ("JSON that is cut off: it ends at byte 71 before its last bracket", 2)


def test_a_template_that_cloudformation_would_never_take_is_refused() -> None:
    with pytest.raises(InputError, match="larger than 2 MiB"):
        read(b"Resources: {}\n" + b"#" * MAX_TEMPLATE_BYTES)


def test_templates_are_found_by_their_content(tmp_path: Path) -> None:
    for name in ("training.json", "compute.yaml"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    kinds = [each.kind for each in read_inputs([str(tmp_path)], place=NOBODY) if isinstance(each, Reading)]
    assert kinds == ["CloudFormation template"] * 2


VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.sampled_from(["${A}", "a", "Ref"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["Ref", "Fn::Sub", "Fn::If", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::FindInMap", "Key"]
            )
            | st.text(max_size=4),
            inner,
            max_size=3,
        )
    ),
    max_leaves=15,
)
NATIVE = st.sampled_from(
    [
        "AWS::S3::Bucket",
        "AWS::SSM::Parameter",
        "AWS::AutoScaling::AutoScalingGroup",
        "AWS::EC2::Instance",
        "AWS::EC2::LaunchTemplate",
        "AWS::ECS::Service",
        "AWS::DynamoDB::GlobalTable",
        "AWS::Pipes::Pipe",
        "AWS::Serverless::Function",
    ]
)
PROPERTIES = st.dictionaries(
    st.sampled_from(
        [
            "Tags",
            "TagSpecifications",
            "LaunchTemplate",
            "LaunchTemplateData",
            "PropagateTags",
            "Replicas",
            "TargetParameters",
            "Events",
            "Name",
        ]
    ),
    VALUE,
)


@settings(max_examples=60)
@given(
    native=NATIVE,
    properties=PROPERTIES | VALUE,
    sections=st.dictionaries(
        st.sampled_from(["Parameters", "Mappings", "Globals", "Transform"]),
        st.dictionaries(st.text(max_size=3), VALUE) | VALUE,
    ),
)
def test_any_data_in_a_template_is_read_and_judged(
    native: str, properties: Any, sections: dict[str, Any]
) -> None:
    found = read({**sections, "Resources": {"A": {"Type": native, "Properties": properties}}})
    assert len(assess(tuple(found.resources))) == 1


@settings(max_examples=100)
@given(st.text(alphabet="AResourcs: !{}[]&*|'\"\n-#%<,Type", max_size=60) | st.binary(max_size=60))
@example("  A: &a [*a]\n")
@example("  A: !Sub &a [!Sub [*a]]\n")
@example("  A: " + "!Sub [" * 300)
@example("  A: " + "!Sub [" * 200 + "]" * 200)
@example("  A: !<!Ref> x\n")
def test_any_text_in_a_template_is_read_or_refused(rest: str | bytes) -> None:
    content = b"Resources:\n" + (rest.encode() if isinstance(rest, str) else rest)
    with suppress(InputError):
        assert read(content).kind == "CloudFormation template"


NESTED: dict[str, Callable[[Any], Any]] = {
    "Fn::If": lambda value: {"Fn::If": ["IsProd", value, "x"]},
    "Fn::Join": lambda value: {"Fn::Join": ["-", [value]]},
    "Fn::Select": lambda value: {"Fn::Select": [0, [value]]},
    "Fn::Split": lambda value: {"Fn::Select": [0, {"Fn::Split": ["-", value]}]},
    "Fn::Sub": lambda value: {"Fn::Sub": ["${a}", {"a": value}]},
}


@pytest.mark.parametrize("function", NESTED)
def test_expressions_are_resolved_as_deep_as_they_may_nest(function: str) -> None:
    value: Any = "x"
    for _ in range(60):
        value = NESTED[function](value)
    assert one("AWS::S3::Bucket", {"Tags": [{"Key": "a", "Value": value}]}).tags == {"a": "x"}
    assert one("AWS::S3::Bucket", {"Tags": {"Fn::If": ["IsProd", value, value]}}).tags == NO_TAGS


def test_texts_that_multiply_stay_small() -> None:
    text = "x" * 10_000
    yaml = f"Resources:\n  A:\n    Type: AWS::S3::Bucket\n    X: &x {text}\n    Properties:\n      Tags:\n"
    yaml += "      - {Key: a, Value: !Join ['', [" + ", ".join(["*x"] * 2_000) + "]]}\n"
    (bucket,) = read(yaml).resources
    assert isinstance(bucket.tags["a"], Unknown)
    assert len(bucket.tags["a"].because) < 100
