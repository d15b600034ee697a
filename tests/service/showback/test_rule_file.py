from decimal import Decimal
from pathlib import Path

import pytest

from tagward.errors import UsageError
from tagward_service.showback.rule_file import read_rules

HEAD = "apiVersion: tagward/v1\nkind: Showback\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "showback.yaml"
    path.write_text(HEAD + text)
    return path


def test_every_way_to_split_can_be_written(tmp_path: Path) -> None:
    rules = read_rules(
        written(
            tmp_path,
            """\
allocations:
  - id: k8s-platform
    source: {services: [Amazon Elastic Kubernetes Service], tags: {ml-project: [platform-k8s]}}
    method: metric
    metric: {weights: {cpu_core_hours: 1, gpu_hours: 20.5}, map: {kube-system: platform}}
    fallback: proportional
  - {id: support, source: {classes: [support]}, method: proportional}
  - {id: monitoring, source: {services: ["*CloudWatch*"]}, method: fixed, shares: {fraud: 0.4, search: 0.6}}
  - {id: lake, source: {resources: ["arn:aws:s3:::lake*"]}, method: even, among: [fraud, search]}
budgets:
  fraud: {amount: 12000, currency: USD}
disputes:
  - {id: D-7, team: fraud, reason: not ours, services: [Amazon S3], outcome: reassigned, to: search}
""",
        )
    )

    assert [rule.method for rule in rules.allocations] == ["metric", "proportional", "fixed", "even"]
    assert rules.allocations[2].shares == {"fraud": Decimal("0.4"), "search": Decimal("0.6")}
    assert rules.budgets["fraud"].amount == 12000
    assert rules.dimensions.team == "ml-team"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "allocations:\n  - {id: a, source: {classes: [tax]}, method: evenly}\n",
            r"yaml:4: .*evenly",
        ),
        ("allocations:\n  - {id: a, source: {}, method: even}\n", "its source would take every line"),
        ("allocation: []\n", "unknown field `allocation`"),
        ("allocations:\n  - {id: a, source: {classes: [tax]}, method: fixed}\n", "needs `shares`"),
        ("allocations:\n  - {id: a, source: {classes: [tax]}, method: metric}\n", "which metric decides"),
        (
            "allocations:\n  - {id: a, source: {classes: [tax]}, method: even}\n"
            "  - {id: a, source: {classes: [credit]}, method: even}\n",
            "`a` is there twice",
        ),
        (
            "allocations:\n  - {id: a, source: {classes: [tax]}, method: even, among: ['pool:a']}\n",
            "in a circle: a -> a",
        ),
        ("disputes:\n  - {id: D, team: a, reason: r, outcome: reassigned}\n", "`to` names the team"),
        (
            "allocations: [{id: a, source: {classes: [tax]}, method: fixed, shares: {x: .nan}}]\n",
            "`a`: shares are numbers, 0 or more",
        ),
        (
            "allocations:\n- {id: a, source: {classes: [tax]}, method: metric, "
            "metric: {weights: {gpu: -1}}}\n",
            "`a`: weights are numbers, 0 or more",
        ),
        (
            "allocations:\n- {id: a, source: {classes: [tax]}, method: metric, "
            "metric: {weights: {gpu: .inf}}}\n",
            "`a`: weights are numbers, 0 or more",
        ),
        ("allocations: [{id: '', source: {classes: [tax]}, method: even}]\n", "an allocation has no name"),
        ("budgets: {fraud: {amount: .nan, currency: USD}}\n", "the budget of `fraud`: its amounts"),
        ("budgets: {fraud: {amount: -5, currency: USD}}\n", "the budget of `fraud`: its amounts"),
        ("budgets: {fraud: {amount: 0, currency: USD}}\n", "the budget of `fraud` is 0"),
        ("disputes: [{id: D, team: a, reason: r}, {id: D, team: b, reason: r}]\n", "`D` is there twice"),
        ("disputes: [{id: ' ', team: a, reason: r}]\n", "a dispute has no name"),
        ("disputes: [{id: D, team: a, reason: r, periods: [May]}]\n", "`D`: `May` is no month"),
        ("allocations: [&x [*x]]\n", "showback.yaml"),
        ("budgets: {fraud: {amount: lots, currency: USD}}\n", "showback.yaml:3"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_rules(written(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        read_rules(tmp_path / "none.yaml")
