"""Figures while a scan has not ended: they are of the scans before it, say so, and make no gate pass."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tagward_service.cli.coverage import code_of
from tagward_service.cli.exits import Exit
from tagward_service.coverage.json_coverage import render
from tagward_service.coverage.markdown import render as markdown_of
from tagward_service.coverage.report import CoverageReport, coverage
from tagward_service.coverage.text import text
from tagward_service.outputs import Style
from tagward_service.store import open_store
from tagward_service.store.interface import ScanState, Store
from tests.service.store.stories import DAY, GOOD, HERE, NO_TEAM, SCOPE, THERE, begin, policy, scan

NARROW = {**SCOPE, "regions": "eu-west-1"}
GOOD_ESTATE = {HERE: {"a": GOOD}, THERE: {"b": GOOD}}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store that is empty."""
    opened = open_store(str(tmp_path / "store.db"))
    yield opened
    opened.close()


def interrupt(store: Store, *, scope: Mapping[str, str] = SCOPE, shard: str = "") -> int:
    """Begin a scan that reads one part of two, and end it."""
    run = begin(store, scope=scope, shard=shard)
    run.plan([HERE, THERE], [])
    writer = run.part(HERE)
    writer.done([], [])
    run.finish(ScanState.INTERRUPTED)
    return run.id


def reported(store: Store) -> CoverageReport:
    return coverage(store, policy(), DAY, ("account",), threshold=50)


def untold(report: CoverageReport) -> list[str]:
    return [each.what for each in report.not_scanned if each.incomplete]


def test_an_interrupted_scan_leaves_the_figures_of_the_one_before_and_closes_the_gate(store: Store) -> None:
    before = scan(store, GOOD_ESTATE)
    interrupted = interrupt(store)
    report = reported(store)

    assert report.summary.coverage_percent == 100.0
    assert (code_of(report), report.readiness.ready) == (Exit.INCOMPLETE, False)
    (told,) = report.not_scanned
    assert told.what == f"scan {interrupted} (aws, organization o-1)"
    assert "it was interrupted after 1 of 2 parts; the figures are of what was seen before, on " in told.why
    assert told.why.endswith(f"(scan {before})")
    for shown in (text(report, Style()), markdown_of(report), render(report)):
        assert told.why in shown
    assert "incomplete" in text(report, Style(quiet=True))


def test_every_output_says_of_which_scans_its_figures_are(store: Store) -> None:
    number = scan(store, GOOD_ESTATE)
    (kept,) = store.scans()
    assert kept.finished_at is not None
    report = reported(store)
    line = f"aws on {kept.finished_at:%Y-%m-%d} (scan {number})"
    assert f"scanned   {line}" in text(report, Style()).splitlines()
    assert line in markdown_of(report)
    assert [each["id"] for each in json.loads(render(report))["scans"]] == [number]


def test_once_it_has_gone_on_to_its_end_nothing_is_left_to_say(store: Store) -> None:
    scan(store, GOOD_ESTATE)
    interrupted = interrupt(store)
    run = begin(store, resume=True)
    assert run.id == interrupted
    run.finish(ScanState.COMPLETE)
    assert (reported(store).not_scanned, store.unfinished(policy().name)) == ((), [])


def test_a_newer_scan_of_the_same_or_more_takes_its_place(store: Store) -> None:
    interrupt(store, scope=NARROW)
    scan(store, {HERE: {"a": NO_TEAM}}, scope={**SCOPE, "regions": "us-east-1"})
    assert len(untold(reported(store))) == 1
    scan(store, GOOD_ESTATE)
    assert untold(reported(store)) == []


def test_one_share_that_was_interrupted_is_not_made_up_for_by_the_others(store: Store) -> None:
    for shard in ("1/2", "2/2"):
        scan(store, {HERE: {"a": GOOD}}, shard=shard)
    interrupted = interrupt(store, shard="2/2")
    scan(store, {HERE: {"a": GOOD}}, shard="1/2")
    assert untold(reported(store)) == [f"scan {interrupted} (aws, organization o-1, shard 2/2)"]
    scan(store, {HERE: {"a": GOOD}}, shard="2/2")
    assert untold(reported(store)) == []


def test_a_share_that_nobody_has_scanned_is_missing(store: Store) -> None:
    scan(store, {HERE: {"a": GOOD}}, shard="1/3")
    scan(store, {THERE: {"b": GOOD}}, shard="3/3")
    report = reported(store)
    assert untold(report) == ["aws, organization o-1, shard 2/3"]
    assert code_of(report) is Exit.INCOMPLETE
    scan(store, {}, shard="2/3")
    assert untold(reported(store)) == []


def test_a_share_that_is_missing_is_made_up_for_by_whole_scans_and_other_shares(store: Store) -> None:
    scan(store, GOOD_ESTATE)
    scan(store, {HERE: {"a": GOOD}}, shard="1/2")
    assert untold(reported(store)) == []
    scan(store, {THERE: {"b": GOOD}}, shard="2/2")
    scan(store, {HERE: {"a": GOOD}}, shard="1/3")
    assert untold(reported(store)) == []


def test_a_share_that_is_being_scanned_or_was_interrupted_is_told_once(store: Store) -> None:
    scan(store, {HERE: {"a": GOOD}}, shard="1/2")
    run = begin(store, shard="2/2")
    assert untold(reported(store)) == []
    run.finish(ScanState.INTERRUPTED)
    assert untold(reported(store)) == [f"scan {run.id} (aws, organization o-1, shard 2/2)"]


def test_a_share_of_another_day_is_a_note(store: Store) -> None:
    scan(store, {THERE: {"b": GOOD}}, shard="2/2")
    store.begin("aws", SCOPE, policy(), as_of=DAY + timedelta(days=1), shard="1/2").finish(ScanState.COMPLETE)
    report = reported(store)
    assert [(each.what, each.incomplete) for each in report.not_scanned] == [
        ("aws, organization o-1, shard 2/2", False)
    ]
    assert f"as of {DAY}" in report.not_scanned[0].why


def test_of_nights_that_were_all_interrupted_the_newest_is_named(store: Store) -> None:
    scan(store, GOOD_ESTATE)
    interrupt(store)
    newest = interrupt(store)
    assert untold(reported(store)) == [f"scan {newest} (aws, organization o-1)"]


def test_a_scan_that_is_being_written_is_a_note_and_closes_no_gate(store: Store) -> None:
    scan(store, GOOD_ESTATE)
    run = begin(store)
    report = reported(store)
    assert (untold(report), code_of(report)) == ([], Exit.CLEAN)
    assert [each.why.partition(";")[0] for each in report.not_scanned] == ["it has not ended yet"]
    run.finish(ScanState.COMPLETE)


def test_one_that_is_running_does_not_hide_that_the_last_one_was_interrupted(store: Store) -> None:
    scan(store, GOOD_ESTATE)
    interrupted = interrupt(store)
    run = begin(store)
    assert untold(reported(store)) == [f"scan {interrupted} (aws, organization o-1)"]
    run.finish(ScanState.COMPLETE)


def test_a_first_scan_that_was_interrupted_is_incomplete_and_not_nothing(store: Store) -> None:
    interrupt(store)
    report = reported(store)
    assert code_of(report) is Exit.INCOMPLETE
    assert "nothing that only it looked at is in the figures" in text(report, Style())
