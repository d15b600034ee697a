"""What every output promises, and what the formats of others want."""

import io
import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.codes import CODES
from tagward.findings import Code
from tagward_service.outputs import FORMATS, Format, Style, renderer
from tagward_service.outputs.fingerprints import fingerprints
from tagward_service.outputs.markdown import LIMIT
from tagward_service.outputs.places import relative_uri
from tagward_service.report import Report
from tagward_service.sources.interface import NotEvaluated
from tests.service.outputs.reports import finding, hostile, report, resource, several


def rendered(name: Format, of: Report) -> str:
    stream = io.StringIO()
    renderer(name, Style())(of, stream)
    return stream.getvalue()


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_report_gives_the_same_bytes(name: Format) -> None:
    assert rendered(name, several()) == rendered(name, several()) != ""


@pytest.mark.parametrize("name", FORMATS)
def test_a_hostile_report_holds_no_control_character(name: Format) -> None:
    assert not set(rendered(name, hostile())) & set("\x00\x1b\r\t")


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_without_findings_can_be_shown(name: Format) -> None:
    assert rendered(name, report())


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_name_that_is_not_unicode_can_be_shown(name: Format) -> None:
    text = rendered(name, report(finding(resource("a", file="plan\udcff.json"))))
    assert text.encode("utf-8", "strict" if name != "text" else "backslashreplace")


@pytest.mark.parametrize("name", FORMATS)
def test_every_finding_is_in_every_format(name: Format) -> None:
    text = rendered(name, report(finding(), finding(code=Code.TOO_MANY, message="48 tags")))
    assert "TW001" in text
    assert "TW011" in text
    assert "48 tags" in text


def as_html(markdown: str) -> str:
    module = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    return str(module.MarkdownIt("gfm-like", {"linkify": False}).render(markdown))


def sarif(of: Report) -> Any:
    (run,) = json.loads(rendered("sarif", of))["runs"]
    return run


