"""A statement in HTML tells the same as the others, and lets nobody write into it."""

import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

from msgspec.structs import replace

from tagward_service.billing.text_money import shown
from tagward_service.showback.disputing import Contested
from tagward_service.showback.html import html
from tagward_service.showback.report import ShowbackReport
from tagward_service.showback.report import of_team as only_of
from tagward_service.showback.rules import Dispute
from tests.service.showback.test_report import costing, told

HOSTILE = "<script>alert('x')</script>\"&"


class Elements(HTMLParser):
    """Collects elements, and what their attributes would load."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        if tag != "meta":
            self.open.append(tag)
        self.loads += [
            name for name, _ in attrs if name in ("src", "href", "action") or name.startswith("on")
        ]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def of_team(report: ShowbackReport, team: str) -> str:
    return html(only_of(report, team), team)


def test_a_team_is_told_what_it_pays(tmp_path: Path) -> None:
    report = told(tmp_path)
    (month,) = (each for each in report.statement.teams if each.team == "fraud")

    page = of_team(report, "fraud")

    texts = re.sub(r"<[^>]*>", " ", page)
    assert "Showback of fraud" in page
    for amount in (month.whole, month.direct, month.shared, *(line.amount for line in month.lines)):
        assert shown(amount) in texts
    assert "search" not in texts


def test_what_nobody_has_is_told_to_whoever_reads_of_all(tmp_path: Path) -> None:
    report = told(tmp_path)

    page = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html(report)))
    assert "the whole bill 133.00 USD" in page
    assert "unallocated: no valid ml-team 10.00" in page
    assert "unallocated: credits -2.00" in page
    assert "unallocated" not in of_team(report, "fraud")
    broken = replace(report.statement.months[0], billed=Decimal(140))
    report = replace(report, statement=replace(report.statement, months=(broken,)))
    assert "7.00 IS MISSING" in html(report)


def test_a_tag_that_is_not_there_is_told_as_none(tmp_path: Path) -> None:
    team = {"ml-team": "fraud"}

    page = of_team(told(tmp_path, lines=[costing("3", Tags=team)]), "fraud")

    assert page.count("<td>(none)</td>") == 2
    assert "None" not in page


def test_it_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    found = Elements(html(told(tmp_path)))

    assert (found.loads, found.open) == ([], [])
    assert not found.names & {"script", "link", "img", "iframe", "form"}


def test_what_strangers_wrote_stays_text(tmp_path: Path) -> None:
    report = told(tmp_path)
    dispute = Dispute(HOSTILE, "fraud", HOSTILE)

    page = of_team(replace(report, disputes=(Contested(dispute, ()),), policy_version=HOSTILE), "fraud")

    assert "script" not in Elements(page).names
    assert page.count("&lt;script&gt;") == 3


def test_a_team_without_costs_is_told_so(tmp_path: Path) -> None:
    assert "The bill has no costs of it." in of_team(told(tmp_path), "nobody")
