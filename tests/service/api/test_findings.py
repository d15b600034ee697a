"""Findings over the API: filters, sorts, pages, exports, and everything hostile."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tagward.loader import load
from tagward_service.api.accepting import wanted_format
from tagward_service.exports.csv_rows import lines, safe
from tagward_service.store import open_store
from tests.service.api.harness import NOON, POLICY, Api, problem
from tests.service.api.remembered import DAYS, remember, scan

MANY = {f"vm-{number:03}": {"ml-team": "nlp"} if number % 4 == 0 else {} for number in range(40)}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API over two small scans and a larger one."""
    file = tmp_path_factory.mktemp("store") / "tagward.db"
    policy = load(POLICY, as_of=NOON.date())
    remember(file, policy)
    with Api(store=str(file)) as api:
        yield api


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API over thirty findings."""
    file = tmp_path_factory.mktemp("many") / "tagward.db"
    store = open_store(str(file))
    scan(store, load(POLICY, as_of=NOON.date()), NOON.date(), MANY)
    store.close()
    with Api(store=str(file)) as api:
        yield api


def names(api: Api, query: str = "") -> list[str]:
    answer = api.ask("GET", f"/v1/findings?{query}")
    assert answer.status_code == 200, answer.text
    return [each["resource"]["name"] for each in answer.json()["findings"]]


def test_open_findings_are_told_with_their_life(served: Api) -> None:
    (found,) = served.ask("GET", "/v1/findings").json()["findings"]
    assert (found["life"], found["code"], found["resource"]["name"]) == ("open", "TW002", "shop")
    assert (found["first_seen"], found["last_seen"]) == ("2026-11-20T02:00:00Z", "2026-11-21T02:00:00Z")
    assert (found["value"], found["reopened"]) == (DAYS[0]["shop"]["ml-team"], 0)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("life=resolved", ["loader"]),
        ("life=open&life=resolved", ["loader", "shop"]),
        ("life=exempt", []),
        ("code=TW002&account=111122223333&cloud=aws&region=eu-west-1&service=ec2", ["shop"]),
        ("tag=ml-team&severity=error&type=aws:ec2:instance", ["shop"]),
        ("tag=ml-run", []),
        ("text=SHO", ["shop"]),
        ("text=%25", []),
        ("opened_in=1", ["shop"]),
        ("opened_in=2", []),
        ("life=resolved&resolved_in=2", ["loader"]),
        ("life=open&life=resolved&sort=-resource_id", ["shop", "loader"]),
    ],
)
def test_filters_are_combined(served: Api, query: str, expected: list[str]) -> None:
    assert names(served, query) == expected


@pytest.mark.parametrize("sort", ["id", "-id", "resource_id", "-severity", "first_seen", "-account"])
def test_pages_follow_each_other_and_lose_nothing(many: Api, sort: str) -> None:
    found: list[str] = []
    path = f"/v1/findings?limit=7&sort={sort}"
    for _ in range(5):
        answer = many.ask("GET", path)
        page = answer.json()
        found += [each["resource"]["name"] for each in page["findings"]]
        link = answer.headers.get("link", "")
        assert bool(link) is (page["next"] is not None)
        if not link:
            break
        target, relation = re.fullmatch(r'<(.+)>; (rel="next")', link).groups()  # type: ignore[union-attr]
        assert relation == 'rel="next"'
        path = target
    assert len(found) == 30
    assert sorted(found) == sorted(name for name, tags in MANY.items() if not tags)


def test_a_cursor_is_of_use_for_its_own_question_only(many: Api) -> None:
    cursor = many.ask("GET", "/v1/findings?limit=7").json()["next"]
    found = problem(many.ask("GET", f"/v1/findings?limit=7&sort=-id&cursor={cursor}"))
    assert (found["status"], found["errors"][0]["parameter"]) == (422, "cursor")
    assert "another question" in found["detail"]


def forged(api: Api, sort: str, *place: Any) -> str:
    """Make a cursor that carries the right question and anything else beside."""
    given = api.ask("GET", f"/v1/findings?limit=1&sort={sort}").json()["next"]
    question = json.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))[0]
    return base64.urlsafe_b64encode(json.dumps([question, *place]).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("sort", "place"),
    [
        ("id", ("x", 1)),
        ("id", (2**70, 2**70)),
        ("id", (1, 2**63)),
        ("account", (5, 1)),
        ("account", ("\0", 1)),
        ("first_seen", (-(2**63), 1)),
        ("severity", ("'; DROP TABLE finding --", 1)),
        ("id", (None, None)),
        ("id", ()),
    ],
)
def test_a_forged_cursor_breaks_nothing(many: Api, sort: str, place: tuple[Any, ...]) -> None:
    answer = many.ask("GET", f"/v1/findings?limit=1&sort={sort}&cursor={forged(many, sort, *place)}")
    assert answer.status_code in (200, 422), answer.text
    assert len(names(many)) == 30


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=1e3", "limit"),
        ("sort=value", "sort"),
        ("sort=id;DROP", "sort"),
        ("life=dead", "life"),
        ("severity=fatal", "severity"),
        ("cursor=%00", "cursor"),
        ("cursor=..%2F..", "cursor"),
        ("seen_in=0", "seen_in"),
        ("seen_in=99999999999999999999", "seen_in"),
        ("account=", "account"),
        ("text=%0A", "text"),
        ("format=xlsx", "format"),
        ("page=2", "page"),
        ("format=csv&limit=5", "limit"),
        ("&".join(f"tag=t{number}" for number in range(101)), "tag"),
    ],
)
def test_parameters_that_cannot_be_used_are_named(served: Api, query: str, parameter: str) -> None:
    found = problem(served.ask("GET", f"/v1/findings?{query}"))
    assert found["status"] == 422
    assert parameter in {each["parameter"] for each in found["errors"]} | {query.split("=", maxsplit=1)[0]}


@pytest.mark.parametrize(
    "query", ["tag=' OR 1=1 --", "text=' UNION SELECT", "account=%F0%9F%92%A9", "text=\\"]
)
def test_hostile_words_find_nothing_and_break_nothing(served: Api, query: str) -> None:
    assert names(served, query) == []


def test_csv_runs_in_no_spreadsheet(served: Api) -> None:
    answer = served.ask("GET", "/v1/findings?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="findings.csv"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    (row,) = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert row["value"] == "'" + DAYS[0]["shop"]["ml-team"]
    assert row["name"] == "shop"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1"])
def test_no_text_begins_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"
    (cells,) = csv.reader(io.StringIO("".join(lines([[text, "x"]])), newline=""))
    assert cells == [f"'{text}", "x"]


def test_numbers_and_other_text_are_left_alone() -> None:
    assert [safe(cell) for cell in (-1, 0.5, None, "a=b", "", "'x")] == [-1, 0.5, "", "a=b", "", "'x"]


def test_an_export_has_every_finding_and_every_column(many: Api, tmp_path: Path) -> None:
    from pyarrow import parquet

    answer = many.ask("GET", "/v1/findings", headers={"accept": "application/vnd.apache.parquet"})
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    table = parquet.read_table(io.BytesIO(answer.content))
    rows = table.to_pylist()
    told = many.ask("GET", "/v1/findings?limit=100").json()["findings"]
    rows.sort(key=lambda row: int(row["id"]))
    assert [row["name"] for row in rows] == [each["resource"]["name"] for each in told]
    assert rows[0]["message"] == told[0]["message"]
    assert rows[0]["first_seen"] == datetime.fromisoformat(told[0]["first_seen"])
    text = many.ask("GET", "/v1/findings", headers={"accept": "text/csv"}).text
    assert len(list(csv.DictReader(io.StringIO(text, newline="")))) == 30


def test_an_export_leaves_no_file_behind(many: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert many.ask("GET", "/v1/findings?format=csv").status_code == 200
    assert many.ask("GET", "/v1/findings?format=parquet").status_code == 200
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("text/csv;q=0.5, application/json", "json"),
        ("application/json;q=0.5, text/csv", "csv"),
        ("Application/Vnd.Apache.Parquet", "parquet"),
        ("text/html", "json"),
        ("text/csv;q=0", "json"),
        ("text/csv;q=nan, */*;q=0.1", "json"),
        (";;,,", "json"),
    ],
)
def test_the_header_accept_chooses_a_format(accept: str, expected: str) -> None:
    assert wanted_format(None, accept) == expected
    assert wanted_format("parquet", accept) == "parquet"
