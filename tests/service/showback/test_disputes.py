"""Disputes and money: each line is in one of them at most, and nothing is lost whatever is decided."""

import csv
import json
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagward.errors import UsageError
from tagward_service.billing.bill import read_bill
from tagward_service.billing.judged import JudgedBill, judge_bill
from tagward_service.outputs import Style
from tagward_service.showback.disputing import in_turn
from tagward_service.showback.files import write_csv
from tagward_service.showback.html import html
from tagward_service.showback.json_showback import JsonShowback, as_json, json_schema, render
from tagward_service.showback.kept import with_kept
from tagward_service.showback.matching import exactly, is_glob
from tagward_service.showback.report import of_team, report_on
from tagward_service.showback.rules import Dispute, Rule, Showback, Source
from tagward_service.showback.text import text
from tagward_service.store.dispute_interface import About, DisputeChange, DisputeState, KeptDispute
from tests.service.billing.bills import write_csv as write_bill
from tests.service.showback.test_report import DAY, POLICY, costing, tags, told

HEAD = "apiVersion: tagward/v1\nkind: Showback\n"
TEAMS, RESOURCES, SERVICES = ("fraud", "search", "nlp"), ("i-1", "i-2", "vol-[x]"), ("EC2", "S3")
ACCOUNTS, PROJECTS, MONTHS = ("111", "222"), ("cards", "loans"), ("2026-04", "2026-05")


