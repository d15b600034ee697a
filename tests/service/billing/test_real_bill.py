"""The FinOps Foundation's anonymised bill: the figures of a query by hand come out, to the last digit."""

import csv
import gzip
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tagward.loader import load
from tagward_service.billing.amounts import Basis
from tagward_service.billing.report import BillingReport, billing_report
from tagward_service.billing.text import text
from tagward_service.outputs import Style

HERE = Path(__file__).parent / "real"
BILL = HERE / "focus_sample_1.0.csv.gz"
DAY = date(2026, 11, 21)


def told(basis: Basis) -> BillingReport:
    policy = load(HERE / "tagward.yaml", as_of=DAY)
    return billing_report(policy, [str(BILL)], DAY, basis=basis, dimensions=["provider"])


@pytest.fixture(scope="module")
def by_hand() -> dict[str, Any]:
    """What the query answers that knows nothing of tagward."""
    import duckdb

    query = (HERE / "by_hand.sql").read_text(encoding="utf-8").replace(BILL.name, str(BILL))
    answer = duckdb.sql(query)
    assert answer is not None
    (row,) = answer.fetchall()
    return dict(zip(answer.columns, row, strict=True))


def lines() -> Iterator[dict[str, str]]:
    with gzip.open(BILL, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_every_sum_is_that_of_the_file_to_the_last_digit() -> None:
    whole = told("effective").totals
    billed = sum(Decimal(each["BilledCost"]) for each in lines())
    effective = sum(Decimal(each["EffectiveCost"]) for each in lines())
    assert (whole.billed.whole, whole.effective.whole) == (billed, effective)
    assert (str(billed), str(effective)) == ("20.52022672899", "14.97651418586")


def test_the_part_of_aws_is_what_the_query_says(by_hand: dict[str, Any]) -> None:
    report = told("billed")
    (aws,) = [each for each in report.breakdowns[0].groups if each.name == "AWS"]
    assert aws.chargeable == by_hand["usage"] == Decimal("20.6203386184")
    assert aws.attributable == by_hand["usage_tagged"] == Decimal("19.7089883176")
    assert aws.percent == 95.5


def test_credits_are_on_neither_side(by_hand: dict[str, Any]) -> None:
    amounts = told("billed").totals.billed
    assert amounts.classes["credits"] == by_hand["credits"] == Decimal("-2.6137")
    assert by_hand["usage_tagged"] > by_hand["billed"]


def test_by_resource(by_hand: dict[str, Any]) -> None:
    found = told("billed").by_resource
    assert (found.compliant, found.resources) == (by_hand["resources_tagged"], by_hand["resources"])
    assert (found.compliant, found.resources, found.percent) == (561, 799, 70.2)


@pytest.mark.parametrize("basis", ["billed", "effective"])
def test_tags_are_told_in_the_cost_that_the_report_counts_by(basis: Basis, by_hand: dict[str, Any]) -> None:
    effective = sum(
        Decimal(each["EffectiveCost"])
        for each in lines()
        if each["ProviderName"] == "AWS" and each["ChargeCategory"] == "Usage"
    )
    asked = by_hand["usage"] if basis == "billed" else effective
    assert [each.asked for each in told(basis).tags] == [asked] * 3


def test_the_text_says_what_the_share_is_before_it_is_rounded_down() -> None:
    first = text(told("billed"), Style()).splitlines()[0]
    assert "95.5 %   threshold 90 %: 19.71 of 20.62 USD (billed cost); 95.5803 %, rounded down" in first
    assert "rounded down" not in text(told("effective"), Style())
