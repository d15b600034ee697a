"""Counting what a scan judges: against counting one by one, and at the edges."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagward.clouds import service_of
from tagward.evaluation import Evaluator
from tagward.findings import Assessment, Status
from tagward.loader import load
from tagward.resource import Taggability
from tagward_service.coverage import tallying
from tagward_service.coverage.tallying import Tallies
from tagward_service.store.interface import OTHER, TagTally, Tally
from tests.policies.judging import aws
from tests.policies.policy_files import DAY
from tests.policies.strategies import modelled, random_policy_data, random_resource

WRONG = ("violation", "unknown", "exempt")
PACK = load("pack:ml-platform", as_of=DAY)
GOOD = {"ml-team": "fraud", "ml-project": "cards", "ml-workload-type": "inference", "ml-environment": "dev"}


def evaluator() -> Evaluator:
    return Evaluator(PACK, as_of=DAY, surface="scan")


def one_by_one(
    judging: Evaluator, assessments: list[Assessment]
) -> tuple[Counter[tuple[str, ...]], dict[tuple[str, ...], list[int]]]:
    """Count without remembering anything."""
    kinds: Counter[tuple[str, ...]] = Counter()
    tags: dict[tuple[str, ...], list[int]] = {}
    for each in assessments:
        resource = each.resource
        place = (resource.cloud, resource.account or "", resource.region or "")
        kinds[*place, resource.type, str(each.status)] += 1
        if each.status in (Status.UNTAGGABLE, Status.UNTOLD):
            continue
        wrong = {finding.tag for finding in each.findings if finding.status in WRONG}
        for standing in Evaluator(judging.policy, as_of=DAY).standings.of(resource):
            present = standing.asked and standing.present
            key = (*place, service_of(resource.type), standing.tag, standing.value or "")
            counts = tags.setdefault(key, [0] * 5)
            compliant = each.status is Status.COMPLIANT
            told = (True, standing.asked, present, present and standing.tag not in wrong, compliant)
            counts[:] = [count + holds for count, holds in zip(counts, told, strict=True)]
    return kinds, tags


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32))
def test_counting_looks_is_counting_one_by_one(seed: int) -> None:
    random = Random(seed)
    judging = Evaluator(modelled(random_policy_data(random)).policy(), as_of=DAY)
    resources = [random_resource(random, judging.policy, plain=random.random() < 0.5) for _ in range(8)]
    assessments = [judging.assess(random.choice(resources)) for _ in range(24)]
    tallies = Tallies(judging)
    for start in range(0, len(assessments), 7):
        tallies.add(assessments[start : start + 7])
    kinds, tags = one_by_one(judging, assessments)
    counted = Counter(
        {
            (each.cloud, each.account, each.region, each.type, status): getattr(each, status)
            for each in tallies.tallies()
            for status in Status
            if getattr(each, status)
        }
    )
    assert counted == kinds
    assert {
        (each.cloud, each.account, each.region, each.service, each.tag, each.value): counts(each)
        for each in tallies.tags()
    } == tags


def counts(tally: TagTally) -> list[int]:
    return [tally.resources, tally.asked, tally.present, tally.valid, tally.compliant]


def test_statuses_and_services_are_kept_apart() -> None:
    judging = evaluator()
    untaggable = aws(taggability=Taggability(False, ""), type="aws:iam:policy-attachment")
    tallies = Tallies(judging)
    tallies.add(map(judging.assess, [aws(GOOD), aws({}), aws(GOOD), untaggable]))
    place = ("aws", "111122223333", "eu-west-1")
    assert tallies.tallies() == [
        Tally(*place, "ec2", "aws:ec2:instance", compliant=2, violating=1),
        Tally(*place, "iam", "aws:iam:policy-attachment", untaggable=1),
    ]


def test_a_tag_that_is_not_asked_for_is_neither_present_nor_valid() -> None:
    judging = evaluator()
    tallies = Tallies(judging)
    tallies.add([judging.assess(aws(GOOD | {"ml-experiment-id": "exp-1"}))])
    (row,) = (each for each in tallies.tags() if each.tag == "ml-experiment-id")
    assert (row.value, counts(row)) == ("exp-1", [1, 0, 0, 0, 1])


def test_a_wrong_value_is_present_and_not_valid() -> None:
    judging = evaluator()
    tallies = Tallies(judging)
    tallies.add([judging.assess(aws(GOOD | {"ml-environment": "production"}))])
    (row,) = (each for each in tallies.tags() if each.tag == "ml-environment")
    assert (row.value, counts(row)) == ("production", [1, 1, 1, 0, 0])


def test_rare_values_are_gathered_and_nothing_is_lost() -> None:
    judging = evaluator()
    many = 3 * tallying.MOST_VALUES
    tallies = Tallies(judging)
    common = [aws(GOOD | {"ml-team": "fraud"})] * 50
    rare = [aws(GOOD | {"ml-team": f"team-{number}"}) for number in range(many)] * 3
    tallies.add(map(judging.assess, [*common, *rare, aws({})]))
    teams = {each.value: each for each in tallies.tags() if each.tag == "ml-team"}
    assert len(teams) == tallying.MOST_VALUES + 2
    assert teams["fraud"].resources == 50
    assert teams[""].resources == 1
    assert sum(each.resources for each in teams.values()) == 3 * many + 51
    assert teams[OTHER].valid == 3 * (many - (tallying.MOST_VALUES - 1))


@pytest.mark.parametrize("batch", [1, 40, 10_000])
def test_a_tag_of_which_nearly_every_resource_has_its_own_value_is_not_told_by_value(batch: int) -> None:
    judging = evaluator()
    tallies = Tallies(judging)
    runs = [aws(GOOD | {"ml-experiment-id": f"exp-{number}"}) for number in range(2_000)]
    others = [aws(GOOD), aws({}), aws(GOOD | {"ml-experiment-id": "tbd"})] * 5
    every = [judging.assess(each) for each in (*runs[:1000], *others, *runs[1000:])]
    for start in range(0, len(every), batch):
        tallies.add(every[start : start + batch])

    found = {(each.tag, each.value): each for each in tallies.tags()}

    assert {value for tag, value in found if tag == "ml-experiment-id"} == {OTHER, ""}
    assert found["ml-experiment-id", OTHER].resources == 2_000
    assert found["ml-experiment-id", ""].resources == 15
    assert found["ml-team", "fraud"].resources == 2_010
    assert found["ml-team", ""].resources == 5
