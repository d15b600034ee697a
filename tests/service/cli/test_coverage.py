"""`tagward coverage` and `tagward readiness` over a real store."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tagward_service.coverage.json_coverage import json_schema
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import open_store
from tagward_service.store.interface import ScanState
from tests.service.cli.conftest import Run
from tests.service.store.stories import GOOD, HERE, NO_TEAM, begin, instance, scan, write

POLICY = "pack:ml-platform"
HALF = {HERE: {"a": GOOD, "b": NO_TEAM}}
AT = ("--policy", POLICY, "--store", "tagward.db", "--as-of", "2026-11-21")


@pytest.fixture(autouse=True)
def _no_store_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TAGWARD_STORE", "TAGWARD_BY", "TAGWARD_MIN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def half(here: Path) -> None:
    """A store of a scan that found one of two resources compliant."""
    store = open_store("tagward.db")
    scan(store, HALF)
    store.close()


@pytest.mark.usefixtures("half")
def test_coverage_tells_how_it_stands_and_does_not_fail(run: Run) -> None:
    ran = run("coverage", *AT, "--by", "tag:ml-team", "--by", "account")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0].startswith("coverage  ")
    assert "50 %   threshold 90 %: 1 more of 2 taggable resources to go" in lines[0]
    assert "change    1 new finding, 0 fixed" in lines
    assert "by tag:ml-team" in lines
    assert "fewest fixes: 1 piece of work reaches 100 %; at least 1 tag to set" in lines


@pytest.mark.usefixtures("half")
@pytest.mark.parametrize(("percent", "code"), [("50", 0), ("50.1", 1), ("90", 1), ("0", 0)])
def test_readiness_is_a_gate(run: Run, percent: str, code: int) -> None:
    assert run("readiness", *AT, "--min", percent, "-q").code == code


@pytest.mark.usefixtures("half")
def test_without_a_minimum_the_policy_decides(run: Run) -> None:
    ran = run("readiness", *AT)
    assert ran.code == 1
    assert "threshold 90 %" in ran.out


@pytest.mark.usefixtures("half")
@pytest.mark.parametrize("percent", ["", "-1", "100.5", "nan", "ninety", "1e999", "٣"])
def test_a_minimum_that_is_no_percent_is_an_error_of_usage(run: Run, percent: str) -> None:
    ran = run("readiness", *AT, f"--min={percent}")
    assert ran.code == 2
    assert "--min" in ran.err


def test_nothing_scanned_is_exit_code_3(run: Run) -> None:
    open_store("tagward.db").close()
    assert [run("coverage", *AT).code, run("readiness", *AT).code] == [3, 3]


def test_what_could_not_be_read_is_exit_code_4_even_above_the_threshold(run: Run) -> None:
    store = open_store("tagward.db")
    scanning = begin(store)
    scanning.plan([HERE], [NotEvaluated("account 999988887777", "access denied", incomplete=True)])
    write(scanning, HERE, [instance("a", GOOD)])
    scanning.finish(ScanState.INCOMPLETE)
    store.close()
    for command in ("coverage", "readiness"):
        ran = run(command, *AT)
        assert ran.code == 4
        assert "account 999988887777: access denied" in ran.out


def test_a_store_that_is_not_there_is_not_made(run: Run, here: Path) -> None:
    ran = run("coverage", *AT)
    assert ran.code == 2
    assert "there is no store at `tagward.db`; `tagward scan` makes it" in ran.err
    assert not (here / "tagward.db").exists()


def test_the_store_is_found_beside_the_policy(run: Run, here: Path) -> None:
    (here / "policies").mkdir()
    (here / "policies" / "tagward.yaml").write_text(
        "apiVersion: tagward/v1\nkind: TagPolicy\n"
        "metadata: {name: ml-platform, version: 1.0.0, owner: me@example.com}\nextends: [pack:ml-platform]\n"
    )
    store = open_store("policies/tagward.db")
    scan(store, HALF)
    store.close()
    ran = run("coverage", "--policy", "policies/tagward.yaml", "--as-of", "2026-11-21")
    assert (ran.code, "50 %" in ran.out) == (0, True)


def test_the_store_of_a_pack_is_in_the_state_folder(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(here / "state"))
    ran = run("coverage", "--policy", POLICY, "--show-config")
    assert f"{here / 'state' / 'tagward' / 'tagward.db'}" in ran.out


@pytest.mark.usefixtures("half")
def test_every_format_goes_where_it_is_sent(run: Run, here: Path) -> None:
    outputs = ("-f", "json", "-f", "csv=c.csv", "-f", "markdown=c.md", "-f", "text=c.txt")
    ran = run("coverage", *AT, *outputs)
    jsonschema.validate(json.loads(ran.out), json_schema())
    assert (here / "c.csv").read_text().splitlines()[1] == "all,,50.0,2,1,0,0"
    assert (here / "c.md").read_text().startswith("### tagward: 50 % of 2 taggable resources are compliant")
    assert "\x1b" not in (here / "c.txt").read_text()


@pytest.mark.usefixtures("half")
@pytest.mark.parametrize(
    ("option", "said"),
    [(("--by", "acount"), "did you mean `account`?"), (("-f", "sarif"), "choose from text")],
)
def test_mistakes_are_explained(run: Run, option: tuple[str, str], said: str) -> None:
    ran = run("coverage", *AT, *option)
    assert ran.code == 2
    assert said in ran.err


BILL = (
    "BilledCost,EffectiveCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,BillingPeriodStart,"
    "BillingPeriodEnd,ChargeCategory,ServiceName,ServiceCategory,ServiceProviderName,ProviderName,"
    "SubAccountId,ResourceId,ResourceType,Tags\n"
)


def test_cost_without_a_bill_is_an_error_of_usage(run: Run) -> None:
    ran = run("readiness", *AT, "--by", "cost")
    assert ran.code == 2
    assert "--billing FILE" in ran.err


def bill(here: Path, *tags: str) -> None:
    """Write a bill with a line of ten dollars for each set of tags."""
    lines = [
        "10,10,USD,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,Usage,"
        "Amazon Elastic Compute Cloud,Compute,AWS,AWS,111122223333,"
        f'arn:aws:ec2:eu-west-1:111122223333:instance/i-{number},Instance,"{each}"\n'
        for number, each in enumerate(tags)
    ]
    (here / "bill.csv").write_text(BILL + "".join(lines))


def test_with_a_bill_coverage_is_told_by_cost(run: Run, here: Path) -> None:
    good = json.dumps(GOOD).replace('"', '""')
    bill(here, good, "{}", good, good)
    given = ("--policy", POLICY, "--as-of", "2026-11-21", "--billing", "bill.csv")
    ran = run("coverage", *given, "-f", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["by_cost"]["percent"] == 75.0
    assert run("readiness", *given, "--min", "80", "-q").code == 1


def test_a_store_that_is_named_has_to_be_there(run: Run, here: Path) -> None:
    bill(here, "{}")
    ran = run("coverage", *AT, "--billing", "bill.csv")
    assert ran.code == 2
    assert "there is no store at `tagward.db`" in ran.err
