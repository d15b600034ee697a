"""How it stands, out of a real store: figures, change, notices, readiness."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from tagward.errors import UsageError
from tagward.policy import Allowed, Exemption, Policy, Selector
from tagward_service.coverage.csv_coverage import render as csv_of
from tagward_service.coverage.dimensions import Group
from tagward_service.coverage.fixes import Piece
from tagward_service.coverage.json_coverage import json_schema, render
from tagward_service.coverage.markdown import render as markdown_of
from tagward_service.coverage.report import CoverageReport, coverage
from tagward_service.coverage.text import text
from tagward_service.coverage.unbilled import Unbilled, unbilled
from tagward_service.outputs import Style
from tagward_service.scan.interface import Part
from tagward_service.sources.aws.cost_allocation import compared
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import open_store
from tagward_service.store.interface import ScanState, Store
from tests.service.store.stories import (
    DAY,
    GOOD,
    HERE,
    NO_TEAM,
    NO_TEAM_NOR_PROJECT,
    begin,
    instance,
    policy,
    scan,
    write,
)

OTHER = Part("444455556666", "eu-west-1", "ec2")
ESTATE = {
    HERE: {"a": GOOD, "b": GOOD, "c": NO_TEAM, "d": NO_TEAM, "e": NO_TEAM_NOR_PROJECT},
    OTHER: {"f": GOOD | {"ml-team": "ads"}, "g": NO_TEAM},
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store that is empty."""
    opened = open_store(str(tmp_path / "store.db"))
    yield opened
    opened.close()


def reported(store: Store, *dimensions: str, of: Policy | None = None, **options: Any) -> CoverageReport:
    return coverage(store, of or policy(), DAY, dimensions, **options)


def by(report: CoverageReport) -> dict[str, tuple[Group, ...]]:
    return {each.dimension: each.groups for each in report.breakdowns}


def test_resources_are_counted_by_where_and_what_they_are(store: Store) -> None:
    scan(store, ESTATE)
    report = reported(store, "cloud", "account", "service", "type", "region")
    assert report.summary.coverage_percent == 42.8
    groups = by(report)
    assert groups["account"] == (
        Group("111122223333", 5, 2, 0, 0),
        Group("444455556666", 2, 1, 0, 0),
    )
    assert groups["cloud"] == (Group("aws", 7, 3, 0, 0),)
    assert groups["service"] == (Group("ec2", 7, 3, 0, 0),)
    assert groups["type"] == (Group("aws:ec2:instance", 7, 3, 0, 0),)
    assert groups["region"] == (Group("eu-west-1", 7, 3, 0, 0),)


def test_resources_are_counted_by_the_value_of_a_tag(store: Store) -> None:
    scan(store, ESTATE)
    assert by(reported(store, "tag:ml-team"))["tag:ml-team"] == (
        Group("", 4, 0),
        Group("fraud-detection", 2, 2),
        Group("ads", 1, 1),
    )


@pytest.mark.parametrize("dimension", ["colour", "tag:nope", "ml-team", "accounts", ""])
def test_a_dimension_that_there_is_not_is_refused_with_a_hint(store: Store, dimension: str) -> None:
    with pytest.raises(UsageError, match="coverage has no dimension"):
        reported(store, dimension)


def test_each_tag_has_its_own_percent_of_what_it_is_asked_of(store: Store) -> None:
    scan(store, {HERE: {"a": GOOD, "b": NO_TEAM, "c": GOOD | {"ml-team": "BAD TEAM"}}})
    figures = {each.tag: each for each in reported(store).tags}
    assert [figures["ml-team"].present_percent, figures["ml-team"].valid_percent] == [66.6, 33.3]
    assert [figures["ml-project"].present_percent, figures["ml-project"].valid_percent] == [100.0, 100.0]
    assert (figures["ml-experiment-id"].asked, figures["ml-experiment-id"].present_percent) == (0, None)


def test_new_and_fixed_are_those_of_the_newest_scan(store: Store) -> None:
    scan(store, {HERE: {"a": NO_TEAM, "b": NO_TEAM}})
    first = reported(store).change
    scan(store, {HERE: {"a": GOOD, "b": NO_TEAM, "c": NO_TEAM_NOR_PROJECT}})
    second = reported(store).change
    assert [(first.new, first.fixed), (second.new, second.fixed)] == [(2, 0), (2, 1)]


