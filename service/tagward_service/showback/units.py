"""Unit costs: what a training run cost, and a thousand predictions; only where enough is attributed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from tagward_generators.sql.classing import CHARGEABLE
from tagward_service.billing.amounts import Basis
from tagward_service.billing.judged import JudgedBill, Row
from tagward_service.billing.money import ZERO, percent, total
from tagward_service.showback.allocating import Usage
from tagward_service.showback.costs import placed, value_of
from tagward_service.showback.rules import Showback

ENOUGH = 90.0
"""Percent of the cost of training that must name its run before the cost of a run is told as such."""

TRAINING, INFERENCE = "training", "inference"
PREDICTIONS = "predictions"
"""The metric that holds how many predictions a project made, by project."""
_MOST = 1000
_PER = 1000


class Run(Struct, frozen=True):
    """One training run in one month."""

    period: str
    run: str
    team: str
    project: str
    amount: Decimal


class Runs(Struct, frozen=True):
    """Training runs, the dearest first; `partial` when too much of the cost of training names no run."""

    percent: float | None
    partial: bool
    runs: tuple[Run, ...]
    count: int = 0
    """How many there are; the cheapest of very many are not told."""


class Prediction(Struct, frozen=True):
    """What a thousand predictions of a project cost in a month."""

    period: str
    project: str
    amount: Decimal
    predictions: Decimal
    per_thousand: Decimal


class Predictions(Struct, frozen=True):
    """Prices of predictions; `partial` when too much of the cost of inference names no project."""

    partial: bool = False
    projects: tuple[Prediction, ...] = ()


def training_runs(judged: JudgedBill, rules: Showback, basis: Basis) -> Runs:
    """Tell what each training run cost directly."""
    rows = judged.rows(_by(judged, rules, basis, TRAINING, rules.dimensions.run))
    named = [row for row in rows if row["unit"]]
    share = _share(named, rows)
    runs = [
        Run(row["period"], row["unit"], row["team"], row["project"], row["amount"])
        for row in sorted(named, key=lambda row: (-row["amount"], row["period"], row["unit"]))
    ]
    return Runs(share, share is None or share < ENOUGH, tuple(runs[:_MOST]), len(runs))


def predictions(judged: JudgedBill, rules: Showback, basis: Basis, usage: Usage) -> Predictions:
    """Tell what predictions cost, for projects whose number of predictions a metric gives."""
    rows = judged.rows(_by(judged, rules, basis, INFERENCE, rules.dimensions.project))
    found: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        key = (row["period"], row["unit"])
        found[key] = total((found.get(key, ZERO), row["amount"]))
    told = (
        _prediction(period, project, amount, usage) for (period, project), amount in sorted(found.items())
    )
    share = _share([row for row in rows if row["unit"]], rows)
    return Predictions(share is None or share < ENOUGH, tuple(each for each in told if each))


def untyped(judged: JudgedBill, rules: Showback, basis: Basis) -> float | None:
    """Return the percent of chargeable cost whose workload type nobody knows; None of no cost."""
    found = placed(judged, rules)
    kept = found.filter(found["class"] == CHARGEABLE)
    summed = kept.group_by(["period", "workload_type"]).aggregate(amount=kept[basis].sum())
    rows = judged.rows(summed)
    return _share([row for row in rows if not row["workload_type"]], rows)


def _share(some: Iterable[Row], rows: Iterable[Row]) -> float | None:
    """Return a share of gross cost in percent: credits would make it larger than the whole."""
    gross = [total(row["amount"] for row in each if row["amount"] > 0) for each in (some, rows)]
    return percent(*gross)


def _prediction(period: str, project: str, amount: Decimal, usage: Usage) -> Prediction | None:
    made: Mapping[str, Decimal] = usage.get((period, PREDICTIONS), {})
    number = made.get(project, ZERO)
    if not project or number <= 0:
        return None
    return Prediction(period, project, amount, number, amount * _PER / number)


def _by(judged: JudgedBill, rules: Showback, basis: Basis, workload: str, tag: str) -> Any:
    """Sum the costs of one workload type up by month and a tag."""
    found = placed(judged, rules).mutate(unit=value_of(judged, tag).fill_null(""))
    kept = found.filter(found.workload_type == workload)
    return kept.group_by(["period", "unit", "team", "project"]).aggregate(amount=kept[basis].sum())
