"""`tagward dispute`: opened, listed, decided, and what showback makes of it."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tagward_service.showback.json_disputes import json_schema
from tests.service.billing.bills import line, write_csv
from tests.service.cli.conftest import Ran, Run

POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme, version: 1.0.0}
extends: [pack:ml-platform]
registries: {teams: {file: teams.csv, column: slug, until: retired_on}}
tags:
  ml-team: {registry: teams, override: a list of teams}
"""
TAGS = {"ml-team": "fraud", "ml-project": "cards", "ml-workload-type": "inference", "ml-environment": "prod"}
STORE = ("--store", "tagward.db")


@pytest.fixture
def bill(here: Path) -> str:
    """A bill of three lines, and a policy with a registry of teams beside it."""
    (here / "tagward.yaml").write_text(POLICY)
    (here / "teams.csv").write_text("slug,retired_on\nfraud,\nsearch,\nold,2026-01-31\n")
    lines = [
        line(Tags=TAGS, EffectiveCost="3", ResourceId="arn:lake"),
        line(Tags=TAGS, EffectiveCost="2", ResourceId="vol[1]"),
        line(Tags=TAGS, EffectiveCost="1", ResourceId="arn:other", BillingPeriodStart="2026-04-01"),
    ]
    return write_csv(here / "bill.csv", lines)


def opened(run: Run, *about: str) -> Ran:
    return run("dispute", "open", "--team", "fraud", "--reason", "not ours", *STORE, *about)


def told(run: Run, bill: str, *more: str) -> Any:
    ran = run("showback", "--billing", bill, "-f", "json", *STORE, *more)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_a_dispute_is_opened_decided_and_followed(run: Run, bill: str) -> None:
    first = opened(run, "--resource", "arn:l*", "--by", "ada")
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith("D-1  fraud  open\n  resources  arn:l*\n  open       20")
    assert "UTC, ada: not ours" in first.out

    before = told(run, bill)
    assert before["disputes"][0]["months"] == [{"period": "2026-05", "currency": "USD", "amount": "3"}]
    assert {each["team"] for each in before["teams"]} == {"fraud"}

    decided = run(
        *("dispute", "decide", "D-1", "reassigned", "--to", "search", "--reason", "theirs", "-f", "json"),
        *STORE,
    )
    history = json.loads(decided.out)["history"]
    assert [(each["state"], each["to"]) for each in history] == [("open", ""), ("reassigned", "search")]

    after = told(run, bill)
    assert {(each["team"], each["period"]): each["total"] for each in after["teams"]} == {
        ("fraud", "2026-04"): "1",
        ("fraud", "2026-05"): "2",
        ("search", "2026-05"): "3",
    }
    assert [each["difference"] for each in after["months"]] == ["0", "0"]

    assert run("dispute", "withdraw", "D-1", "--reason", "it is ours", *STORE).code == 0
    assert told(run, bill)["disputes"] == []


def test_a_month_bounds_what_a_dispute_takes(run: Run, bill: str) -> None:
    opened(run, "--project", "c*", "--period", "2026-04")
    run("dispute", "decide", "D-1", "excluded", "--reason", "a test", *STORE)

    found = told(run, bill)

    assert [(each["period"], each["unallocated"]) for each in found["months"]] == [
        ("2026-04", "1"),
        ("2026-05", "0"),
    ]
    assert told(run, bill, "--period", "2026-05")["disputes"] == []


def test_a_list_of_lines_is_disputed_exactly(run: Run, bill: str, here: Path) -> None:
    rows = "account,Resource_Id,cost\n1,vol[1],2\n1,,3\n1,'=cmd(),1\n1,vol[1],9\n"
    (here / "gaps.csv").write_text(f"\ufeff{rows}")

    ran = opened(run, "--from", "gaps.csv", "-f", "json")

    assert json.loads(ran.out)["about"]["resources"] == ["vol[[]1]", "=cmd()"]
    assert told(run, bill)["disputes"][0]["months"][0]["amount"] == "2"


