"""The interpreter of tag policies answers as AWS did, where AWS's answers are known."""

import json

import pytest

from tests.generators.tag_policy_answers import ACCEPTED, MALFORMED, MERGED
from tests.generators.tag_policy_engine import effective, faults, lacking, refused

PAGE = json.dumps(
    {
        "tags": {
            "costcenter": {
                "tag_key": {"@@assign": "CostCenter"},
                "tag_value": {"@@assign": ["100", "200", "300*"]},
                "enforced_for": {"@@assign": ["secretsmanager:ALL_SUPPORTED", "ec2:instance"]},
                "report_required_tag_for": {"@@assign": ["ec2:ALL_SUPPORTED"]},
            }
        }
    }
)
"""The example that opens the page on syntax, with a few types more."""


@pytest.mark.parametrize("case", MERGED)
def test_policies_merge_as_aws_merges_them(case: str) -> None:
    settings, values = MERGED[case]
    first, second, child = (
        json.dumps({"tags": {} if setting is None else {"key": {"tag_value": setting}}})
        for setting in settings
    )

    assert effective([[first, second], [child]])["key"] == {"tag_key": "key", "tag_value": values}


def test_keys_merge_without_case_and_are_lower_case_unless_said_otherwise() -> None:
    root = json.dumps({"tags": {"Default": {"tag_value": {"@@assign": ["red"]}}, "Empty": {}}})
    child = json.dumps({"tags": {"default": {"tag_value": {"@@append": ["blue"]}}}})

    assert effective([[root], [child]]) == {
        "default": {"tag_key": "default", "tag_value": ["red", "blue"]},
        "empty": {"tag_key": "empty", "tag_value": ["*"]},
    }


def test_a_control_on_a_tag_does_not_lock_its_values() -> None:
    locked = {"@@operators_allowed_for_child_policies": ["@@none"], "tag_value": {"@@assign": ["red"]}}
    root, child = ({"tags": {"k": each}} for each in (locked, {"tag_value": {"@@assign": ["blue"]}}))

    assert effective([[json.dumps(root)], [json.dumps(child)]])["k"]["tag_value"] == ["blue"]


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_aws_took_has_no_fault(case: str) -> None:
    assert list(faults(json.dumps(ACCEPTED[case]))) == []


@pytest.mark.parametrize("case", MALFORMED)
def test_what_aws_called_malformed_has_a_fault(case: str) -> None:
    assert list(faults(json.dumps(MALFORMED[case])))


@pytest.mark.parametrize(
    ("kind", "tags", "keys"),
    [
        ("ec2:instance", {"CostCenter": "100"}, []),
        ("ec2:instance", {"CostCenter": "300"}, []),
        ("ec2:instance", {"CostCenter": "300-a"}, []),
        ("ec2:instance", {"CostCenter": "101"}, ["CostCenter"]),
        ("ec2:instance", {"costcenter": "100"}, ["costcenter"]),
        ("ec2:instance", {"Owner": "me"}, []),
        ("ec2:instance", {}, []),
        ("ec2:volume", {"CostCenter": "101"}, []),
        ("secretsmanager:secret", {"CostCenter": ""}, ["CostCenter"]),
    ],
)
def test_enforcement_looks_at_keys_and_values_of_what_is_tagged(
    kind: str, tags: dict[str, str], keys: list[str]
) -> None:
    assert refused(effective([[PAGE]]), kind, tags) == keys


def test_tools_ask_for_required_keys_letter_by_letter() -> None:
    policy = effective([[PAGE]])

    assert lacking(policy, "ec2:volume", {"costcenter": "100"}) == ["CostCenter"]
    assert lacking(policy, "ec2:volume", {"CostCenter": ""}) == []
    assert lacking(policy, "ec2:snapshot", {}) == [], "AWS takes no required keys for snapshots"
    assert lacking(policy, "s3:bucket", {}) == []