def test_the_newest_scan_of_every_source_counts_and_no_older_one(store: Store) -> None:
    scan(store, {HERE: {"a": NO_TEAM}})
    scan(store, {OTHER: {"b": GOOD}}, scope={"organization": "o-2"})
    scan(store, {HERE: {"a": GOOD, "c": GOOD}})
    report = reported(store)
    assert (report.summary.compliant, report.summary.taggable) == (3, 3)
    assert [len(each.sources) for each in report.trend] == [2]


def test_the_fewest_fixes_come_from_what_is_wrong_at_once(store: Store) -> None:
    scan(store, ESTATE)
    fixes = reported(store, threshold=80).fixes
    assert fixes.pieces == (
        Piece("aws", "111122223333", ("ml-team",), 2),
        Piece("aws", "111122223333", ("ml-project", "ml-team"), 1),
    )
    assert (fixes.missing, fixes.edits, fixes.percent_after) == (3, 3, 85.7)


def test_fixing_what_is_named_reaches_what_is_promised(store: Store) -> None:
    scan(store, ESTATE)
    promised = reported(store, threshold=80).fixes.percent_after
    fixed: dict[str, Mapping[str, str]] = {"c": GOOD, "d": GOOD, "e": GOOD}
    scan(store, {HERE: {**ESTATE[HERE], **fixed}, OTHER: ESTATE[OTHER]})
    after = reported(store, threshold=80)
    assert after.summary.coverage_percent == promised
    assert after.readiness.ready


def test_nothing_scanned_is_not_ready(store: Store) -> None:
    report = reported(store)
    assert (report.readiness.ready, report.readiness.missing) == (False, ("nothing has been scanned",))
    assert report.summary.coverage_percent is None


def test_what_was_not_read_stands_beside_the_percent_and_is_not_ready(store: Store) -> None:
    run = begin(store)
    run.plan([HERE], [NotEvaluated("account 999", "access denied", incomplete=True)])
    write(run, HERE, [instance("a", GOOD)])
    run.finish(ScanState.INCOMPLETE)
    report = reported(store)
    assert report.summary.coverage_percent == 100.0
    assert (report.incomplete, report.readiness.ready) == (True, False)
    for shown in (text(report, Style()), markdown_of(report), render(report)):
        assert "account 999" in shown


def test_what_every_shard_met_is_told_once_and_notes_apart_from_what_is_missing(store: Store) -> None:
    denied = NotEvaluated("account 999", "access denied", incomplete=True)
    note = NotEvaluated("account 998", "it is being closed")
    for shard in ("1/2", "2/2"):
        run = begin(store, shard=shard)
        run.plan([], [denied, note])
        run.finish(ScanState.INCOMPLETE)
    report = reported(store)
    assert report.not_scanned == (note, denied)
    for shown in (text(report, Style()), markdown_of(report)):
        before, _, after = shown.partition("otes")
        assert ("999" in before, "998" in before, "998" in after) == (True, False, True)


def exempting(days: int, *tags: str, **match: tuple[str, ...]) -> Policy:
    exemption = Exemption(
        "EX-1", "ops@example.com", "vendor", DAY + timedelta(days=days), tags, Selector(**match)
    )
    return replace(policy(), exemptions=(exemption,))


def kinds(report: CoverageReport) -> list[str]:
    return [each.kind for each in report.notices]


def scanned(store: Store, of: Policy, *resources: str, state: ScanState = ScanState.COMPLETE) -> None:
    run = store.begin("aws", {"organization": "o-1"}, of, as_of=DAY)
    run.plan([HERE], [])
    write(run, HERE, [instance(name, NO_TEAM) for name in resources], of=of)
    run.finish(state)


@pytest.mark.parametrize(
    ("days", "said"), [(-1, ["exemption-expired"]), (30, ["exemption-expiring"]), (31, [])]
)
def test_exemptions_are_announced_before_they_expire(store: Store, days: int, said: list[str]) -> None:
    of = exempting(days, "ml-team")
    scanned(store, of, "a")
    assert kinds(reported(store, of=of)) == said


