"""Tag policies fit the quotas of AWS Organizations, or say what to drop."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from tagward.loader import load
from tagward.policy import Allowed, Policy
from tagward_generators.targets import CompileError
from tests.effort import effort
from tests.generators.scp_policies import DAY, tag
from tests.generators.tag_policy_engine import faults
from tests.generators.tag_policy_policies import FEW, compiled, entries, policy

TEAMS = Allowed(tuple(f"team-{number:03d}" for number in range(200)), registry="teams")


def many(count: int, settings: Mapping[str, Any] = FEW) -> Policy:
    tags = (tag(f"tag-{number:02d}", constraint=TEAMS) for number in range(count))
    return policy(*tags, settings=settings)


def test_documents_have_no_white_space_and_nothing_escaped() -> None:
    (artifact,) = compiled(policy(tag(constraint=Allowed(("équipe a", "b"))))).artifacts

    assert artifact.kind == "TAG_POLICY"
    assert artifact.path == "acme-1.json"
    assert artifact.content == (
        '{"tags":{"ml-team":{"tag_key":{"@@assign":"ml-team"},"tag_value":{"@@assign":["équipe a","b"]},'
        '"enforced_for":{"@@assign":["ec2:instance","ec2:volume"]},'
        '"report_required_tag_for":{"@@assign":["ec2:instance","ec2:volume"]}}}}'
    )


def test_a_lock_is_written_on_every_setting() -> None:
    made = compiled(policy(tag(constraint=Allowed(("a",))), settings={"lock": True}))

    fields = json.loads(made.artifacts[0].content)["tags"]["ml-team"]
    assert all(each["@@operators_allowed_for_child_policies"] == ["@@none"] for each in fields.values())
    assert list(faults(made.artifacts[0].content)) == []


def test_tags_are_split_over_policies_that_each_fit() -> None:
    made = compiled(many(20))
    sizes = [len(artifact.content) for artifact in made.artifacts]

    assert sizes == [9_598] * 5
    assert list(entries(made)) == [f"tag-{number:02d}" for number in range(20)]
    assert compiled(many(20)) == made


def test_a_small_tag_fills_the_room_that_a_large_one_left() -> None:
    small = tag("zz")
    made = compiled(replace(many(20), tags=(*many(20).tags, small)))

    assert len(made.artifacts) == 5
    assert "zz" in json.loads(made.artifacts[0].content)["tags"]


def test_a_limit_is_kept_to_the_character() -> None:
    size = len(compiled(many(3)).artifacts[0].content)

    at_most = (many(3, settings=FEW | {"max_chars": most}) for most in (size, size - 1))
    assert [len(compiled(each).artifacts) for each in at_most] == [1, 2]


def test_too_many_policies_are_refused_with_the_numbers_and_what_to_drop() -> None:
    with pytest.raises(CompileError) as refusal:
        compiled(many(44))

    said = str(refusal.value)
    assert "44 tags take 105,424 characters in 11 tag policies of at most 10,000" in said
    assert "`targets.aws-tag-policy.max_policies` allows 10" in said
    assert "largest: `tag-00` 2,396, `tag-01` 2,396" in said
    assert "`report_types: []` would save 3,036; name fewer types" in said
    assert "`targets.aws-tag-policy.omit`" in said


def test_a_tag_that_fits_no_policy_is_refused_with_its_shares() -> None:
    huge = tag(constraint=Allowed(tuple(f"team-{number:04d}" for number in range(1_000))))

    with pytest.raises(CompileError) as refusal:
        compiled(policy(huge))

    said = str(refusal.value)
    assert "the tag `ml-team` takes 12,209 characters alone " in said
    assert "(1000 values 12,001, 4 types 57)" in said
    assert "more than the 10,000 of one tag policy: give it a `pattern`" in said
    assert compiled(policy(huge, tag("env"), settings={"omit": ["ml-team"]})).artifacts


def test_more_required_keys_than_aws_merges_are_refused() -> None:
    tags = [tag(f"tag-{number:02d}") for number in range(51)]

    with pytest.raises(CompileError, match="`ec2:instance` would have 51 required keys, and AWS takes 50"):
        compiled(policy(*tags))
    assert compiled(policy(*tags[:50])).artifacts


@pytest.mark.parametrize("pack", ["ml-platform", "finops-core"])
def test_shipped_packs_fit_the_quotas(pack: str) -> None:
    made = compiled(load(f"pack:{pack}", as_of=DAY))

    assert 0 < len(made.artifacts) <= 2
    assert all(len(artifact.content) <= 10_000 for artifact in made.artifacts)
    assert [fault for artifact in made.artifacts for fault in faults(artifact.content)] == []


def test_fifty_tags_with_two_hundred_values_compile_at_once() -> None:
    large = many(50, settings={"report_types": [], "max_policies": 50})

    assert effort(lambda: compiled(large)) < 400