def lines() -> list[dict[str, Any]]:
    """Give a line for each way of being a line, each with an amount of its own."""
    return [
        costing(
            f"{number * 1.0000000001:.10f}",
            BillingPeriodStart=f"{MONTHS[number % 2]}-01",
            ResourceId=RESOURCES[number // 2 % 3],
            ServiceName=SERVICES[number // 3 % 2],
            SubAccountId=ACCOUNTS[number // 5 % 2],
            Tags=tags(TEAMS[number % 3], ml_project=PROJECTS[number // 7 % 2]),
        )
        for number in range(1, 60)
    ]


LINES = lines()


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> JudgedBill:
    bill = write_bill(tmp_path_factory.mktemp("bill") / "bill.csv", LINES)
    return judge_bill(read_bill([bill]), POLICY, DAY)


def some(*names: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), max_size=2, unique=True).map(tuple)


@st.composite
def disputes(draw: st.DrawFn) -> tuple[Dispute, ...]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        outcome: Any = draw(st.sampled_from(["open", "rejected", "excluded", "reassigned"]))
        about = Dispute(
            f"D-{number}",
            draw(st.sampled_from(TEAMS)),
            "r",
            draw(some("i-1", "i-*", "vol-[[]x]", "vol-[x]", "*")),
            draw(some("EC2", "S?", "none")),
            draw(some("111", "2*")),
            draw(some("cards", "l*s")),
            draw(some(*MONTHS, "2020-01")),
            outcome,
            draw(st.sampled_from(TEAMS)) if outcome == "reassigned" else "",
        )
        found.append(about)
    return tuple(found)


def is_about(dispute: Dispute, line: dict[str, Any]) -> bool:
    """Say what disputing means, without a query: `vol-[x]` is a glob that matches `vol-x` alone."""
    tagged = json.loads(line["Tags"])
    fields = (
        (line["ResourceId"], dispute.resources),
        (line["ServiceName"], dispute.services),
        (line["SubAccountId"], dispute.accounts),
        (tagged["ml-project"], dispute.projects),
        (line["BillingPeriodStart"][:7], dispute.periods),
    )
    return dispute.team == tagged["ml-team"] and all(
        not names or any(fnmatchcase(value, name) for name in names) for value, names in fields
    )


def expected(found: tuple[Dispute, ...]) -> tuple[dict[str, Decimal], dict[tuple[str, str], Decimal]]:
    """Work out by hand what each team has, and what each dispute is about by month."""
    teams: dict[str, Decimal] = defaultdict(Decimal)
    about: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in LINES:
        team, amount = json.loads(line["Tags"])["ml-team"], Decimal(line["EffectiveCost"])
        mine = next((each for each in in_turn(found) if is_about(each, line)), None)
        if mine:
            about[mine.id, line["BillingPeriodStart"][:7]] += amount
        taken = mine is not None and mine.is_decided_for
        teams[mine.to if mine and taken else team] += amount
    return dict(teams), dict(about)


@settings(max_examples=10, deadline=None)
@given(disputes())
def test_costs_go_where_disputes_send_them_and_come_to_the_bill(
    judged: JudgedBill, found: tuple[Dispute, ...]
) -> None:
    pool = Rule("pool", Source(services=("none",)), "even")
    report = report_on(
        judged, Showback("tagward/v1", "Showback", allocations=(pool,), disputes=found), {}, "effective"
    )
    teams, about = expected(found)

    has: dict[str, Decimal] = defaultdict(Decimal)
    for charge in report.statement.charges:
        has[charge.place.team] += charge.amount
    assert dict(has) == teams
    assert all(month.difference == 0 for month in report.statement.months)
    said = {
        (each.dispute.id, month.period): month.amount for each in report.disputes for month in each.months
    }
    assert said == about


def test_the_order_of_lines_does_not_matter(judged: JudgedBill, tmp_path: Path) -> None:
    found = (
        Dispute("A", "fraud", "r", ("i-*",), outcome="excluded"),
        Dispute("B", "fraud", "r", services=("EC2",), outcome="reassigned", to="nlp"),
    )
    rules = Showback("tagward/v1", "Showback", disputes=found)
    again = judge_bill(read_bill([write_bill(tmp_path / "b.csv", LINES[::-1])]), POLICY, DAY)

    first, second = (report_on(each, rules, {}, "effective") for each in (judged, again))
    assert (first.statement, first.disputes) == (second.statement, second.disputes)


DISPUTED = (
    HEAD
    + """\
allocations:
  - {id: k8s, source: {services: ["*Kubernetes*"]}, method: even, among: [search]}
disputes:
  - {id: D-1, team: fraud, reason: not ours, resources: ["arn:a"], outcome: reassigned, to: search,
     decision: it is their cluster}
  - {id: D-2, team: fraud, reason: "=a test", accounts: ["111*"], periods: ["2026-05"], outcome: excluded}
  - {id: D-3, team: fraud, reason: too dear, projects: [loans]}
  - {id: D-4, team: fraud, reason: of another month, services: ["*"], periods: ["2025-01"]}
  - {id: D-5, team: fraud, reason: a pool has it, services: ["*Kubernetes*"], periods: ["2026-05"]}
"""
)
SOME = [
    costing("60", Tags=tags("fraud"), ResourceId="arn:a", SubAccountId="2"),
    costing("30", Tags=tags("fraud"), ResourceId="arn:b"),
    costing("5", Tags=tags("fraud", ml_project="loans"), SubAccountId="2"),
    costing("1", Tags=tags("fraud"), BillingPeriodStart="2026-04-01", SubAccountId="1112"),
    costing("9", Tags=tags("fraud"), ServiceName="Kubernetes"),
]


def test_a_report_tells_what_each_dispute_is_about_and_what_became_of_it(tmp_path: Path) -> None:
    report = told(tmp_path, DISPUTED, SOME)

    assert {
        each.dispute.id: [(month.period, int(month.amount)) for month in each.months]
        for each in report.disputes
    } == {"D-1": [("2026-05", 60)], "D-2": [("2026-05", 30)], "D-3": [("2026-05", 5)], "D-5": []}
    assert [each for each in report.notes if "dispute" in each] == [
        "dispute `D-5` is about no line of `fraud` in this bill, or others have them all: "
        "look at what it names"
    ]
    said = text(report, Style())
    assert "D-1  fraud  reassigned to search  2026-05  60.00 USD  not ours; reassigned: it is" in said
    assert "dispute `D-5` is about no line" in said
    page = html(report)
    assert "reassigned to search: it is their cluster" in page
    assert "(dispute D-1)" in page


def test_json_tells_it_and_is_what_the_schema_says(tmp_path: Path) -> None:
    import jsonschema
    import msgspec

    report = told(tmp_path, DISPUTED, SOME)
    data = json.loads(render(report))

    jsonschema.validate(data, json_schema())
    assert msgspec.json.decode(render(report), type=JsonShowback) == as_json(report)
    first = data["disputes"][0]
    assert (first["source"], first["outcome"], first["to"]) == ("rules", "reassigned", "search")
    assert first["months"] == [{"period": "2026-05", "currency": "USD", "amount": "60"}]
    assert [each["dispute"] for each in data["charges"] if each["reason"] == "dispute D-2"] == ["D-2"]


def test_a_report_of_before_can_still_be_read(tmp_path: Path) -> None:
    import msgspec

    data = json.loads(render(told(tmp_path, DISPUTED, SOME)))
    del data["notes"]
    data["disputes"] = [
        {"id": "D", "team": "a", "reason": "r", "resources": [], "services": [], "outcome": "open", "to": ""}
    ]
    for each in data["charges"]:
        del each["dispute"]
    assert msgspec.json.decode(json.dumps(data), type=JsonShowback).disputes[0].months == ()


def test_rows_say_which_dispute_is_about_them(tmp_path: Path) -> None:
    report = told(tmp_path, DISPUTED, SOME)
    with (tmp_path / "out.csv").open("w+", newline="") as stream:
        write_csv(report, stream)
        stream.seek(0)
        rows = list(csv.DictReader(stream))

    found = {(row["x_Dispute"], row["x_DisputeOutcome"]): Decimal(row["EffectiveCost"]) for row in rows}
    assert found[("D-1", "reassigned")] == 60
    assert found[("D-2", "excluded")] == 30
    assert found[("D-3", "open")] == 5
    assert sum(Decimal(row["EffectiveCost"]) for row in rows) == 105


def test_a_run_goes_with_its_cost(tmp_path: Path) -> None:
    trained = tags("fraud", ml_workload_type="training", ml_experiment_id="exp-1")
    rules = HEAD + "disputes: [{id: D, team: fraud, reason: r, services: ['*'], outcome: %s}]\n"

    given = told(tmp_path, rules % "reassigned, to: search", [costing("3", Tags=trained)])
    away = told(tmp_path, rules % "excluded", [costing("3", Tags=trained)])

    assert [each.team for each in given.runs.runs] == ["search"]
    assert [each.team for each in away.runs.runs] == [""]


def test_one_team_reads_nothing_of_another(tmp_path: Path) -> None:
    lines = [*SOME, costing("7", Tags=tags("nlp", ml_workload_type="training", ml_experiment_id="exp-9"))]
    rules = DISPUTED + "budgets: {nlp: {amount: 1, currency: USD}, gone: {amount: 1, currency: USD}}\n"
    report = told(tmp_path, rules, lines)

    search, nlp = of_team(report, "search"), of_team(report, "nlp")

    assert [each.dispute.id for each in search.disputes] == ["D-1"]
    assert "exp-9" not in render(search)
    assert (search.alerts, search.notes) == ((), ())
    assert [each.run for each in nlp.runs.runs] == ["exp-9"]
    assert [each.team for each in nlp.alerts] == ["nlp"]


@pytest.mark.parametrize("name", ["arn:a/b", "a[b]c", "a*b", "what?", "[!x]", ""])
def test_a_name_can_be_meant_exactly(name: str) -> None:
    assert fnmatchcase(name, exactly(name))
    assert is_glob(name) == (exactly(name) != name)
    assert not fnmatchcase(f"{name}x", exactly(name))


def test_thousands_of_names_cost_no_pattern_each(judged: JudgedBill) -> None:
    many = tuple(f"arn:aws:ec2:eu-west-1:111122223333:instance/i-{number:017}" for number in range(2_000))
    dispute = Dispute("D", "fraud", "r", (*many, "i-1"), outcome="excluded")

    report = report_on(judged, Showback("tagward/v1", "Showback", disputes=(dispute,)), {}, "effective")

    wanted = [
        Decimal(line["EffectiveCost"])
        for line in LINES
        if line["ResourceId"] == "i-1" and json.loads(line["Tags"])["ml-team"] == "fraud"
    ]
    assert sum(month.amount for month in report.disputes[0].months) == sum(wanted)


def kept(name: str, state: DisputeState, to: str = "") -> KeptDispute:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    history = [DisputeChange(DisputeState.OPEN, at, "ada", "not ours")]
    if state is not DisputeState.OPEN:
        history.append(DisputeChange(state, at, "finops", "we looked", to))
    return KeptDispute(name, "ml", "fraud", About(services=("*",)), state, to, tuple(history))


def test_disputes_of_a_store_follow_those_of_the_rules(judged: JudgedBill) -> None:
    states = (DisputeState.WITHDRAWN, DisputeState.REASSIGNED, DisputeState.OPEN)
    found = [
        kept(f"D-{number}", state, "nlp" if state is DisputeState.REASSIGNED else "")
        for number, state in zip((12, 10, 9), states, strict=True)
    ]
    rules = Showback("tagward/v1", "Showback", disputes=(Dispute("D-x", "nlp", "r", ("i-1",)),))

    report = report_on(judged, with_kept(rules, found), {}, "effective")

    assert [each.dispute.id for each in report.disputes] == ["D-x", "D-9", "D-10"]
    data = json.loads(render(report))["disputes"][2]
    assert (data["source"], data["outcome"], data["to"]) == ("store", "reassigned", "nlp")
    assert (data["opened_by"], data["decided_by"], data["decision"]) == ("ada", "finops", "we looked")
    assert data["decided_at"] == "2026-11-20T09:00:00Z"
    assert {each.team for each in report.statement.teams} == {"search", "nlp"}


def test_an_id_is_in_the_rules_or_in_the_store() -> None:
    rules = Showback("tagward/v1", "Showback", disputes=(Dispute("D-1", "nlp", "r"),))
    with pytest.raises(UsageError, match="`D-1` is in the rules and in the store"):
        with_kept(rules, [kept("D-1", DisputeState.OPEN)])
