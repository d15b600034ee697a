"""What gets stricter or looser when a service control policy changes, told by asking both."""

import json
from random import Random
from typing import Any

import pytest

from tagward.loader import load
from tagward.policy import Allowed, Requirement, Selector
from tagward_generators import target
from tagward_generators.deciding.rulings import Verdict
from tagward_generators.deciding.sentences import tellings
from tests.generators.deciding.scp_comparisons import compared, denied, documents, examples, told
from tests.generators.deciding.scp_mutations import mutations, reworded
from tests.generators.random_policies import DAY, policy
from tests.generators.scp_policies import INSTANCES, compiled, tag
from tests.generators.scp_policies import policy as small

EXEMPT = "arn:aws:iam::*:role/break-glass"


def scp(*statements: dict[str, Any]) -> dict[str, str]:
    return {"acme-1": json.dumps({"Version": "2012-10-17", "Statement": list(statements)})}


def deny(**parts: Any) -> dict[str, Any]:
    return {
        "Sid": "A",
        "Effect": "Deny",
        "Action": "ec2:RunInstances",
        "Resource": "arn:aws:ec2:*:*:instance/*",
        "Condition": {"Null": {"aws:RequestTag/ml-team": "true"}},
    } | parts


REQUIRED = scp(deny())
NOTHING = scp()
VALUES = {"StringNotEquals": {"aws:RequestTag/env": ["dev", "prod"]}, "Null": {"aws:RequestTag/env": "false"}}


@pytest.mark.parametrize("seed", range(25))
def test_a_compilation_does_not_differ_from_itself_however_it_is_worded(seed: int) -> None:
    rng = Random(seed)
    made = documents(target("aws-scp").compile(policy(rng), as_of=DAY))

    comparison = compared(made, reworded(rng, made))

    assert comparison.differences == ()
    assert comparison.undecided == ()


@pytest.mark.parametrize("seed", range(25))
def test_a_change_goes_the_way_it_must_and_every_example_is_true(seed: int) -> None:
    rng = Random(seed)
    made = documents(target("aws-scp").compile(policy(rng), as_of=DAY))
    for mutation in mutations(rng, made):
        comparison = compared(made, mutation.documents)

        assert {each.direction for each in tellings(comparison.differences)} <= {mutation.direction}, (
            mutation.name
        )
        for difference, place in examples(comparison.differences):
            tags = dict(difference.finding.tags)
            said = [denied(each, place, tags) for each in (made, mutation.documents)]
            assert said == [each is Verdict.DENIED for each in difference.finding.verdicts], (place, tags)


@pytest.mark.parametrize("seed", range(12))
def test_the_examples_of_two_policies_are_true(seed: int) -> None:
    was, now = (
        documents(target("aws-scp").compile(policy(Random(each)), as_of=DAY)) for each in (seed, seed + 500)
    )

    comparison = compared(was, now)

    assert bool(comparison.differences) is bool(was or now)
    for difference, place in examples(comparison.differences):
        said = [denied(each, place, dict(difference.finding.tags)) for each in (was, now)]
        assert said == [each is Verdict.DENIED for each in difference.finding.verdicts]


def test_a_requirement_that_is_new() -> None:
    assert told(NOTHING, REQUIRED) == [
        "stricter: creating an EC2 instance without `ml-team` is denied now (was allowed) "
        "[ec2:RunInstances on instance]"
    ]


def test_a_requirement_that_is_gone() -> None:
    assert told(REQUIRED, NOTHING) == [
        "looser: creating an EC2 instance without `ml-team` is allowed now (was denied) "
        "[ec2:RunInstances on instance]"
    ]


def test_a_value_that_is_accepted_now() -> None:
    more = {**VALUES, "StringNotEquals": {"aws:RequestTag/env": ["dev", "prod", "qa"]}}

    assert told(scp(deny(Condition=VALUES)), scp(deny(Condition=more))) == [
        "looser: creating an EC2 instance with `env` = `qa` is allowed now (was denied) "
        "[ec2:RunInstances on instance]"
    ]


def test_values_that_have_nothing_in_common() -> None:
    other = {**VALUES, "StringNotEquals": {"aws:RequestTag/env": ["test"]}}

    assert told(scp(deny(Condition=VALUES)), scp(deny(Condition=other))) == [
        "stricter: creating an EC2 instance with `env` = `dev` or `prod` is denied now (was allowed) "
        "[ec2:RunInstances on instance]",
        "looser: creating an EC2 instance with `env` = `test` is allowed now (was denied) "
        "[ec2:RunInstances on instance]",
    ]


def test_a_resource_that_is_widened_catches_what_carries_no_tags() -> None:
    found = told(REQUIRED, scp(deny(Resource="*")))

    assert any(
        each.startswith("stricter: using an EC2 capacity reservation, or 12 other kinds,")
        and " is denied now (was allowed)" in each
        for each in found
    )
    assert any(each.startswith("stricter: creating an EC2 network interface, or ") for each in found)
    assert all(each.startswith("stricter: ") for each in found)


def test_a_principal_that_is_exempt_no_more() -> None:
    spared = deny(Condition={**deny()["Condition"], "ArnNotLike": {"aws:PrincipalArn": EXEMPT}})

    assert told(scp(spared), REQUIRED) == [
        "stricter: creating an EC2 instance as `arn:aws:iam::111122223333:role/break-glass` "
        "without `ml-team` is denied now (was allowed) [ec2:RunInstances on instance]"
    ]


