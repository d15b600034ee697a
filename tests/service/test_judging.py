"""Judging in two processes says the same as in one."""

import os
from collections.abc import Iterator, Sequence
from datetime import date
from io import BytesIO
from typing import overload

import pytest

from benchmarks.plan_generator import write_plan
from tagward.errors import InputError
from tagward.evaluation import Evaluator
from tagward.loader import load
from tagward.resource import Resource
from tagward_service import judging
from tagward_service.judging import judge
from tagward_service.sources.interface import Place
from tagward_service.sources.terraform.plan import read_plan

AS_OF = date(2026, 11, 21)

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")


@pytest.fixture
def evaluator() -> Evaluator:
    return Evaluator(load("pack:ml-platform", as_of=AS_OF), as_of=AS_OF)


def _resources(count: int) -> Sequence[Resource]:
    plan = BytesIO()
    write_plan(plan, count)
    resources = read_plan(plan.getvalue(), "plan.json", Place()).resources
    assert isinstance(resources, Sequence)
    return resources


def _shown(verdicts: judging.Verdicts) -> list[tuple[object, ...]]:
    return [
        (each.code, each.message, each.fix, each.status, each.value, each.source, each.resource.address)
        for each in verdicts.findings
    ]


@forks
def test_two_processes_find_what_one_finds(evaluator: Evaluator, monkeypatch: pytest.MonkeyPatch) -> None:
    resources = _resources(601)
    alone = judge(evaluator.assess, resources)
    monkeypatch.setattr(judging, "WORTH_A_SECOND_PROCESS", 100)
    monkeypatch.setattr(judging, "_has_two_processors", lambda: True)
    together = judge(evaluator.assess, resources)
    assert together.counts == alone.counts
    assert together.untold == alone.untold
    assert len(alone.findings) > 50
    assert _shown(together) == _shown(alone)


class _Broken(Sequence[Resource]):
    """Resources of which one cannot be read."""

    def __init__(self, resources: Sequence[Resource], bad: str) -> None:
        self._resources, self._bad = resources, bad

    def __len__(self) -> int:
        return len(self._resources)

    @overload
    def __getitem__(self, index: int) -> Resource: ...
    @overload
    def __getitem__(self, index: slice) -> "_Broken": ...
    def __getitem__(self, index: int | slice) -> "Resource | _Broken":
        if isinstance(index, int):
            return self._resources[index]
        return _Broken(self._resources[index], self._bad)

    def __iter__(self) -> Iterator[Resource]:
        for resource in self._resources:
            if resource.address == self._bad:
                raise InputError("plan.json", "it is broken here")
            yield resource


@forks
@pytest.mark.parametrize("number", [3, 590])
def test_what_breaks_in_either_half_is_said_as_in_one(
    number: int, evaluator: Evaluator, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources = _resources(601)
    monkeypatch.setattr(judging, "WORTH_A_SECOND_PROCESS", 100)
    monkeypatch.setattr(judging, "_has_two_processors", lambda: True)
    with pytest.raises(InputError, match="it is broken here"):
        judge(evaluator.assess, _Broken(resources, list(resources)[number].address))
