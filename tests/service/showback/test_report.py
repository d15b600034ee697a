import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tagward.errors import UsageError
from tagward.loader import load
from tagward.policy import Policy
from tagward_service.billing.bill import read_bill
from tagward_service.outputs import Style
from tagward_service.showback.files import write_csv, write_parquet
from tagward_service.showback.json_showback import as_json, render
from tagward_service.showback.report import ShowbackReport, showback
from tagward_service.showback.rule_file import read_rules
from tagward_service.showback.rules import Showback
from tagward_service.showback.text import text
from tests.service.billing.bills import line
from tests.service.billing.bills import write_csv as write_bill

DAY = date(2026, 11, 21)
POLICY = load("pack:ml-platform", as_of=DAY)
NOTHING = Showback("tagward/v1", "Showback")


def tags(team: str, **more: str) -> dict[str, str]:
    found = {
        "ml-team": team,
        "ml-project": "cards",
        "ml-workload-type": "inference",
        "ml-environment": "prod",
    }
    return found | {key.replace("_", "-"): value for key, value in more.items()}


def costing(amount: str, **changed: Any) -> dict[str, Any]:
    return line(**{"BilledCost": amount, "EffectiveCost": amount} | changed)


LINES = [
    costing("60", Tags=tags("fraud")),
    costing("30", Tags=tags("fraud", ml_workload_type="training", ml_experiment_id="exp-1")),
    costing("10", Tags=tags("search")),
    costing("7", Tags={}),
    costing("3", Tags=tags("NOT A TEAM!")),
    costing("20", ServiceName="Amazon Elastic Kubernetes Service", Tags=tags("platform")),
    costing("5", ChargeCategory="Tax", ResourceId=None, Tags=None),
    costing("-2", ChargeCategory="Credit", ResourceId=None, Tags=None),
]
RULES = """\
apiVersion: tagward/v1
kind: Showback
allocations:
  - id: k8s
    source: {services: ["*Kubernetes*"]}
    method: metric
    metric: {name: cpu}
  - {id: tax, source: {classes: [tax]}, method: proportional}
budgets:
  fraud: {amount: 100, currency: USD}
"""


def told(
    folder: Path, rules: str = RULES, lines: list[dict[str, Any]] = LINES, **options: Any
) -> ShowbackReport:
    (folder / "rules.yaml").write_text(rules)
    (folder / "usage.csv").write_text(
        "period,metric,target,quantity\n2026-05,cpu,fraud,3\n2026-05,cpu,search,1\n"
    )
    bill = write_bill(folder / "bill.csv", lines)
    return showback(
        POLICY, [bill], DAY, read_rules(folder / "rules.yaml"), metrics=[folder / "usage.csv"], **options
    )


def sums(report: ShowbackReport) -> dict[str, tuple[str, str]]:
    return {each.team: (f"{each.direct:f}", f"{each.shared:f}") for each in report.statement.teams}


def test_every_cost_is_direct_shared_or_unallocated_and_the_parts_are_the_bill(tmp_path: Path) -> None:
    report = told(tmp_path)

    month = report.statement.months[0]
    assert month.billed == 133
    assert month.difference == 0
    assert {team: tuple(Decimal(each) for each in both) for team, both in sums(report).items()} == {
        "fraud": (Decimal(90), Decimal("19.5")),
        "search": (Decimal(10), Decimal("5.5")),
    }
    assert {each.reason: each.amount for each in report.statement.unallocated} == {
        "no valid ml-team": 10,
        "credits": -2,
    }


def test_workload_types_and_pools_are_lines_of_a_team(tmp_path: Path) -> None:
    fraud = told(tmp_path).statement.teams[0]

    assert [(each.kind, each.name, each.amount) for each in fraud.lines] == [
        ("direct", "inference", Decimal(60)),
        ("direct", "training", Decimal(30)),
        ("shared", "k8s", Decimal(15)),
        ("shared", "tax", Decimal("4.5")),
    ]


def test_a_budget_that_is_used_up_is_told(tmp_path: Path) -> None:
    alert = told(tmp_path).alerts[0]

    assert (alert.kind, alert.team, alert.percent) == ("spent", "fraud", Decimal("109.5"))
    assert str(alert) == "fraud, 2026-05: 109.50 USD is 110 % of its budget of 100.00"


def test_a_sudden_rise_is_told(tmp_path: Path) -> None:
    months = [
        costing(amount, BillingPeriodStart=f"2026-0{number}-01T00:00:00Z", Tags=tags("fraud"))
        for number, amount in enumerate(("10", "12", "11", "40"), 1)
    ]
    rules = RULES.replace("amount: 100,", "amount: 1000,")

    alerts = told(tmp_path, rules, months).alerts

    assert [(each.kind, each.period, each.against) for each in alerts] == [("rise", "2026-04", Decimal(11))]


def test_a_dispute_takes_costs_away_or_gives_them_on(tmp_path: Path) -> None:
    lines = [
        costing("60", Tags=tags("fraud"), ResourceId="arn:a"),
        costing("30", Tags=tags("fraud"), ResourceId="arn:b"),
        costing("5", Tags=tags("fraud"), ResourceId="arn:c"),
        costing("1", Tags=tags("search"), ResourceId="arn:a"),
    ]
    rules = """\
apiVersion: tagward/v1
kind: Showback
disputes:
  - {id: D-1, team: fraud, reason: not ours, resources: ["arn:a"], outcome: reassigned, to: search}
  - {id: D-2, team: fraud, reason: a test of finance, resources: ["arn:b"], outcome: excluded}
  - {id: D-3, team: fraud, reason: too dear, resources: ["arn:c"]}
"""

    report = told(tmp_path, rules, lines)

    assert {team: Decimal(direct) for team, (direct, _) in sums(report).items()} == {"search": 61, "fraud": 5}
    assert {each.reason: each.amount for each in report.statement.unallocated} == {"dispute D-2": 30}
    assert report.statement.months[0].difference == 0


