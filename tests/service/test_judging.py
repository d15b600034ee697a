"""Judging many resources says what judging each of them alone says."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from io import BytesIO

import pytest

from benchmarks.plan_generator import write_plan
from tagward.errors import InputError
from tagward.evaluation import Evaluator, evaluate
from tagward.findings import Status
from tagward.loader import load
from tagward.resource import Resource, Taggability
from tagward_service.judging import judge
from tagward_service.sources.interface import Place
from tagward_service.sources.terraform.plan import read_plan

AS_OF = date(2026, 11, 21)
POLICY = load("pack:ml-platform", as_of=AS_OF)


@pytest.fixture
def evaluator() -> Evaluator:
    return Evaluator(POLICY, as_of=AS_OF)


def _resources(count: int) -> list[Resource]:
    plan = BytesIO()
    write_plan(plan, count)
    return list(read_plan(plan.getvalue(), "plan.json", Place()).resources)


def test_many_are_judged_as_each_alone(evaluator: Evaluator) -> None:
    resources = _resources(601)
    verdicts = judge(evaluator.assess, resources)
    alone = [evaluate(POLICY, resource, as_of=AS_OF) for resource in resources]
    assert verdicts.counts == Counter(each.status for each in alone)
    assert verdicts.findings == [finding for each in alone for finding in each.findings]
    assert len(verdicts.findings) > 50


def test_types_that_nobody_can_place_are_counted_by_type_and_reason(evaluator: Evaluator) -> None:
    untold = Resource(
        cloud="aws", type="aws_new", address="aws_new.a", taggability=Taggability(None, "nobody knows")
    )
    verdicts = judge(evaluator.assess, [untold, untold])
    assert verdicts.untold == {("aws_new", "nobody knows"): 2}
    assert verdicts.counts == {Status.UNTOLD: 2}


def test_what_breaks_while_resources_are_read_goes_on_to_the_caller(evaluator: Evaluator) -> None:
    def broken() -> Iterator[Resource]:
        yield from _resources(3)
        raise InputError("plan.json", "it is broken here")

    with pytest.raises(InputError, match="it is broken here"):
        judge(evaluator.assess, broken())
