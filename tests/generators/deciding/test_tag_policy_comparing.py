"""What gets stricter or looser when a tag policy changes."""

import json
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from tagward_generators import target
from tagward_generators.deciding.comparing import Comparison, compare
from tagward_generators.deciding.rulings import Verdict
from tagward_generators.deciding.sentences import tellings
from tagward_generators.deciding.tag_policy import TagPolicy
from tagward_generators.targets import CompileError
from tests.generators.random_policies import DAY, policy
from tests.generators.tag_policy_engine import effective, lacking, refused

Documents = Mapping[str, str]


def tag_policy(**fields: Any) -> dict[str, str]:
    """One policy about `env`; each field is assigned."""
    of_tag = {
        name: value if isinstance(value, dict) else {"@@assign": value} for name, value in fields.items()
    }
    return {"acme-1": json.dumps({"tags": {"env": {"tag_key": {"@@assign": "env"}, **of_tag}}})}


def compared(was: Documents, now: Documents) -> Comparison:
    family = TagPolicy()
    return compare(family, family.read(was), family.read(now), {})


def told(was: Documents, now: Documents) -> list[str]:
    return [
        f"{each.direction}: {each.sentence()} [{each.where}]"
        for each in tellings(compared(was, now).differences)
    ]


ENFORCED = tag_policy(tag_value=["dev", "prod"], enforced_for=["ec2:instance"])


def test_a_value_more_is_looser() -> None:
    more = tag_policy(tag_value=["dev", "prod", "qa"], enforced_for=["ec2:instance"])

    assert told(ENFORCED, more) == [
        "looser: tagging an EC2 instance with `env` = `qa` is allowed now (was denied) [ec2:instance]",
        "looser: tagging anything else with `env` = `qa` is allowed now (was only recorded) "
        "[every other type]",
    ]


def test_what_only_adds_up_is_not_told_again() -> None:
    team = {
        "team": {"tag_key": {"@@assign": "team"}, "report_required_tag_for": {"@@assign": ["ec2:instance"]}}
    }

    def with_team(policy: Mapping[str, str]) -> dict[str, str]:
        return {name: json.dumps({"tags": json.loads(text)["tags"] | team}) for name, text in policy.items()}

    more = tag_policy(tag_value=["dev", "prod", "qa"], enforced_for=["ec2:instance"])

    assert told(with_team(ENFORCED), with_team(more)) == told(ENFORCED, more)


def test_enforcement_on_a_type_is_stricter() -> None:
    more = tag_policy(tag_value=["dev", "prod"], enforced_for=["ec2:instance", "ec2:volume"])

    found = told(ENFORCED, more)

    assert found[0].startswith("stricter: tagging an EC2 volume with `env` = ")
    assert found[0].endswith(" is denied now (was only recorded) [ec2:volume]")
    assert any("with `env` spelled `ENV` is denied now" in each for each in found)


def test_a_required_key_is_warned_about() -> None:
    required = tag_policy(report_required_tag_for=["ec2:instance"])

    assert (
        "stricter: tagging an EC2 instance without `env` is warned about now (was allowed) [ec2:instance]"
        in told(tag_policy(), required)
    )


def test_a_whole_service_covers_its_types() -> None:
    whole = tag_policy(tag_value=["dev", "prod"], enforced_for=["ec2:ALL_SUPPORTED"])

    assert not any("[ec2:instance]" in each for each in told(ENFORCED, whole))
    assert any("tagging an EC2 volume" in each or "other kind" in each for each in told(ENFORCED, whole))


def test_policies_that_merge_to_the_same_decide_alike() -> None:
    one = tag_policy(tag_value=["dev"], enforced_for=["ec2:instance"])
    two = tag_policy(tag_value={"@@append": ["prod", "old"]}) | {}
    three = {
        "acme-3": two["acme-1"],
        "acme-1": one["acme-1"],
        "acme-4": tag_policy(tag_value={"@@remove": ["old"]})["acme-1"],
    }

    assert told(ENFORCED, three) == []


def test_what_is_no_tag_policy_is_said() -> None:
    comparison = compared(ENFORCED, {"acme-1": '{"tags": {"env": {"pattern": {"@@assign": "x"}}}}'})

    assert [side for side, _ in comparison.undecided] == ["now"]


@pytest.mark.parametrize("seed", range(20))
def test_the_examples_of_two_random_policies_are_true(seed: int) -> None:
    try:
        was, now = (
            {
                each.path: each.content
                for each in target("aws-tag-policy").compile(policy(Random(each)), as_of=DAY).artifacts
            }
            for each in (seed, seed + 100)
        )
    except CompileError:
        pytest.skip("one of them does not fit")
    for difference in compared(was, now).differences:
        for place in difference.places[:20]:
            tags = dict(difference.finding.tags)
            said = [said_of(each, place.name, tags) for each in (was, now)]
            assert said == [max(each, Verdict.RECORDED) for each in difference.finding.verdicts]


def said_of(documents: Documents, kind: str, tags: Mapping[str, str]) -> Verdict:
    """Ask the interpreter of the test suite, which does not look at what is only recorded."""
    merged = effective([sorted(documents.values())])
    if refused(merged, kind, tags):
        return Verdict.DENIED
    return Verdict.WARNED if lacking(merged, kind, tags) else Verdict.RECORDED


@pytest.mark.parametrize("seed", range(10))
def test_a_compilation_does_not_differ_from_itself(seed: int) -> None:
    try:
        made = {
            each.path: each.content
            for each in target("aws-tag-policy").compile(policy(Random(seed)), as_of=DAY).artifacts
        }
    except CompileError:
        pytest.skip("it does not fit")
    assert told(made, {name: json.dumps(json.loads(text), indent=2) for name, text in made.items()}) == []
