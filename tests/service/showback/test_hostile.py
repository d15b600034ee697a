"""Bills that no schema foresaw: no month, the largest money, teams called like markup, formulas and pools."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from tagward_service.outputs import Style
from tagward_service.showback import report as reports
from tagward_service.showback.files import write_csv, write_parquet
from tagward_service.showback.html import html
from tagward_service.showback.json_showback import render
from tagward_service.showback.report import ShowbackReport, showback
from tagward_service.showback.rule_file import read_rules
from tagward_service.showback.text import text
from tests.service.billing.bills import write_csv as write_bill
from tests.service.showback.test_html import Elements
from tests.service.showback.test_report import DAY, POLICY, costing, tags, told

HEAD = "apiVersion: tagward/v1\nkind: Showback\n"
ANYTHING = tuple(replace(tag, constraint=None) for tag in POLICY.tags)
OPEN = replace(POLICY, tags=ANYTHING)


def rows_of(report: ShowbackReport, folder: Path) -> list[dict[str, str]]:
    """Write a report in every way, and return the rows of its CSV."""
    text(report, Style())
    html(report)
    json.loads(render(report))
    write_parquet(report, folder / "out.parquet")
    stream = io.StringIO()
    write_csv(report, stream)
    rows = list(csv.DictReader(io.StringIO(stream.getvalue(), newline="")))
    assert len(rows) == pq.read_table(folder / "out.parquet").num_rows
    return rows


def test_lines_without_a_month_are_told_without_one(tmp_path: Path) -> None:
    dateless = costing("5", Tags=tags("fraud"), BillingPeriodStart=None, ChargePeriodStart=None)

    (row,) = rows_of(told(tmp_path, HEAD, [dateless]), tmp_path)

    assert (row["EffectiveCost"], row["BillingPeriodStart"], row["ChargePeriodEnd"]) == ("5", "", "")


def test_the_largest_money_keeps_every_digit(tmp_path: Path) -> None:
    most = "99999999999999999999.999999999999999999"
    lines = [costing(most, Tags=tags("fraud")), costing(f"-{most}", Tags=tags("search"))]
    rules = HEAD + "allocations: [{id: tax, source: {classes: [tax]}, method: proportional}]\n"
    taxed = costing(f"8{most[1:]}", ChargeCategory="Tax", Tags=None, BillingPeriodStart="2026-04-01")
    paid = costing("0.000000000000000001", Tags=tags("fraud"), BillingPeriodStart="2026-04-01")

    report = told(tmp_path, rules, [*lines, taxed, paid])

    assert {row["EffectiveCost"] for row in rows_of(report, tmp_path)} >= {most, f"-{most}"}
    assert [month.difference for month in report.statement.months] == [0, 0]


HOSTILE = (
    "<script>alert(1)</script>",
    "a\nb",
    "\"quoted'",
    "=cmd()",
    "\u202eteam",
    "pool:tax",
    "{{ 7 * 7 }}",
)


def test_teams_may_be_called_anything(tmp_path: Path) -> None:
    lines = [costing("2", Tags=tags(team)) for team in HOSTILE]
    lines.append(costing("7", ChargeCategory="Tax", Tags=None))
    (tmp_path / "rules.yaml").write_text(
        HEAD + "allocations: [{id: tax, source: {classes: [tax]}, method: even}]\n"
    )
    bill = write_bill(tmp_path / "bill.csv", lines)
    report = showback(OPEN, [bill], DAY, read_rules(tmp_path / "rules.yaml"))

    assert {each.team: (each.direct, each.shared) for each in report.statement.teams} == {
        team: (Decimal(2), Decimal(1)) for team in HOSTILE
    }
    rows = rows_of(report, tmp_path)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@", "\n"))]
    page = Elements(html(report))
    assert "script" not in page.names
    assert "{{ 7 * 7 }}" in html(report)
    shown = text(report, Style())
    assert "\u202e" not in shown
    assert "a\nb" not in shown
    assert "script" not in Elements(html(reports.of_team(report, HOSTILE[0]), HOSTILE[0])).names


def runs_of(folder: Path, *lines: dict[str, Any]) -> tuple[float | None, bool]:
    runs = told(folder, HEAD, list(lines)).runs
    return runs.percent, runs.partial


TRAINED = tags("fraud", ml_workload_type="training", ml_experiment_id="exp-1")
UNNAMED = tags("fraud", ml_workload_type="training")


@pytest.mark.parametrize(
    ("named", "unnamed", "percent", "partial"),
    [("90", "10", 90.0, False), ("89.9999", "10.0001", 89.9, True), ("90", "-50", 100.0, False)],
)
def test_runs_are_partial_just_below_ninety_percent(
    tmp_path: Path, named: str, unnamed: str, percent: float, partial: bool
) -> None:
    found = runs_of(tmp_path, costing(named, Tags=TRAINED), costing(unnamed, Tags=UNNAMED))

    assert found == (percent, partial)


def predicted(folder: Path, *lines: dict[str, Any]) -> ShowbackReport:
    (folder / "made.csv").write_text("period,metric,target,quantity\n2026-05,predictions,cards,1000\n")
    bill = write_bill(folder / "bill.csv", list(lines))
    (folder / "rules.yaml").write_text(HEAD)
    return showback(POLICY, [bill], DAY, read_rules(folder / "rules.yaml"), metrics=[folder / "made.csv"])


def test_predictions_are_partial_when_inference_names_no_project(tmp_path: Path) -> None:
    whole = predicted(tmp_path, costing("9", Tags=tags("fraud")))
    part = predicted(
        tmp_path, costing("8.9", Tags=tags("fraud")), costing("1.1", Tags=tags("fraud", ml_project=""))
    )

    assert (whole.predictions_partial, part.predictions_partial) == (False, True)
    assert json.loads(render(part))["predictions_partial"] is True
    assert "PARTIAL" in text(part, Style())
    assert "PARTIAL" not in text(whole, Style())


def test_costs_whose_workload_type_nobody_knows_are_noted(tmp_path: Path) -> None:
    unknown = {"ml-team": "fraud", "ml-project": "cards", "ml-environment": "prod"}

    some = told(tmp_path, HEAD, [costing("90", Tags=TRAINED), costing("11", Tags=unknown)])
    few = told(tmp_path, HEAD, [costing("91", Tags=TRAINED), costing("9", Tags=unknown)])

    assert some.notes == (
        "10.8 % of chargeable cost has no valid `ml-workload-type`: "
        "runs and predictions may cost more than is told",
    )
    assert few.notes == ()


def test_a_month_that_is_told_anew_replaces_what_was_told_before(tmp_path: Path) -> None:
    rules = HEAD + "disputes: [{id: D, team: fraud, reason: r, services: ['*'], outcome: excluded}]\n"
    april = costing("4", Tags=tags("fraud"), BillingPeriodStart="2026-04-01")
    state = tmp_path / "state"

    told(tmp_path, rules, [april, costing("60", Tags=tags("fraud"))], state=state)
    may = [costing("50", Tags=tags("fraud")), costing("1", Tags=tags("nlp"))]
    again = told(tmp_path, rules, may, state=state)

    assert [(each.period, int(each.billed), int(each.unallocated)) for each in again.statement.months] == [
        ("2026-04", 4, 4),
        ("2026-05", 51, 50),
    ]
    assert [(each.period, int(each.amount)) for each in again.disputes[0].months] == [
        ("2026-04", 4),
        ("2026-05", 50),
    ]