def test_runs_are_told_with_how_much_of_training_names_its_run(tmp_path: Path) -> None:
    runs = told(tmp_path).runs
    partial = told(
        tmp_path,
        lines=[*LINES, costing("30", Tags=tags("search", ml_workload_type="training"))],
    ).runs

    assert (runs.percent, runs.partial) == (100.0, False)
    assert [(each.run, each.team, each.amount) for each in runs.runs] == [("exp-1", "fraud", Decimal(30))]
    assert (partial.percent, partial.partial) == (50.0, True)


def test_a_thousand_predictions_have_a_price_where_a_metric_counts_them(tmp_path: Path) -> None:
    (tmp_path / "made.csv").write_text("period,metric,target,quantity\n2026-05,predictions,cards,140000\n")
    bill = write_bill(tmp_path / "bill.csv", LINES)

    report = showback(POLICY, [bill], DAY, NOTHING, metrics=[tmp_path / "made.csv"])

    found = report.predictions
    assert [(each.project, each.predictions) for each in found] == [("cards", Decimal(140_000))]
    assert found[0].per_thousand == found[0].amount / 140


@pytest.mark.parametrize("name", ["team", "project", "run"])
def test_a_tag_that_the_policy_does_not_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="`ml-teams`"):
        told(tmp_path, RULES + f"dimensions: {{{name}: ml-teams}}\n")


def own_policy(folder: Path, *tags: str) -> Policy:
    listed = "".join(f"  {tag}: {{required: true}}\n" for tag in tags)
    file = folder / "tagward.yaml"
    file.write_text(
        f"apiVersion: tagward/v1\nkind: TagPolicy\nmetadata: {{name: own, version: 1.0.0}}\ntags:\n{listed}"
    )
    return load(file, as_of=DAY)


def test_a_policy_of_other_tags_is_told_by_those_it_has(tmp_path: Path) -> None:
    policy = own_policy(tmp_path, "cost-team", "ml-project")
    bill = write_bill(
        tmp_path / "bill.csv",
        [costing("6", Tags={"cost-team": "fraud", "ml-project": "cards"}), costing("4")],
    )

    report = showback(policy, [bill], DAY, NOTHING)

    assert [
        (each.kind, each.place.team, each.place.project, each.amount) for each in report.statement.charges
    ] == [
        ("unallocated", "", "", Decimal(4)),
        ("direct", "fraud", "cards", Decimal(6)),
    ]
    assert (report.runs.runs, report.predictions, report.notes) == ((), (), ())
    assert "training runs" not in text(report, Style())


def test_a_policy_without_any_tag_of_teams_says_how_to_name_one(tmp_path: Path) -> None:
    bill = write_bill(tmp_path / "bill.csv", LINES)

    with pytest.raises(UsageError, match=r"write `dimensions: \{team: TAG\}` with one of area, stage"):
        showback(own_policy(tmp_path, "area", "stage"), [bill], DAY, NOTHING)


def test_csv_and_parquet_are_bills_of_focus_that_can_be_read_again(tmp_path: Path) -> None:
    report = told(tmp_path)
    with (tmp_path / "out.csv").open("w", newline="") as stream:
        write_csv(report, stream)
    write_parquet(report, tmp_path / "out.parquet")

    with (tmp_path / "out.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert sum(Decimal(row["EffectiveCost"]) for row in rows) == 133
    table = pq.read_table(tmp_path / "out.parquet")
    assert sum(table["EffectiveCost"].to_pylist()) == 133
    shared = [row for row in rows if row["x_Allocation"] == "shared" and row["AllocatedMethodId"] == "k8s"]
    assert [json.loads(row["AllocatedTags"]) for row in shared] == [
        {"ml-team": "fraud"},
        {"ml-team": "search"},
    ]
    ratios = [json.loads(row["AllocatedMethodDetails"])["Elements"][0]["AllocatedRatio"] for row in shared]
    assert ratios == [0.75, 0.25]
    for file in ("out.csv", "out.parquet"):
        again = read_bill([str(tmp_path / file)])
        read = again.connection.execute("SELECT sum(effective) FROM lines").fetchone()
        assert read
        assert read[0] == 133


def test_nobody_can_write_a_formula_into_a_spreadsheet(tmp_path: Path) -> None:
    dispute = "{id: D, team: fraud, reason: r, outcome: reassigned, to: '=cmd()'}"
    report = told(tmp_path, RULES.replace("id: tax", "id: '=1+1'") + f"disputes:\n  - {dispute}\n")
    with (tmp_path / "out.csv").open("w+", newline="") as stream:
        write_csv(report, stream)
        stream.seek(0)
        cells = [cell for row in csv.reader(stream) for cell in row]

    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def test_json_holds_every_digit_and_text_tells_the_same(tmp_path: Path) -> None:
    lines = [costing("0.1234567891", Tags=tags("fraud")), costing("1e-10", Tags={})]
    report = told(tmp_path, lines=lines)

    data = json.loads(render(report))

    assert data["months"][0]["billed"] == "0.1234567892"
    assert data["teams"][0]["total"] == "0.1234567891"
    assert as_json(report).version == 1
    shown = text(report, Style())
    assert "2026-05  0.12 USD: 0.12 direct, 0.00 shared" in shown
    assert "no valid ml-team" in shown
    assert "IS MISSING" not in shown
