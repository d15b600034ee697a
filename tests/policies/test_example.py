"""The example organisation loads now and in the months to come, and means what its comments say."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tagward.findings import Status
from tagward.loader import load
from tagward.policy import Policy
from tagward.resource import Part
from tests.policies.judging import around, aws, findings, gcp, judged, only, pod, said
from tests.policies.policy_files import DAY

EXAMPLE = Path(__file__).parents[2] / "policies" / "example" / "tagward.yaml"

TAGS = {
    "ml-team": "fraud-detection",
    "ml-project": "card-scoring",
    "ml-workload-type": "notebook",
    "ml-environment": "prod",
    "ml-cost-center": "cc-4711",
}


@pytest.fixture(scope="module")
def acme() -> Policy:
    return load(EXAMPLE, as_of=DAY)


@pytest.mark.parametrize("months", range(0, 60, 3))
def test_the_example_loads_for_years(months: int) -> None:
    day = DAY + timedelta(days=30 * months)
    assert load(EXAMPLE, as_of=day).name == "acme"


def test_what_carries_its_tags_is_compliant_on_any_day(acme: Policy) -> None:
    for day in (DAY, date(2027, 1, 15), date(2027, 4, 1), date(2030, 1, 1)):
        assert not findings(acme, aws(TAGS), as_of=day)
        in_gcp = {("ml_team" if key == "ml-team" else key): value for key, value in TAGS.items()}
        assert not findings(acme, gcp(in_gcp), as_of=day)
        assert not findings(acme, pod(TAGS), as_of=day)


def test_a_retired_team_is_a_finding_that_says_when(acme: Policy) -> None:
    finding = only(acme, aws(TAGS | {"ml-team": "ad-models"}))
    assert (finding.code, finding.status) == ("TW002", "violation")
    assert "retired since 2026-09-30" in finding.message
    assert "teams.csv" in finding.fix


def test_the_old_key_counts_to_the_end_of_march(acme: Policy) -> None:
    tags = {("team" if key == "ml-team" else key): value for key, value in TAGS.items()}
    assert judged(acme, aws(tags), as_of=date(2027, 3, 31)).status == Status.COMPLIANT
    assert judged(acme, aws(tags), as_of=date(2027, 4, 1)).status == Status.VIOLATING


def test_the_label_of_a_namespace_counts_for_the_team_and_for_no_other_tag(acme: Policy) -> None:
    rest = {key: value for key, value in TAGS.items() if key != "ml-team"}
    assert not findings(acme, pod(rest, inherited=(around("namespace", TAGS),)))
    assert {each.tag for each in findings(acme, pod(inherited=(around("namespace", TAGS),)))} == {
        *("ml-project", "ml-workload-type", "ml-environment", "ml-cost-center"),
    }


def test_the_cost_center_warns_now_and_denies_from_its_day(acme: Policy) -> None:
    tags = {key: value for key, value in TAGS.items() if key != "ml-cost-center"}
    without = aws(tags)
    modes = {
        (day, surface): only(acme, without, as_of=date(2027, 1, day), surface=surface).mode
        for day in (14, 15)
        for surface in ("ci", "admission", "cloud", "scan")
    }
    assert {modes[14, surface] for surface in ("ci", "admission", "cloud", "scan")} == {"warn"}
    assert [modes[15, surface] for surface in ("ci", "admission", "cloud", "scan")] == [
        *("deny", "deny", "deny", "warn"),
    ]
    assert not findings(acme, aws(tags, account="999900001111"))


def test_the_sandbox_only_recommends(acme: Policy) -> None:
    tags = TAGS | {"ml-environment": "dev"}
    assert said(acme, aws(tags, account="777788889999")) == [
        ("TW001", "ml-expires-on", "warning", "recommended")
    ]
    assert not findings(acme, pod(tags, namespace="sandbox-shared"))


def test_a_model_is_named_where_it_is_served_but_not_in_dev(acme: Policy) -> None:
    served = TAGS | {"ml-workload-type": "inference"}
    assert only(acme, aws(served)).tag == "ml-model"
    assert not findings(acme, aws(served | {"ml-environment": "dev"}))


def test_an_old_value_names_the_new_one(acme: Policy) -> None:
    finding = only(acme, aws(TAGS | {"ml-environment": "production"}))
    assert finding.code == "TW008"
    assert "prod" in finding.fix


def test_the_volumes_of_the_vendor_are_exempt_until_the_end_of_april(acme: Policy) -> None:
    tags = TAGS | {"ml-workload-type": "training"}
    volume = aws(
        {key: value for key, value in tags.items() if key != "ml-cost-center"}, type="aws:ec2:volume"
    )
    assert judged(acme, volume, as_of=date(2027, 4, 30)).status == Status.EXEMPT
    assert judged(acme, volume, as_of=date(2027, 5, 1)).status == Status.VIOLATING
    assert judged(acme, aws(tags, parts=(Part("x", "y"),))).status == Status.VIOLATING


def test_what_is_forbidden_is_found_and_not_shown(acme: Policy) -> None:
    finding = only(acme, aws(TAGS | {"Key": "AKIA0123456789ABCDEF"}))
    assert (finding.code, finding.value) == ("TW007", None)
    assert only(acme, aws(TAGS | {"db_password": "x"})).code == "TW007"


def test_the_model_is_demanded_in_ci_and_at_admission(acme: Policy) -> None:
    served = aws(TAGS | {"ml-workload-type": "inference"})
    modes = [only(acme, served, surface=surface).mode for surface in ("ci", "admission", "cloud", "scan")]
    assert modes == ["deny", "deny", "audit", "audit"]
