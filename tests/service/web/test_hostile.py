"""Tag values, names and messages come from strangers: they are text on every page, in every column."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from tagward.loader import load
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import open_store
from tagward_service.store.gap_interface import KeptGap
from tagward_service.web.charts.drawing import draw
from tests.service.api.harness import NOON, POLICY
from tests.service.api.remembered import at, scan
from tests.service.web.harness import PATHS, Page, Web

EVIL = "<script>alert(1)</script>'\"&{{7*7}}</title><img src=x onerror=alert(2)>"
DIRECTIONS = "\u202ereversed\u0000"
TEXTS = {
    *("account", "account_name", "service", "resource", "name", "title", "message", "fix", "file", "team"),
    *("project", "workload_type", "environment", "allocation", "reason", "run", "code", "provider", "why"),
}
LISTS = {"missing", "wrong", "tags"}


def spoilt(found: Any, key: str = "") -> Any:
    """Put something evil into every text that a stranger may have written."""
    if isinstance(found, dict):
        return {name: spoilt(value, name) for name, value in found.items()}
    if isinstance(found, list):
        return [spoilt(each, key) for each in found]
    if isinstance(found, str) and key in TEXTS | LISTS:
        return found + EVIL
    return found


def kept(content: Any) -> list[KeptGap]:
    """Give the gaps of a report as the store takes them."""
    every = content.get("gaps", [])
    told = [{**each, "scan": each["scan"]["state"], "findings": each["scan"]["findings"]} for each in every]
    return msgspec.convert(told, list[KeptGap])


@pytest.fixture(scope="module")
def hostile(estate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A service whose store and reports hold nothing else."""
    file = tmp_path_factory.mktemp("hostile") / "store.db"
    policy = load(POLICY, as_of=NOON.date())
    original = open_store(str(estate / "tagward.db"))
    store = open_store(str(file))
    instances = {f"i{number}{EVIL}": {"ml-team": f"x{number}{EVIL}{DIRECTIONS}"} for number in range(4)}
    with at(NOON):
        scan(store, policy, NOON.date(), instances, NotEvaluated(EVIL, EVIL, incomplete=True))
    for kind in ("costs", "showback"):
        report = original.report(kind, "acme")
        assert report
        content = spoilt(msgspec.json.decode(report.content))
        store.keep_report(kind, policy.name, NOON.date(), msgspec.json.encode(content), kept(content))
    original.close()
    store.close()
    with Web(POLICY, str(file)) as served:
        yield served


def links(web: Web) -> list[str]:
    """Give the pages, and those that hostile names lead to."""
    found = [
        *PATHS,
        "/findings?life=open&life=exempt&life=resolved",
        "/teams?group=project",
        "/teams?group=team",
    ]
    for path in ("/findings", "/teams", "/gaps", "/tags", "/scans"):
        deeper = [each for each in web.seen(path).links if re.match(rf"{path}[/?]|/findings\?text", each)]
        found += deeper[:4]
    return found


def test_nothing_hostile_becomes_a_part_of_a_page(hostile: Web) -> None:
    told = 0
    for path in links(hostile):
        page = hostile.seen(path)
        names = {name for name, _ in page.tags}
        assert not names & {"script", "img", "iframe"}, path
        assert not [name for _, found in page.tags for name in found if name.startswith("on")], path
        assert "<script" not in page.html
        told += page.html.count("&lt;script&gt;alert(1)")
    assert told > 100
    assert not [line for line in hostile.logged() if line["event"] == "bug"]


def test_what_is_shown_is_what_there_is(hostile: Web) -> None:
    (team, *_) = [each for each in hostile.seen("/teams").links if each.startswith("/teams/")]
    page = hostile.seen(team)
    assert EVIL in page.text
    (gap, *_) = [each for each in hostile.seen("/gaps").links if each.startswith("/findings?text=")]
    assert any(str(each.get("value")).endswith(EVIL) for each in hostile.seen(gap).all("input"))


def test_a_chart_of_hostile_names_is_shapes_and_text(hostile: Web) -> None:
    from tagward_service.web.asked import TeamsAsked
    from tagward_service.web.pages import teams

    board = hostile.run(hostile.desk.board)
    view = teams.view(board, TeamsAsked(group="project"))
    assert view
    assert view.chart
    drawn = draw(view.chart.wide)
    tree = ElementTree.fromstring(drawn)
    known = {"svg", "g", "path", "line", "rect", "text", "tspan", "title", "desc", "defs", "clipPath"}
    for element in tree.iter():
        assert element.tag.removeprefix("{http://www.w3.org/2000/svg}") in known
        assert not [name for name in element.attrib if name.startswith("on") or name in ("style", "href")]
    assert tree.get("role") == "img"
    labelled = (tree.get("aria-labelledby") or "").split()
    assert [element.get("id") for element in tree[:2]] == labelled
    assert Page(drawn).all("script") == []
    assert "var(--chart-1)" in drawn


def test_csv_of_hostile_names_starts_no_formula(hostile: Web) -> None:
    for path in ("/gaps.csv", "/teams.csv", "/findings.csv"):
        answer = hostile.open(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_report_that_cannot_be_read_is_said_and_stops_nothing(estate: Path, tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    store = open_store(str(file))
    policy = load(POLICY, as_of=NOON.date())
    store.keep_report("costs", policy.name, NOON.date(), b'{"version": 99}')
    store.keep_report("showback", policy.name, NOON.date(), b"\xff\x00")
    store.close()
    with Web(POLICY, str(file)) as web:
        text = web.seen("/scans").text
        assert "of 2026-11-21 cannot be read" in text
        assert "showback" in text
        assert all(web.open(path).status_code == 200 for path in PATHS)
