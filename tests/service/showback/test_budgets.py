"""Budgets and rises: compared with what they say, and told where nothing can be compared."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tagward_service.showback.budgets import earlier
from tests.service.showback.test_report import costing, tags, told

HEAD = "apiVersion: tagward/v1\nkind: Showback\n"
LARGE = HEAD + "budgets: {fraud: {amount: 1000000, currency: USD}}\n"


def months(costs: dict[str, str], team: str = "fraud") -> list[dict[str, Any]]:
    return [costing(cost, BillingPeriodStart=f"{month}-01", Tags=tags(team)) for month, cost in costs.items()]


def rises(folder: Path, lines: list[dict[str, Any]]) -> list[tuple[str, Decimal]]:
    return [(each.period, each.against) for each in told(folder, LARGE, lines).alerts if each.kind == "rise"]


def test_a_month_is_compared_with_the_three_before_it_and_not_with_older_ones(tmp_path: Path) -> None:
    costs = {"2025-10": "10", "2025-12": "10", "2026-01": "10", "2026-02": "40"}

    assert rises(tmp_path, months(costs)) == []
    assert rises(tmp_path, months({**costs, "2025-11": "12"})) == [("2026-02", Decimal(10))]


def test_a_month_without_costs_of_a_team_is_a_month_of_no_cost(tmp_path: Path) -> None:
    mine = months({"2026-01": "10", "2026-02": "20", "2026-04": "40"})
    others = months({"2026-03": "5"}, "search")

    assert rises(tmp_path, [*mine, *others]) == [("2026-04", Decimal(10))]


def test_costs_of_nothing_rise_from_nothing(tmp_path: Path) -> None:
    costs = {"2026-01": "0", "2026-02": "-3", "2026-03": "0", "2026-04": "40"}

    assert rises(tmp_path, months(costs)) == []


def test_the_months_before_go_over_the_year() -> None:
    assert earlier("2026-02", 3) == ["2026-01", "2025-12", "2025-11"]


def test_a_budget_that_cannot_be_compared_is_told(tmp_path: Path) -> None:
    rules = (
        HEAD
        + """\
budgets:
  fraud: {amount: 1, currency: EUR}
  serach: {amount: 1, currency: USD}
"""
    )
    report = told(tmp_path, rules, [*months({"2026-05": "10"}), *months({"2026-05": "1"}, "search")])

    assert report.alerts == ()
    assert report.notes == (
        "the budget of `fraud` is in `EUR` and the costs are in `USD`: nothing is compared",
        "the budget of `serach` is of a team that has no costs; did you mean `search`?",
    )


@pytest.mark.parametrize(
    ("cost", "alerts"), [("79999999999999999999.9999999999", 0), ("80000000000000000000", 1)]
)
def test_no_threshold_is_reached_by_rounding(tmp_path: Path, cost: str, alerts: int) -> None:
    rules = HEAD + "budgets: {fraud: {amount: 100000000000000000000, currency: USD}}\n"

    assert len(told(tmp_path, rules, months({"2026-05": cost})).alerts) == alerts