def test_a_condition_that_joins_two_tags_is_told_with_both() -> None:
    joined = {
        "Null": {"aws:RequestTag/experiment": "true"},
        "StringEquals": {"aws:RequestTag/type": ["training", "tuning"]},
    }

    assert told(REQUIRED, scp(deny(), deny(Sid="B", Condition=joined))) == [
        "stricter: creating an EC2 instance without `experiment` while `type` = `training` or `tuning` "
        "is denied now (was allowed) [ec2:RunInstances on instance]"
    ]


def test_a_strict_presence_test_refuses_other_spellings() -> None:
    strict = deny(Condition={"ForAllValues:StringNotEquals": {"aws:TagKeys": "ml-team"}})

    assert told(REQUIRED, scp(strict)) == [
        "stricter: creating an EC2 instance with `ml-team` spelled `ML-TEAM` is denied now (was allowed) "
        "[ec2:RunInstances on instance]",
        "stricter: creating an EC2 instance with `ml-team` spelled `Ml-Team` is denied now (was allowed) "
        "[ec2:RunInstances on instance]",
    ]


def test_taking_tags_away_is_told_as_that() -> None:
    was = compiled(small(tag(requirements=INSTANCES), settings={"protect": False}))
    now = compiled(small(tag(requirements=INSTANCES), settings={"protect": True}))

    found = told(documents(was), documents(now))

    assert (
        "stricter: taking `ml-team` from an EC2 resource is denied now (was allowed) [ec2:DeleteTags]"
        in found
    )
    assert (
        "stricter: taking all tags at once from an EC2 resource is denied now (was allowed) [ec2:DeleteTags]"
        in found
    )
    assert len(found) == 2


def test_a_guardrail_that_accepts_nothing_is_told_so() -> None:
    assert told(NOTHING, scp(deny(Condition={}))) == [
        "stricter: creating an EC2 instance however it is tagged is denied now (was allowed) "
        "[ec2:RunInstances on instance]"
    ]


def test_actions_by_glob_reach_what_the_catalogue_knows() -> None:
    found = told(NOTHING, scp(deny(Action="s3:Create*", Resource="*")))

    assert any("[s3:CreateAccessGrant, " in each for each in found), found


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            {"Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}},
            "the operator `NumericLessThan`",
        ),
        ({"Condition": {"StringLike": {"aws:RequestTag/owner": "${aws:username}"}}}, "policy variable"),
        ({"Effect": "Allow"}, "it allows"),
        ({"Principal": "*"}, "it has `Principal`"),
        ({"NotAction": "s3:*"}, "one of `Action` and `NotAction`"),
        ({"Condition": {"StringEquals": {"aws:TagKeys": "ml-team"}}}, "which IAM does not define"),
    ],
)
def test_what_cannot_be_evaluated_is_said(change: dict[str, Any], why: str) -> None:
    comparison = compared(REQUIRED, scp(deny(), deny(Sid="Odd", **change)))

    ((side, undecided),) = comparison.undecided
    assert side == "now"
    assert undecided.what == "statement `Odd` of acme-1"
    assert why in undecided.why


def test_what_cannot_be_evaluated_and_did_not_change_is_no_difference() -> None:
    odd = deny(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})

    comparison = compared(scp(deny(), odd), scp({**odd, "Sid": "Renamed"}))

    assert comparison.undecided == ()


def test_full_access_beside_the_guardrail_changes_nothing() -> None:
    full = {"Effect": "Allow", "Action": "*", "Resource": "*"}

    comparison = compared(REQUIRED, scp(full, deny()))

    assert (comparison.differences, comparison.undecided) == ((), ())


def test_text_that_is_no_policy_is_said() -> None:
    comparison = compared(REQUIRED, {"acme-1": "hello"})

    assert [(side, each.why) for side, each in comparison.undecided] == [
        ("now", "it is not a policy document")
    ]


def test_the_same_is_asked_every_time() -> None:
    was, now = (
        documents(target("aws-scp").compile(load(f"pack:{name}", as_of=DAY), as_of=DAY))
        for name in ("ml-platform", "finops-core")
    )

    assert compared(was, now) == compared(was, now)


def test_values_of_a_policy_with_many_are_compared_in_time() -> None:
    values = tuple(f"team-{number}" for number in range(200))
    tags = [tag(f"t{number}", constraint=Allowed(values)) for number in range(10)]
    was = documents(compiled(small(*tags, settings={"max_policies": 50})))
    less = [tag(f"t{number}", constraint=Allowed(values[1:])) for number in range(10)]
    now = documents(compiled(small(*less, settings={"max_policies": 50})))

    found = told(was, now)

    assert len(found) == 10
    assert "with `t0` = `team-0` is denied now" in found[0]


def test_a_requirement_with_a_scope_is_told_with_it() -> None:
    here = (Requirement(Selector(types=("aws:ec2:instance",), accounts=("444455556666",))),)

    found = told({}, documents(compiled(small(tag(requirements=here)))))

    assert (
        "stricter: creating an EC2 instance in account `444455556666` without `ml-team` is denied now "
        "(was allowed) [ec2:RunInstances on instance]"
    ) in found
    assert all("in account `444455556666`" in each for each in found)
