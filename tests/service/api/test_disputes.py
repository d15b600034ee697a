"""Disputes over the API: filters, pages, and nothing that can be forged."""

from collections.abc import Iterator

import pytest

from tagward.loader import load
from tagward_service.store import open_store
from tagward_service.store.dispute_interface import About
from tests.service.api.harness import NOON, POLICY, Api, problem
from tests.service.api.remembered import dispute


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API over twelve disputes, two of them of another policy."""
    file = tmp_path_factory.mktemp("store") / "tagward.db"
    name = load(POLICY, as_of=NOON.date()).name
    store = open_store(str(file))
    dispute(store, name)
    dispute(store, "another")
    for number in range(10):
        store.disputes.open(name, "=cmd()", About(resources=(f"i-{number}",)), reason="<b>", by="\u202ea")
    store.close()
    with Api(store=str(file)) as api:
        yield api


def names(api: Api, query: str = "") -> list[str]:
    answer = api.ask("GET", f"/v1/disputes?{query}")
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["disputes"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=2", ["D-12", "D-11"]),
        ("team=vision", ["D-2"]),
        ("team=search", ["D-1"]),
        ("team=search&team=vision", ["D-2", "D-1"]),
        ("state=reassigned", ["D-1"]),
        ("state=open&team=search", []),
        ("state=withdrawn", []),
        ("team=' OR 1=1 --", []),
    ],
)
def test_filters_are_combined(served: Api, query: str, expected: list[str]) -> None:
    assert names(served, query) == expected


def test_the_history_is_told_from_the_opening_on(served: Api) -> None:
    (found,) = served.ask("GET", "/v1/disputes?team=search").json()["disputes"]
    assert (found["team"], found["state"], found["to"]) == ("nlp", "reassigned", "search")
    assert found["about"]["services"] == ["Amazon S3"]
    assert [(each["state"], each["by"], each["at"]) for each in found["history"]] == [
        ("open", "ada", "2026-11-20T02:00:00Z"),
        ("reassigned", "finops", "2026-11-21T02:00:00Z"),
    ]


def test_pages_follow_each_other_and_lose_nothing(served: Api) -> None:
    path, found = "/v1/disputes?limit=5&state=open&state=reassigned", list[str]()
    while path:
        answer = served.ask("GET", path)
        found += [each["id"] for each in answer.json()["disputes"]]
        link = answer.headers.get("link", "")
        assert bool(link) is (answer.json()["next"] is not None)
        path = link[1 : link.index(">")] if link else ""
    assert found == [f"D-{number}" for number in range(12, 0, -1)]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("state=closed", "state"),
        ("team=", "team"),
        ("cursor=..%2F", "cursor"),
        ("cursor=WyJhIiwxLDFd", "cursor"),
        ("sort=id", "sort"),
    ],
)
def test_parameters_that_cannot_be_used_are_named(served: Api, query: str, parameter: str) -> None:
    found = problem(served.ask("GET", f"/v1/disputes?{query}"))
    assert (found["status"], found["errors"][0]["parameter"]) == (422, parameter)


def test_a_cursor_is_of_use_for_its_own_question_only(served: Api) -> None:
    cursor = served.ask("GET", "/v1/disputes?limit=1").json()["next"]
    found = problem(served.ask("GET", f"/v1/disputes?limit=1&state=open&cursor={cursor}"))
    assert "another question" in found["detail"]


def test_without_a_store_there_are_no_disputes(api: Api) -> None:
    assert problem(api.ask("GET", "/v1/disputes"))["type"] == "/docs#no-store"
