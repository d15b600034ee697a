"""`tagward store`: what it holds, forgetting, and compacting."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.cli.conftest import Run
from tests.service.cli.test_scan import STORE, inventory
from tests.service.scan.generated import Generated

__all__ = ["inventory"]

ACCOUNT = ("--cloud", "aws", "--account", "000000000002", "--store", "tagward.db")


@pytest.fixture
def scanned(run: Run, inventory: Any) -> None:
    """A store with one scan of two accounts."""
    inventory(Generated(accounts=2, regions=["eu-west-1"], each=30))
    run("scan", "aws", *STORE)


def test_the_store_says_what_it_holds(run: Run, scanned: None) -> None:
    ran = run("store", "status", "--store", "tagward.db")

    assert ran.code == 0
    assert "tagward.db  (SQLite, " in ran.out
    assert "findings  20 open, 0 exempt, 0 resolved" in ran.out
    assert "what exists by policy ml-platform" in ran.out
    assert "complete  60 resources in 2 accounts" in ran.out


def test_forgetting_says_first_what_it_would_do(run: Run, scanned: None) -> None:
    ran = run("store", "forget", *ACCOUNT)

    assert (ran.code, ran.out) == (
        0,
        "aws 000000000002: 000000000002\n"
        "forgotten would be  1 part, and with them 0 scans as a whole\n"
        "resolved would be   10 findings\n",
    )
    assert "nothing was changed; --yes does it" in ran.err
    assert "60 resources in 2 accounts" in run("store", "status", "--store", "tagward.db").out


def test_a_scan_that_nobody_goes_on_with_is_named_and_forgotten(run: Run, scanned: None) -> None:
    run("scan", "aws", *STORE, "--time-budget", "0s", "--fresh")
    gate = ("readiness", *STORE, "--min", "0")
    assert run(*gate).code == 4
    status = run("store", "status", "--store", "tagward.db").out
    assert status.index("not ended, by policy ml-platform") < status.index("scan 2")

    look = run("store", "forget", "--scan", "2", "--store", "tagward.db")
    assert look.out.startswith("scan 2 aws organization=o-generated: 0 of 2 parts done\n")
    assert ("--yes does it" in look.err, run(*gate).code) == (True, 4)
    assert run("store", "forget", "--scan", "2", "--store", "tagward.db", "--yes").code == 0
    assert run(*gate).code == 0
    assert run("store", "forget", "--scan", "1", "--store", "tagward.db", "--yes").code == 2
    assert run("store", "forget", "--scan", "1", *ACCOUNT).code == 2


def test_coverage_leaves_out_what_was_forgotten(run: Run, scanned: None) -> None:
    assert run("store", "forget", *ACCOUNT, "--yes").code == 0

    assert "30 resources in 1 account\n" in run("store", "status", "--store", "tagward.db").out
    assert "000000000002" not in run("coverage", *STORE).out
    assert "the store knows nothing of aws 000000000002; of aws it knows 000000000001" in (
        run("store", "forget", *ACCOUNT, "--yes").err
    )


def test_compacting_says_what_it_gave_back(run: Run, scanned: None) -> None:
    ran = run("store", "compact", "--store", "tagward.db")

    assert ran.code == 0
    assert ran.out.startswith("tagward.db: ")


@pytest.mark.parametrize("command", [("status",), ("forget", "--cloud", "aws"), ("compact",)])
def test_no_store_is_made_by_looking_for_one(run: Run, command: tuple[str, ...]) -> None:
    ran = run("store", *command, "--store", "none.db")

    assert ran.code == 2
    assert "there is no store at `none.db`" in ran.err


@pytest.mark.parametrize(
    ("options", "said"),
    [((), "missing `--cloud NAME`"), (("--cloud", "aws", "--before", "soon"), "is not a day")],
)
def test_what_cannot_be_meant_is_refused(run: Run, options: tuple[str, ...], said: str) -> None:
    ran = run("store", "forget", *options)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
