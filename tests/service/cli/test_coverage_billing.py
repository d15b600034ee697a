"""Coverage by cost from the command line: options in, outputs and a gate out."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from tagward.errors import InputError, UsageError
from tagward_service.cli import options
from tagward_service.cli.coverage_billing import BILLING_OPTIONS, code_of, run_billing
from tagward_service.cli.exits import Exit
from tagward_service.cli.settings import resolve
from tagward_service.cli.store_options import STORE
from tagward_service.store import open_store
from tests.generators.random_policies import DAY
from tests.service.billing.bills import line, write_csv
from tests.service.billing.test_billing_report import POLICY
from tests.service.cli.conftest import Run
from tests.service.store.stories import GOOD, HERE, NO_TEAM, scan

OPTIONS = (*BILLING_OPTIONS, STORE, options.POLICY, options.FORMAT, options.COLOR, options.QUIET)


def ran(*, by: tuple[str, ...] = (), **given: Any) -> Exit:
    """Run with the options given, and return what it comes to."""
    arguments = argparse.Namespace(**{option.name: None for option in OPTIONS} | given)
    return code_of(run_billing(resolve(OPTIONS, arguments, {}), POLICY, DAY, by))


def bill(tmp_path: Path, **changed: Any) -> str:
    """Write four months of a bill."""
    months = [line(BillingPeriodStart=f"2026-{month:02}-01", **changed) for month in range(7, 11)]
    return write_csv(tmp_path / "bill.csv", months)


def test_text_is_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(billing=[bill(tmp_path)], by=("service",)) is Exit.CLEAN

    shown = capsys.readouterr().out
    assert "100 %   threshold 90 %: 4.00 of 4.00 USD (effective cost)" in shown
    assert "by service\n  Amazon Elastic Compute Cloud" in shown
    assert "chargeback ready" in shown


def test_several_formats_are_written_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "coverage.json"

    code = ran(billing=[bill(tmp_path, Tags={})], format=["csv", f"json={file}"], basis="billed")

    assert code is Exit.FINDINGS
    assert json.loads(file.read_text())["by_cost"]["unattributed"] == "6"
    assert capsys.readouterr().out.splitlines()[0].startswith("cloud,provider,account")


def test_a_bill_that_cannot_be_read_in_full_is_incomplete(tmp_path: Path) -> None:
    assert ran(billing=[bill(tmp_path, Tags="{")]) is Exit.INCOMPLETE
    assert ran(billing=[bill(tmp_path, EffectiveCost="much")]) is Exit.INCOMPLETE


def test_a_bill_without_anything_to_judge_is_told_from_a_good_one(tmp_path: Path) -> None:
    assert ran(billing=[bill(tmp_path, ChargeCategory="Tax")]) is Exit.NOTHING


@pytest.mark.parametrize("currency", [None, "EUR"])
def test_a_bill_of_a_header_alone_has_nothing_to_judge(tmp_path: Path, currency: str | None) -> None:
    file = Path(bill(tmp_path))
    file.write_text(file.read_text().partition("\n")[0])

    assert ran(billing=[str(file)], currency=currency) is Exit.NOTHING


def test_a_state_folder_and_a_month_can_be_named(tmp_path: Path) -> None:
    state = tmp_path / "state"

    assert ran(billing=[bill(tmp_path)], billing_state=str(state), period="2026-07") is Exit.FINDINGS
    assert (state / "bills.json").exists()


def test_the_rules_of_showback_are_part_of_the_gate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "apiVersion: tagward/v1\nkind: Showback\n"
        "dimensions: {team: team, project: stage, workload_type: stage, environment: stage, run: stage}\n"
    )
    months = [line(BillingPeriodStart=f"2026-{month:02}-01") for month in (8, 9, 10)]
    file = write_csv(tmp_path / "bill.csv", [*months, line(ChargeCategory="Tax", Tags={})])

    assert ran(billing=[file], format=["json"]) is Exit.CLEAN
    beside = str(tmp_path / "tagward.yaml")
    assert ran(billing=[file], rules=str(rules), policy=beside) is Exit.FINDINGS

    assert "chargeback is not ready\n  no rule splits `tax` costs (1.00 USD)" in capsys.readouterr().out
    with pytest.raises(UsageError, match="--rules FILE"):
        ran(billing=[file], metrics=["usage.csv"])


def test_what_is_wrong_with_the_command_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        ran(billing=[str(tmp_path / "none.csv")])
    with pytest.raises(UsageError, match="did you mean `account`"):
        ran(billing=[bill(tmp_path)], by=("acount",))
    with pytest.raises(UsageError, match="basis"):
        ran(billing=[bill(tmp_path)], basis="listed")


def test_gaps_are_joined_with_what_scans_found(run: Run, here: Path) -> None:
    store = open_store(str(here / "scans.db"), snapshots=str(here / "snapshots"))
    scan(store, {HERE: {"i-1": NO_TEAM, "i-2": GOOD}})
    store.close()
    lines = [
        line(ResourceId=each, EffectiveCost=f"{9 - number}")
        for number, each in enumerate(("i-1", "i-2", "i-3"))
    ]
    file = write_csv(here / "gaps.csv", lines)

    told = run("coverage", "--billing", file, "--store", "scans.db")
    untold = run("coverage", "--billing", file, "-f", "json")

    first, second, third = [
        each for each in told.out.splitlines() if each.split()[1:2] in (["i-1"], ["i-2"], ["i-3"])
    ]
    assert "TW001 since 20" in first
    assert second.endswith("scanned, and nothing is open")
    assert third.endswith("never scanned")
    assert [gap["scan"] for gap in json.loads(untold.out)["gaps"]] == [None] * 3
    assert run("coverage", "--billing", file, "--store", "none.db").code == 2


def test_what_is_kept_is_what_is_told(run: Run, here: Path) -> None:
    kept_bill = write_csv(here / "kept.csv", [line(Tags={"ml-team": "fraud"})])

    told = run("coverage", "--billing", kept_bill, "-f", "json", "--keep", "--store", "tagward.db")

    store = open_store(str(here / "tagward.db"))
    kept = store.report("costs", "ml-platform")
    store.close()
    assert kept
    assert kept.content.decode() == told.out