def test_an_exemption_that_covers_nothing_is_unused(store: Store) -> None:
    of = exempting(90, "ml-team", names=("vendor-*",))
    scanned(store, of, "web")
    assert kinds(reported(store, of=of)) == ["exemption-unused"]
    scanned(store, of, "web", "vendor-1")
    assert kinds(reported(store, of=of)) == []


def test_nobody_can_tell_that_an_exemption_is_unused_from_half_a_scan(store: Store) -> None:
    of = exempting(90, "ml-team", names=("vendor-*",))
    scanned(store, of, "web", state=ScanState.INCOMPLETE)
    assert kinds(reported(store, of=of)) == []


@pytest.mark.parametrize(
    "match", [{"clouds": ("azure",)}, {"namespaces": ("prod-*",)}, {"accounts": ("my-project",)}]
)
def test_an_exemption_for_a_place_that_was_not_scanned_is_not_unused(
    store: Store, match: dict[str, tuple[str, ...]]
) -> None:
    of = exempting(90, "ml-team", **match)
    scanned(store, of, "web")
    assert kinds(reported(store, of=of)) == []


@pytest.mark.parametrize(("days", "said"), [(-1, ["value-retired"]), (10, ["value-retiring"]), (60, [])])
def test_values_in_use_that_retire_are_told_with_how_many_use_them(
    store: Store, days: int, said: list[str]
) -> None:
    allowed = Allowed(("fraud-detection", "ads"), "teams", {"fraud-detection": DAY + timedelta(days=days)})
    tags = tuple(replace(tag, constraint=allowed) if tag.id == "ml-team" else tag for tag in policy().tags)
    of = replace(policy(), tags=tags)
    scan(store, {HERE: {"a": GOOD, "b": GOOD}})
    report = reported(store, of=of)
    assert kinds(report) == said
    assert all("on 2 resources" in each.message for each in report.notices)


def test_tags_that_never_reach_the_bill_are_told(store: Store) -> None:
    scan(store, ESTATE)
    listed = [{"TagKey": "ml-team", "Status": "Active"}, {"TagKey": "ML-Project", "Status": "Active"}]
    compared_tags = compared({"ml-team": "ml-team", "ml-project": "ml-project"}, listed)
    report = reported(store, unbilled=Unbilled(tuple(unbilled(compared_tags))))
    (notice,) = report.notices
    assert (notice.kind, notice.subject) == ("not-billed", "ml-project")
    assert "billing has `ML-Project`" in notice.message
    assert "ml-project" in text(report, Style())


def test_tags_that_aws_could_not_be_asked_about_make_it_incomplete(store: Store) -> None:
    scan(store, {HERE: {"a": GOOD}})
    denied = NotEvaluated("AWS cost allocation tags", "access denied", incomplete=True)
    report = reported(store, unbilled=Unbilled(not_read=(denied,)))
    assert (report.incomplete, report.not_scanned) == (True, (denied,))


def test_the_json_is_what_its_schema_says(store: Store) -> None:
    scan(store, ESTATE)
    of = exempting(-1, "ml-team")
    nothing = reported(store, of=replace(of, name="x"))
    for report in (reported(store, "account", "tag:ml-team", of=of), nothing):
        jsonschema.validate(json.loads(render(report)), json_schema())
        assert render(report) == render(report)


def test_a_value_of_any_length_is_shown_in_short(store: Store) -> None:
    scan(store, {HERE: {"a": GOOD | {"ml-team": "x" * 100_000}, "b": GOOD}})
    assert len(text(reported(store, "tag:ml-team"), Style())) < 5000


def test_text_fits_every_terminal(store: Store) -> None:
    scan(store, {HERE: {"a": GOOD, "b": GOOD | {"ml-team": "\x1b[31mred"}}})
    shown = text(reported(store, "tag:ml-team"), Style(unicode=False))
    assert "\x1b" not in shown
    assert shown.isascii()
    assert "1 of 2" in text(reported(store, "account"), Style(color=True))


def test_csv_runs_in_no_spreadsheet(store: Store) -> None:
    scan(store, {HERE: {"a": GOOD | {"ml-team": '=HYPERLINK("http://evil.example")'}}})
    rows = csv_of(reported(store, "tag:ml-team")).splitlines()
    assert rows[-1].startswith("tag:ml-team,\"'=HYPERLINK(")
