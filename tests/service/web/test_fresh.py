"""Nothing yet, something new, and what becomes of charts."""

from pathlib import Path

import pytest

from tagward.loader import load
from tagward_service.store import open_store
from tagward_service.web.charts.drawing import Easel
from tagward_service.web.pages import readiness
from tests.service.api.harness import NOON, POLICY
from tests.service.api.remembered import remember
from tests.service.web.harness import PATHS, Web


def kept(estate: Path) -> bytes:
    store = open_store(str(estate / "tagward.db"))
    report = store.report("costs", "acme")
    store.close()
    assert report
    return report.content


def test_an_empty_store_says_what_to_run(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    open_store(str(file)).close()
    with Web(POLICY, str(file)) as web:
        first = web.seen("/").text
        assert "Not known yet" in first
        assert "tagward scan aws --store URL" in first
        assert "tagward coverage --billing" in first
        assert "tagward showback --billing" in web.seen("/teams").text
        assert "tagward coverage --billing" in web.seen("/gaps").text
        assert "tagward scan aws" in web.seen("/findings").text
        for path in (*PATHS, "/tags/ml-team", "/gaps.csv", "/teams.csv", "/findings.csv"):
            assert web.open(path).status_code == 200, path


@pytest.mark.parametrize("store", ["", "nowhere/store.db"])
def test_without_a_store_pages_say_so(store: str, tmp_path: Path) -> None:
    with Web(POLICY, str(tmp_path / store) if store else "") as web:
        for path in (*PATHS, "/findings/1", "/gaps.csv"):
            answer = web.open(path)
            assert answer.status_code == (503 if store else 404), path
            assert "tagward scan" in answer.text


def test_what_is_new_is_shown_and_what_is_not_is_not_built_again(estate: Path, tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    policy = load(POLICY, as_of=NOON.date())
    remember(file, policy)
    with Web(POLICY, str(file)) as web:
        assert "No bill has been read" in web.seen("/gaps").text
        before = web.run(web.desk.board)
        assert web.run(web.desk.refresh) is before
        store = open_store(str(file))
        store.keep_report("costs", policy.name, NOON.date(), kept(estate))
        store.close()
        assert web.run(web.desk.refresh) is not before
        assert "No bill has been read" not in web.seen("/gaps").text


def test_gaps_that_an_older_program_did_not_keep_are_said_to_be_missing(estate: Path, tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    store = open_store(str(file))
    store.keep_report("costs", "acme", NOON.date(), kept(estate))
    store.close()
    with Web(estate / "tagward.yaml", str(file)) as web:
        assert "the store has 0 of them: run" in web.seen("/gaps").text
        assert "the gaps of the kept bill are not in the store" in web.seen("/scans").text


def test_a_page_does_not_wait_for_its_charts_and_has_them_later(web: Web) -> None:
    board = web.run(web.desk.board)
    charts = readiness.view(board).charts
    assert len(charts) == 4

    async def drawn() -> None:
        await web.desk.easel.draw(charts)

    web.run(drawn)
    page = web.seen("/")
    assert "being drawn" not in page.text
    assert len([each for each in page.all("svg") if each.get("role") == "img"]) == 4


def test_charts_are_drawn_again_after_the_process_that_draws_died(web: Web) -> None:
    chart = readiness.view(web.run(web.desk.board)).charts[0]

    async def story() -> str:
        easel = Easel()
        await easel.draw([chart])
        first = easel[chart]
        assert easel._executor
        for process in easel._executor._processes.values():
            process.kill()
        easel._drawn.clear()
        await easel.draw([chart])
        easel._drawn.clear()
        await easel.draw([chart])
        again = easel[chart]
        easel.close()
        assert first == again
        return first

    assert web.run(story).startswith("<svg")