def test_lists_are_filtered_and_can_be_read_by_programs(run: Run, bill: str) -> None:
    opened(run, "--service", "=HYPERLINK()", "--account", "1", "--account", "2")
    opened(run, "--service", "S3")
    run("dispute", "decide", "D-1", "reassigned", "--to", "search", "--reason", "r", "--by", "b", *STORE)

    listed = run("dispute", "list", *STORE).out.splitlines()
    assert [row.split()[0] for row in listed] == ["id", "D-2", "D-1"]
    assert "reassigned to search" in listed[2]
    assert "accounts 1, 2" in listed[2]
    assert [row.split()[0] for row in run("dispute", "list", "--state", "open", *STORE).out.splitlines()] == [
        "id",
        "D-2",
    ]
    (row,) = csv.DictReader(io.StringIO(run("dispute", "list", "--team", "search", "-f", "csv", *STORE).out))
    assert (row["id"], row["services"], row["accounts"]) == ("D-1", "'=HYPERLINK()", "1\n2")
    assert (row["decided_by"], row["decision"], row["reason"]) == ("b", "r", "not ours")
    every = json.loads(run("dispute", "list", "-f", "json", *STORE).out)
    jsonschema.validate(every, json_schema())
    assert [each["id"] for each in every["disputes"]] == ["D-2", "D-1"]
    assert json.loads(run("dispute", "list", "--team", "x", "-f", "json", *STORE).out)["disputes"] == []
    assert run("dispute", "list", "--team", "x", *STORE).out == "no dispute is like that\n"
    assert "services  S3" in run("dispute", "show", "d-2", *STORE).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("open", "--reason", "r", "--service", "S3"), "missing `--team TEAM`"),
        (("open", "--team", "fraud", "--service", "S3"), "missing `--reason REASON`"),
        (("open", "--team", "fraud", "--reason", " ", "--service", "S3"), "missing `--reason REASON`"),
        (("open", "--team", "fraud", "--reason", "r"), "a dispute is about something"),
        (("open", "--team", "fruad", "--reason", "r", "--service", "S3"), "did you mean `fraud`?"),
        (("open", "--team", "fraud", "--reason", "r", "--period", "2026-13"), "`2026-13` is no month"),
        (("open", "--team", "fraud", "--reason", "r", "--from", "none.csv"), "cannot read `none.csv`"),
        (("open", "--team", "fraud", "--reason", "r", "--from", "teams.csv"), "needs a column `resource`"),
        (
            ("open", "--team", "fraud", "--reason", "r", "--service", "S3", "-f", "xml"),
            "unknown format `xml`",
        ),
        (("decide", "D-1", "exclude", "--reason", "r"), "did you mean `excluded`?"),
        (("decide", "D-1", "reassigned", "--reason", "r"), "`--to TEAM` names who has the costs"),
        (("decide", "D-1", "excluded", "--to", "search", "--reason", "r"), "`--to TEAM` names who"),
        (("decide", "D-1", "reassigned", "--to", "serach", "--reason", "r"), "did you mean `search`?"),
        (("decide", "D-1", "reassigned", "--to", "old", "--reason", "r"), "`old` retired on 2026-01-31"),
        (("decide", "D-1", "reassigned", "--to", "fraud", "--reason", "r"), "is of `fraud` itself"),
        (("decide", "D-9", "excluded", "--reason", "r"), "there is no dispute `D-9`"),
        (("decide", "7", "excluded", "--reason", "r"), "`7` is no id of a dispute"),
        (("withdraw", "D-1"), "missing `--reason REASON`"),
        (("show", "D-2"), "there is no dispute `D-2`"),
        (("list", "--state", "closed"), "closed"),
        (("list", "--store", "none.db"), "there is no store at `none.db`"),
        ((), "needs to know what: dispute open, dispute list"),
    ],
)
def test_what_makes_no_sense_is_refused(run: Run, bill: str, arguments: tuple[str, ...], said: str) -> None:
    opened(run, "--service", "S3")

    ran = run("dispute", *arguments, *(() if not arguments or "none.db" in arguments else STORE))

    assert ran.code == 2
    assert said in ran.err
    assert len(run("dispute", "list", *STORE).out.splitlines()) == 2


def test_showback_reads_the_store_that_is_there_and_asks_for_none(run: Run, bill: str, here: Path) -> None:
    assert run("showback", "--billing", bill).code == 0
    assert not (here / "tagward.db").exists()
    opened(run, "--service", "*")

    assert "disputes\n  D-1" in run("showback", "--billing", bill).out
    missing = run("showback", "--billing", bill, "--store", "none.db")
    assert (missing.code, "there is no store at `none.db`" in missing.err) == (2, True)
    assert run("showback", "--billing", bill, "--store", "new.db", "--keep").code == 0


@pytest.mark.parametrize("command", [["showback"], ["readiness", "--by", "cost"], ["coverage"]])
def test_an_id_that_is_in_the_rules_too_is_an_error(
    run: Run, bill: str, here: Path, command: list[str]
) -> None:
    opened(run, "--service", "*")
    rules = "apiVersion: tagward/v1\nkind: Showback\ndisputes: [{id: D-1, team: fraud, reason: r}]\n"
    (here / "rules.yaml").write_text(rules)

    ran = run(*command, "--billing", bill, "--rules", "rules.yaml", *STORE)

    assert ran.code == 2
    assert "`D-1` is in the rules and in the store" in ran.err


def test_disputes_of_the_store_count_at_the_gate(run: Run, bill: str, here: Path) -> None:
    pool = '{id: all, source: {resources: ["vol*"]}, method: even}'
    rules = f"apiVersion: tagward/v1\nkind: Showback\nallocations: [{pool}]\n"
    (here / "rules.yaml").write_text(rules)
    gate = ("readiness", "--by", "cost", "--billing", bill, "--rules", "rules.yaml", *STORE)
    opened(run, "--service", "*")
    before = run(*gate).out
    run("dispute", "decide", "D-1", "excluded", "--reason", "a test", *STORE)

    assert "pool all" not in before
    assert "pool all" in run(*gate).out


def test_a_dispute_about_nothing_is_told(run: Run, bill: str) -> None:
    opened(run, "--resource", "arn:nothing")

    assert "dispute `D-1` is about no line of `fraud`" in run("showback", "--billing", bill, *STORE).out


def test_a_team_of_nobody_is_told(run: Run, bill: str, here: Path) -> None:
    assert (
        "note: the bill has no costs of `search`\n"
        in run("showback", "--billing", bill, "--team", "search").err
    )
    ran = run("showback", "--billing", bill, "--team", "serach")
    assert (ran.code, "did you mean `search`?" in ran.err) == (2, True)