def test_sarif_describes_every_code() -> None:
    rules = sarif(report())["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [code.value for code in Code]
    assert all(CODES[Code(rule["id"])].fix in rule["help"]["markdown"] for rule in rules)


def test_sarif_results_point_at_rule_file_line_and_resource() -> None:
    run = sarif(several())
    first = run["results"][0]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "TW001"
    place = first["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "plan.json"
    assert place["physicalLocation"]["region"]["startLine"] == 12
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "aws_instance.trainer"
    assert [result["level"] for result in run["results"]] == ["error", "error", "warning", "note", "note"]


def test_sarif_suppresses_exempt_findings_only() -> None:
    suppressed = ["suppressions" in result for result in sarif(several())["results"]]
    assert suppressed == [False, False, False, False, True]


def test_sarif_says_that_a_file_is_a_uri() -> None:
    assert relative_uri("a dir/plan#1.json") == "a%20dir/plan%231.json"
    assert relative_uri("<stdin>") == "stdin"
    assert relative_uri("/elsewhere/plan.json") == "file:///elsewhere/plan.json"


def test_fingerprints_are_unique_and_do_not_depend_on_the_line() -> None:
    twice = (finding(), finding(), finding(resource("other")))
    marks = [mark for _, mark in fingerprints(twice)]
    assert len(set(marks)) == 3
    moved = [mark for _, mark in fingerprints((finding(resource(line=99)),))]
    assert moved == marks[:1]


def test_junit_is_xml_with_the_counts_it_claims() -> None:
    root = ElementTree.fromstring(rendered("junit", several()))
    cases = list(root.iter("testcase"))
    assert int(root.get("tests", "")) == len(cases) == 6
    assert int(root.get("failures", "")) == len(list(root.iter("failure"))) == 2
    assert len(list(root.iter("skipped"))) == 2


@given(st.text())
def test_junit_stays_well_formed(text: str) -> None:
    bad = resource(text, type=text, file=text)
    root = ElementTree.fromstring(rendered("junit", report(finding(bad, message=text, fix=text))))
    assert len(list(root.iter("testcase"))) == 2


def test_github_writes_one_command_for_each_finding() -> None:
    lines = rendered("github", several()).splitlines()
    assert lines[0] == (
        "::error file=plan.json,line=12,title=TW001 aws_instance.trainer::`ml-team` is missing"
        '%0Afix: add `ml-team = "fraud-detection"` to `tags`'
    )
    commands = [line.split(" ")[0] for line in lines[:-1]]
    assert commands == ["::error", "::error", "::warning", "::notice", "::notice", "::notice"]


def test_github_names_no_file_for_what_was_found_in_a_cloud() -> None:
    scanned = resource("arn:aws:ec2:eu-west-1:1:instance/i-1", file="", line=None)

    line, _ = rendered("github", report(finding(scanned))).splitlines()

    assert line.startswith("::error title=TW001 arn%3Aaws")


@given(st.text())
def test_github_text_cannot_begin_another_command(text: str) -> None:
    bad = resource(text, file=f"a{text}")
    out = rendered("github", report(finding(bad, message=text, fix=text)))
    commands = [line for line in re.split(r"[\r\n]", out) if line.lstrip().startswith("::")]
    assert len(commands) == 1
    properties = commands[0].split("::")[1]
    assert [pair.split("=")[0] for pair in properties.removeprefix("error ").split(",")] == [
        "file",
        "line",
        "title",
    ]


def test_gitlab_issues_have_what_the_service_wants() -> None:
    issues = json.loads(rendered("gitlab", several()))
    assert len(issues) == 4
    assert [issue["severity"] for issue in issues] == ["major", "major", "minor", "info"]
    assert issues[0]["location"] == {"path": "plan.json", "lines": {"begin": 12}}
    assert len({issue["fingerprint"] for issue in issues}) == 4


def test_markdown_is_a_table_with_the_coverage() -> None:
    text = rendered("markdown", several())
    assert "**62.5 %** of 8 taggable resources" in text
    html = as_html(text)
    assert html.count("<tr>") == 6


@given(st.text())
def test_markdown_of_any_text_is_one_row(text: str) -> None:
    bad = resource(f"a{text}")
    out = rendered("markdown", report(finding(bad, message=f"m{text}", fix=f"f{text}")))
    html = as_html(out)
    assert html.count("<tr>") == 2
    assert html.count("<td>") == 4


def test_markdown_of_hostile_text_has_no_markup_of_its_own() -> None:
    html = as_html(rendered("markdown", hostile()))
    assert "<script" not in html
    assert "<a " not in html
    assert "@all" not in re.sub(r"<code>.*?</code>", "", html)


def test_markdown_is_bounded_and_says_what_it_leaves_out() -> None:
    many = report(*(finding(resource(f"aws_instance.x[{number}]")) for number in range(3000)))
    text = rendered("markdown", many)
    assert len(text) <= LIMIT
    assert "<details>" in text
    left_out = re.search(r"_(\d+) more resources with findings are left out", text)
    assert left_out is not None
    assert int(left_out[1]) + text.count("TW001") == 3000


class Page(HTMLParser):
    """The elements of a page that are open at any time, and all of its text."""

    VOID = frozenset({"meta"})

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]
        self.open += [tag] if tag not in self.VOID else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_is_one_page_that_needs_nothing_else_and_says_everything() -> None:
    page = Page(rendered("html", several()))
    assert not page.open
    assert page.seen.isdisjoint({"script", "link", "img", "iframe", "form", "a"})
    for each in several().findings:
        assert each.code.value in page.text
        assert each.message.replace("`", "") in page.text
        assert each.fix.replace("`", "") in page.text
        assert each.resource.address in page.text
    assert "62.5 %" in page.text
    assert "default-src 'none'" in rendered("html", several())


def test_html_says_what_nobody_judged() -> None:
    unread = report(not_evaluated=(NotEvaluated("secret.json", "permission denied", incomplete=True),))
    assert "secret.json: permission denied" in Page(rendered("html", unread)).text


@given(st.text())
def test_nothing_in_a_report_becomes_html(text: str) -> None:
    hostile_text = f"{text}</td></table><script>alert(1)</script><img src=x onerror=y>"
    bad = resource(hostile_text, type=hostile_text, file=hostile_text)
    page = Page(rendered("html", report(finding(bad, message=hostile_text, fix=hostile_text))))
    assert not page.open
    assert page.seen.isdisjoint({"script", "img"})
    assert page.text.count("<script>alert(1)</script>") == 5
