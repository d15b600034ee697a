"""Unit costs: what a training run cost, and a thousand predictions; only where enough is attributed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import Struct

from tagward_generators.sql.classing import CHARGEABLE
from tagward_service.billing.judged import Row
from tagward_service.billing.money import ZERO, percent, total
from tagward_service.showback.allocating import Usage

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


def training_runs(rows: Iterable[Row]) -> Runs:
    """Tell what each training run cost directly."""
    found = _by(rows, TRAINING, "run", "team", "project")
    named = {key: amount for key, amount in found.items() if key[1]}
    share = _share(named.values(), found.values())
    dearest = sorted(named.items(), key=lambda each: (-each[1], each[0]))
    runs = [Run(period, run, team, project, amount) for (period, run, team, project), amount in dearest]
    return Runs(share, share is None or share < ENOUGH, tuple(runs[:_MOST]), len(runs))


def predictions(rows: Iterable[Row], usage: Usage) -> Predictions:
    """Tell what predictions cost, for projects whose number of predictions a metric gives."""
    found = _by(rows, INFERENCE, "project")
    told = (_prediction(month, project, each, usage) for (month, project), each in sorted(found.items()))
    share = _share((amount for key, amount in found.items() if key[1]), found.values())
    return Predictions(share is None or share < ENOUGH, tuple(each for each in told if each))


def untyped(rows: Iterable[Row]) -> float | None:
    """Return the percent of chargeable cost whose workload type nobody knows; None of no cost."""
    chargeable = [row for row in rows if row["class"] == CHARGEABLE]
    unknown = (row["amount"] for row in chargeable if not row["workload_type"])
    return _share(unknown, (row["amount"] for row in chargeable))


def _share(some: Iterable[Decimal], whole: Iterable[Decimal]) -> float | None:
    """Return a share of gross cost in percent: credits would make it larger than the whole."""
    return percent(*(total(amount for amount in each if amount > 0) for each in (some, whole)))


def _prediction(period: str, project: str, amount: Decimal, usage: Usage) -> Prediction | None:
    made: Mapping[str, Decimal] = usage.get((period, PREDICTIONS), {})
    number = made.get(project, ZERO)
    if not project or number <= 0:
        return None
    return Prediction(period, project, amount, number, amount * _PER / number)


def _by(rows: Iterable[Row], workload: str, *names: str) -> dict[tuple[str, ...], Decimal]:
    """Sum the costs of one workload type up by month and more."""
    found: dict[tuple[str, ...], list[Decimal]] = defaultdict(list)
    for row in rows:
        if row["workload_type"] == workload:
            found[row["period"], *(row[name] for name in names)].append(row["amount"])
    return {key: total(amounts) for key, amounts in found.items()}
