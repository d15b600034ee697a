"""What keeps costs from being charged back: owners nobody knows, pools nobody splits, months left out."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tagward.policy import Allowed, Costs
from tagward_service.billing.report import BillingReport, billing_report
from tagward_service.showback.checks import checks_of
from tagward_service.showback.rule_file import read_rules
from tests.service.billing.bills import Line, line, write_csv
from tests.service.billing.test_billing_report import POLICY, TEAM

DAY = date(2026, 11, 21)
TEAMS = Allowed(("fraud", "search", "old"), "teams", {"old": date(2026, 8, 31)})
REGISTERED = replace(
    POLICY, tags=(replace(TEAM, constraint=TEAMS), *POLICY.tags[1:]), costs=Costs(shared=("*Kubernetes*",))
)
DIMENSIONS = "{team: team, project: stage, workload_type: stage, environment: stage, run: stage}"
HEAD = f"apiVersion: tagward/v1\nkind: Showback\ndimensions: {DIMENSIONS}\nallocations:\n"
SUPPORT = "  - {id: support, source: {classes: [support]}, method: proportional}\n"


def month(number: int, cost: str = "100", **changed: Any) -> Line:
    return line(BillingPeriodStart=f"2026-{number:02}-01", EffectiveCost=cost, BilledCost=cost, **changed)


def report(tmp_path: Path, lines: Sequence[Line], rules: str = "") -> BillingReport:
    file = write_csv(tmp_path / "bill.csv", [*(month(each) for each in (8, 9, 10)), *lines])
    if not rules:
        return billing_report(REGISTERED, [file], DAY)
    (tmp_path / "rules.yaml").write_text(HEAD + rules)
    return billing_report(REGISTERED, [file], DAY, checks=checks_of(read_rules(tmp_path / "rules.yaml"), {}))


def test_three_good_months_of_known_owners_are_enough(tmp_path: Path) -> None:
    found = report(tmp_path, [month(10, "7", ServiceName="AWS Support")], SUPPORT)

    assert (found.readiness.ready, found.readiness.missing) == (True, ())


def test_owners_that_nobody_knows_are_named_with_their_cost(tmp_path: Path) -> None:
    lines = [
        month(10, "2", Tags={"team": "frod"}),
        month(9, "3", Tags={"team": "old"}),
        month(9, "1", Tags={}),
    ]

    found = report(tmp_path, lines)

    assert found.readiness.missing == (
        "1 value of `team` in no registry: `frod` (2.00 USD)",
        "1 value of `team` retired: `old` on 2026-08-31 (3.00 USD)",
    )


def test_costs_that_are_shared_need_a_rule_each(tmp_path: Path) -> None:
    lines = [
        month(10, "7", ServiceName="AWS Support"),
        month(9, "5", ServiceName="Amazon Elastic Kubernetes Service", Tags={}),
        month(9, "2", ChargeCategory="Tax", Tags={}),
        month(9, "-2", ChargeCategory="Credit", Tags={}),
    ]
    unsplit = "  - {id: k8s, source: {classes: [shared]}, method: metric, metric: {name: cpu}}\n"

    assert report(tmp_path, lines).readiness.ready
    assert report(tmp_path, lines, SUPPORT + unsplit).readiness.missing == (
        "pool k8s: no way to split it was left (5.00 USD)",
        "no rule splits `tax` costs (2.00 USD)",
    )


def test_usage_gives_to_owners_that_there_are(tmp_path: Path) -> None:
    rule = "  - {id: k8s, source: {classes: [shared]}, method: metric, metric: {name: cpu}}\n"
    (tmp_path / "rules.yaml").write_text(HEAD + rule)
    pooled = month(10, "5", ServiceName="Amazon Elastic Kubernetes Service", Tags={})
    file = write_csv(tmp_path / "bill.csv", [*(month(each) for each in (8, 9, 10)), pooled])
    usage = {("2026-10", "cpu"): {"kube-system": Decimal(1)}}

    checks = checks_of(read_rules(tmp_path / "rules.yaml"), usage)

    assert billing_report(REGISTERED, [file], DAY, checks=checks).readiness.missing == (
        "allocation `k8s` gives 5.00 USD to `kube-system`, in no registry: `map` it to a team",
    )


def test_rules_give_to_owners_that_there_are(tmp_path: Path) -> None:
    rules = (
        "  - {id: a, source: {classes: [support]}, method: fixed, shares: {frod: 1, old: 1, 'pool:b': 1}}\n"
        "  - {id: b, source: {classes: [tax]}, method: even, among: [search]}\n"
        "disputes:\n  - {id: D-1, team: fraud, reason: r, outcome: reassigned, to: nobody}\n"
    )

    assert report(tmp_path, [], rules).readiness.missing == (
        "allocation `a` gives to `frod`, in no registry",
        "allocation `a` gives to `old`, retired on 2026-08-31",
        "dispute `D-1` gives to `nobody`, in no registry",
    )


def test_months_in_a_row_have_none_missing_between_them(tmp_path: Path) -> None:
    months = [month(each) for each in (6, 7, 8, 10)]

    found = billing_report(REGISTERED, [write_csv(tmp_path / "bill.csv", months)], DAY)

    assert found.readiness.missing == ("1 of 3 closed months in a row are at 90 %",)
