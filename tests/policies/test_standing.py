"""How tags stand on resources: asked, present, their effective value; never a second opinion."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tagward.clouds import service_of
from tagward.evaluation import Evaluator
from tagward.findings import Status
from tagward.judging.standing import HIDDEN, Standing
from tagward.policy import Policy
from tagward.resource import Part, Resource, Taggability, Unknown
from tests.policies.judging import around, aws, azure, deployment
from tests.policies.policy_files import DAY, Policies
from tests.policies.strategies import modelled, random_policy_data, random_resource

TAKES_TAGS = Taggability(True, "")
WRONG = ("violation", "unknown", "exempt")


def standing(of: Policy, resource: Resource, tag: str = "ml-team") -> Standing:
    every = Evaluator(of, as_of=DAY).standings.of(resource)
    return next(each for each in every if each.tag == tag)


REQUIRED = "tags: {ml-team: {required: true}}"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (aws({"ml-team": "fraud"}), ("fraud", True)),
        (aws({}), (None, False)),
        (aws({"ml-team": " tbd "}), (None, False)),
        (aws({"ml-team": Unknown("var.x")}), (None, False)),
        (aws({"ML-Team": "fraud"}), (None, False)),
        (azure({"ML-Team": "fraud"}), ("fraud", True)),
        (deployment({"ml-team": "fraud"}), (None, False)),
        (deployment(pods={"ml-team": "fraud"}), ("fraud", True)),
        (aws({"ml-team": "fraud"}, parts=(Part("the volume", "x"),)), ("fraud", False)),
        (aws({"ml-team": "fraud"}, parts=(Part("the volume", "x", carries=True),)), ("fraud", True)),
        (aws({"ml-team": "fraud"}, sensitive=frozenset({"ml-team"})), (HIDDEN, True)),
    ],
)
def test_a_tag_is_present_where_everything_billed_has_it(
    policies: Policies, resource: Resource, expected: tuple[str | None, bool]
) -> None:
    found = standing(policies.load(REQUIRED), resource)
    assert (found.asked, found.value, found.present) == (True, *expected)


def test_inherited_values_count_where_the_policy_says_so(policies: Policies) -> None:
    resource = azure(inherited=(around("resource-group", {"ml-team": "fraud"}),))
    counting = policies.load("tags: {ml-team: {required: true, inherit: [resource-group]}}")
    assert standing(counting, resource).value == "fraud"
    assert standing(policies.load(REQUIRED), resource).value is None


@pytest.mark.parametrize(("kind", "asked"), [("training", True), ("inference", False)])
def test_a_tag_is_asked_for_when_its_condition_holds(policies: Policies, kind: str, asked: bool) -> None:
    conditional = policies.load("tags: {kind: {}, run: {required: {when: {kind: [training]}}}}")
    assert standing(conditional, aws({"kind": kind}), "run").asked is asked


@pytest.mark.parametrize("required", ["false", "{level: recommended}", "{on: {types: ['aws:s3:bucket']}}"])
def test_a_tag_is_not_asked_for_when_it_is_not_required_there(policies: Policies, required: str) -> None:
    assert not standing(policies.load(f"tags: {{ml-team: {{required: {required}}}}}"), aws()).asked


def test_values_that_are_forbidden_are_not_shown(policies: Policies) -> None:
    forbidding = policies.load(REQUIRED + "\nforbid: {values: ['AKIA[0-9]+']}")
    assert standing(forbidding, aws({"ml-team": "AKIA1234"})).value == HIDDEN


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_asked_for_and_not_there_is_a_finding_and_the_other_way_round(seed: int) -> None:
    random = Random(seed)
    evaluator = Evaluator(modelled(random_policy_data(random)).policy(), as_of=DAY)
    for _ in range(8):
        resource = replace(random_resource(random, evaluator.policy), taggability=TAKES_TAGS)
        assessment = evaluator.assess(resource)
        wrong = {each.tag for each in assessment.findings if each.status in WRONG}
        standings = evaluator.standings.of(resource)
        lacking = {each.tag for each in standings if each.asked and not each.present}
        assert lacking <= wrong
        if assessment.status is Status.COMPLIANT:
            assert not lacking


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_what_is_seen_at_a_glance_is_what_there_is(seed: int) -> None:
    random = Random(seed)
    evaluator = Evaluator(modelled(random_policy_data(random)).policy(), as_of=DAY)
    made = [random_resource(random, evaluator.policy, plain=random.random() < 0.5) for _ in range(10)]
    mixed = [changed(random.choice(made), random.choice(made), random) for _ in range(20)]
    for resource in (*made, *mixed, *made):
        assert seen(evaluator, resource) == Evaluator(evaluator.policy, as_of=DAY).standings.of(resource)


def seen(evaluator: Evaluator, resource: Resource) -> tuple[Standing, ...]:
    outline, values = evaluator.standings.seen(resource)
    return tuple(Standing(*mark, value or None) for mark, value in zip(outline.marks, values, strict=True))


def changed(one: Resource, other: Resource, random: Random) -> Resource:
    """Give one resource some of the tags, layers and parts of another."""
    tags = {key: value for key, value in (*one.tags.items(), *other.tags.items()) if random.random() < 0.7}
    layers = random.sample([*one.inherited, *other.inherited], min(2, len(one.inherited)))
    parts = tuple(replace(part, tags=other.tags) for part in one.parts)
    return replace(one, tags=tags, inherited=tuple(layers), parts=parts, open=None, origins={})


@pytest.mark.parametrize("forbid", ["", "\nforbid: {values: ['AKIA[0-9]+']}"])
def test_values_of_one_shape_are_not_mixed_up(policies: Policies, forbid: str) -> None:
    tags = "tags: {ml-team: {required: true, aliases: [{key: team}], inherit: [resource-group]}, kind: {}}"
    evaluator = Evaluator(policies.load(tags + forbid), as_of=DAY)
    for value in ("a", "b", "AKIA1", "tbd", "c", "AKIA2"):
        layers = (around("resource-group", {"ML-Team": value}), around("subscription", {"ml-team": "no"}))
        resources = (
            aws({"ml-team": value}),
            aws({"team": value, "kind": "x"}),
            azure({"TEAM": value}),
            azure(inherited=layers),
            deployment(pods={"ml-team": value}),
            aws({"ml-team": "own"}, parts=(Part("the volume", "x", {"ml-team": value}),)),
        )
        for resource in resources:
            assert seen(evaluator, resource) == evaluator.standings.of(resource)


@pytest.mark.parametrize(
    ("resource_type", "service"),
    [
        ("aws:ec2:instance", "ec2"),
        ("azure:Microsoft.Compute/virtualMachines", "Microsoft.Compute"),
        ("gcp:compute.googleapis.com/Instance", "compute"),
        ("kubernetes:apps/Deployment", "apps"),
        ("kubernetes:Pod", "core"),
        ("aws_instance", ""),
    ],
)
def test_types_belong_to_services(resource_type: str, service: str) -> None:
    assert service_of(resource_type) == service
