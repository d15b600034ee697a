import json
from pathlib import Path

import pytest

from tagward_service.store import open_store
from tests.service.billing.bills import line, write_csv
from tests.service.cli.conftest import Run

RULES = """\
apiVersion: tagward/v1
kind: Showback
allocations:
  - {id: tax, source: {classes: [tax]}, method: proportional}
"""
TAGS = {"ml-team": "fraud", "ml-project": "cards", "ml-workload-type": "inference", "ml-environment": "prod"}


@pytest.fixture
def bill(here: Path) -> str:
    """A bill of two lines, and rules beside it."""
    (here / "rules.yaml").write_text(RULES)
    tax = line(ChargeCategory="Tax", ResourceId=None, Tags=None, EffectiveCost="0.2")
    return write_csv(here / "bill.csv", [line(Tags=TAGS, EffectiveCost="1"), tax])


def test_text_tells_each_team(run: Run, bill: str) -> None:
    ran = run("showback", "--billing", bill, "--rules", "rules.yaml", "--policy", "pack:ml-platform")

    assert ran.code == 0
    assert "2026-05  1.20 USD: 1.00 direct, 0.20 shared, 0.00 unallocated" in ran.out
    assert "fraud" in ran.out


def test_every_format_is_written_at_once(run: Run, bill: str, here: Path) -> None:
    ran = run(
        *("showback", "--billing", bill, "--rules", "rules.yaml", "-f", "json"),
        *("-f", "csv=out.csv", "-f", "parquet=out.parquet"),
    )

    assert json.loads(ran.out)["months"][0]["difference"] == "0"
    assert (here / "out.csv").read_text().startswith("BillingPeriodStart,")
    assert (here / "out.parquet").read_bytes()[:4] == b"PAR1"


def test_one_team_sees_only_its_own(run: Run, bill: str) -> None:
    ran = run("showback", "--billing", bill, "--team", "search", "-f", "json")

    told = json.loads(ran.out)
    assert (told["teams"], told["charges"]) == ([], [])


def test_what_is_kept_is_what_is_told(run: Run, bill: str, here: Path) -> None:
    ran = run("showback", "--billing", bill, "-f", "json", "--keep", "--store", "tagward.db")

    store = open_store(str(here / "tagward.db"))
    kept = store.report("showback", "ml-platform")
    store.close()
    assert kept
    assert kept.content.decode() == ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "missing `--billing FILE`"),
        (("--billing", "bill.csv", "-f", "parquet"), "give it a file"),
        (("--billing", "bill.csv", "--keep", "--team", "a"), "leave `--team` out"),
        (("--billing", "bill.csv", "--rules", "none.yaml"), "cannot read `none.yaml`"),
        (("--billing", "none.csv"), "none.csv"),
        (("--billing", "bill.csv", "--metrics", "none.csv"), "none.csv: cannot be read"),
    ],
)
def test_what_makes_no_sense_is_refused(run: Run, bill: str, arguments: tuple[str, ...], said: str) -> None:
    ran = run("showback", *arguments)

    assert ran.code == 2
    assert said in ran.err


def test_money_that_nobody_could_read_is_told_and_exit_code_4(run: Run, here: Path) -> None:
    bill = write_csv(here / "bill.csv", [line(Tags=TAGS), line(Tags=TAGS, EffectiveCost="much")])

    ran = run("showback", "--billing", bill)

    assert ran.code == 4
    assert "about the files\n  no-cost " in ran.out
