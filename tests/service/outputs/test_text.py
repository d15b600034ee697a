import io
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.findings import Finding
from tagward.policy import Readiness
from tagward_service.outputs import Style
from tagward_service.outputs.text import renderer_for
from tagward_service.outputs.text_summary import missing_to, progress_bar
from tagward_service.report import Report
from tests.effort import effort
from tests.service.outputs.reports import HOSTILE, finding, hostile, report, resource, several, summary

PLAIN = Style()


def shown(of: Report, style: Style = PLAIN) -> str:
    stream = io.StringIO()
    renderer_for(style)(of, stream)
    return stream.getvalue()


def test_findings_are_grouped_under_their_resource_with_file_and_line() -> None:
    lines = shown(several()).splitlines()
    assert lines[0] == "aws_instance.trainer  aws:ec2:instance  plan.json:12"
    assert lines[1] == "  error   TW001  `ml-team` is missing"
    assert lines[2] == '                 fix: add `ml-team = "fraud-detection"` to `tags`'
    assert lines[3].startswith("  error   TW002  `ml-environment` is `production`")
    assert lines[6].startswith("module.lab.aws_instance.notebook[0]  ")


def test_an_exempt_finding_is_shown_as_such() -> None:
    assert "  exempt  TW001  `ml-team` is missing (exempt: EX-014)" in shown(several())


def test_a_long_place_is_named_once_in_a_row() -> None:
    place = "`spec.jobTemplate.spec.template.metadata.labels`"
    of = resource()
    text = shown(report(finding(of, fix=f"add `a: b` to {place}"), finding(of, fix=f"add `c: d` to {place}")))
    assert f"fix: add `a: b` to {place}\n" in text
    assert "fix: add `c: d` there\n" in text


def test_nothing_but_a_place_is_left_out_of_a_fix() -> None:
    of, fix = resource(), "set `a` in `tags` from something that is known in the plan"
    assert shown(report(finding(of, fix=fix), finding(of, fix=fix))).count(fix) == 2


def test_the_summary_counts_everything_apart() -> None:
    text = shown(several())
    assert "findings  2 errors, 1 warning, 1 note, 1 exempt\n" in text
    assert "resources 5 compliant, 2 violating, 1 exempt, 2 that take no tags\n" in text
    assert "62.5 %   threshold 90 %: 3 more of 8 taggable resources to go" in text
    assert "  3 resources of type `foo_bar`: no catalogue knows the type\n" in text
    assert text.endswith("policy    ml-platform 1.0.0, as of 2026-11-21\n")


def test_nothing_taggable_is_said_instead_of_a_percentage() -> None:
    text = shown(report(summary=summary(resources=3, untaggable=3)))
    assert "nothing to judge: none of 3 resources can carry tags" in text
    assert "coverage" not in text


def test_quiet_leaves_one_line() -> None:
    line = "5 of 8 taggable resources compliant (62.5 %), 2 errors, 1 warning, 1 note, 1 exempt\n"
    assert shown(several(), Style(quiet=True)) == line


def test_colour_only_where_it_is_asked_for() -> None:
    assert "\x1b" not in shown(several())
    assert "\x1b[1;31merror" in shown(several(), Style(color=True))


def test_colour_changes_nothing_but_colour() -> None:
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown(several(), Style(color=True))) == shown(several())


def test_without_unicode_the_bar_is_ascii() -> None:
    assert shown(several(), Style(unicode=False)).isascii()


def test_no_control_character_of_the_input_arrives() -> None:
    text = shown(hostile())
    assert not set(text) & set("\x1b\r\t\x00\u202e")
    assert all(not line.lstrip().startswith("::") for line in text.splitlines())


def test_an_address_that_looks_like_a_workflow_command_is_defused() -> None:
    assert shown(report(finding(resource("::error::x")))).startswith("\\::error::x")


@given(st.text())
def test_any_text_stays_on_its_line(text: str) -> None:
    lines = shown(report(finding(resource(text), message=text, fix="f"))).split("\n")
    assert lines[1].startswith("  error   TW001  ")
    assert lines[2] == "                 fix: f"


@given(st.floats(0, 100), st.floats(0, 100))
def test_the_bar_is_full_only_at_the_end(percent: float, threshold: float) -> None:
    bar = progress_bar(percent, threshold, unicode=False)
    assert len(bar) == 31
    assert bar.count("|") == 1
    assert (bar.count("#") == 30) == (percent == 100)


@given(st.integers(1, 5000), st.integers(0, 5000), st.floats(0, 100))
def test_the_missing_resources_are_just_enough(taggable: int, compliant: int, threshold: float) -> None:
    compliant = min(taggable, compliant)
    counts = summary(taggable=taggable, compliant=compliant)
    missing = missing_to(threshold, counts)
    assert (compliant + missing) / taggable * 100 >= threshold - 1e-4
    if missing:
        assert (compliant + missing - 1) / taggable * 100 < threshold


@pytest.mark.parametrize(("compliant", "percent"), [(0, 0.0), (1, 33.3), (2, 66.6), (3, 100.0)])
def test_coverage_is_rounded_down(compliant: int, percent: float) -> None:
    assert summary(taggable=3, compliant=compliant).coverage_percent == percent


def test_a_threshold_of_nothing_is_reached() -> None:
    assert "reached" in shown(report(readiness=Readiness(0.0)))


def test_the_same_report_gives_the_same_text() -> None:
    assert shown(several()) == shown(several())
    assert str(date(2026, 11, 21)) in shown(several())


def test_many_findings_take_a_fraction_of_a_second() -> None:
    def two(number: int) -> tuple[Finding, Finding]:
        of = resource(f"module.m[{number}].aws_instance.x")
        return finding(of, message=f"`ml-team` is `{number}`, not of the form `a`"), finding(of)

    large = report(*(each for number in range(11_000) for each in two(number)))
    assert effort(lambda: shown(large)) < 40


def test_hostile_text_is_hostile() -> None:
    assert "\x1b" in HOSTILE
