"""What a showback says of rules that give to nobody."""

from pathlib import Path

from tagward_service.showback.report import ShowbackReport, report_on
from tagward_service.showback.rule_file import read_rules
from tests.service.billing.bills import write_csv
from tests.service.showback.test_checks import HEAD, REGISTERED, month

USAGE = {("2026-10", "cpu"): {"kube-system": 3, "fraud": 1}}


def told(tmp_path: Path, rules: str) -> ShowbackReport:
    from datetime import date
    from decimal import Decimal

    from tagward_service.billing.bill import read_bill
    from tagward_service.billing.judged import judge_bill

    lines = [month(10), month(10, "8", ServiceName="Kubernetes", Tags={})]
    judged = judge_bill(read_bill([write_csv(tmp_path / "b.csv", lines)]), REGISTERED, date(2026, 11, 21))
    (tmp_path / "rules.yaml").write_text(HEAD + rules)
    usage = {key: {name: Decimal(each) for name, each in used.items()} for key, used in USAGE.items()}
    return report_on(judged, read_rules(tmp_path / "rules.yaml"), usage, "effective")


def test_who_gets_a_share_by_usage_is_somebody_or_it_is_said(tmp_path: Path) -> None:
    rule = "  - {id: k8s, source: {services: [Kubernetes]}, method: metric, metric: {name: cpu%s}}\n"

    assert told(tmp_path, rule % "").notes == (
        "allocation `k8s` gives 6.00 USD to `kube-system`, in no registry: `map` it to a team",
    )
    assert told(tmp_path, rule % ", map: {kube-system: search}").notes == ()


def test_shares_that_are_written_down_are_for_somebody_or_it_is_said(tmp_path: Path) -> None:
    rule = "  - {id: k8s, source: {services: [Kubernetes]}, method: fixed, shares: {frod: 1, old: 1}}\n"

    assert told(tmp_path, rule).notes[:2] == (
        "allocation `k8s` gives to `frod`, in no registry",
        "allocation `k8s` gives to `old`, retired on 2026-08-31",
    )
