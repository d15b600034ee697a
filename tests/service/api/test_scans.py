"""Scans, coverage and readiness over the API; and what is said where there is no store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tagward.loader import load
from tests.service.api.harness import NOON, POLICY, Api, problem
from tests.service.api.remembered import DENIED, remember
from tests.service.api.test_access import SECRETS, bearer, file

__all__ = ["file"]

PATHS = ("/v1/scans", "/v1/scans/1", "/v1/findings", "/v1/coverage", "/v1/readiness")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two scans."""
    made = tmp_path_factory.mktemp("store") / "tagward.db"
    remember(made, load(POLICY, as_of=NOON.date()))
    return made


@pytest.fixture(scope="module")
def served(kept: Path) -> Iterator[Api]:
    with Api(store=str(kept)) as api:
        yield api


def test_scans_are_listed_newest_first(served: Api) -> None:
    scans = served.ask("GET", "/v1/scans").json()["scans"]
    assert [(each["id"], each["state"]) for each in scans] == [(2, "incomplete"), (1, "complete")]
    assert [each["id"] for each in served.ask("GET", "/v1/scans?limit=1").json()["scans"]] == [2]
    assert served.ask("GET", "/v1/scans?cloud=gcp").json()["scans"] == []


def test_a_scan_is_shown_with_what_it_could_not_read(served: Api) -> None:
    shown = served.ask("GET", "/v1/scans/2").json()
    assert (shown["scan"]["id"], shown["by_resource"]["taggable"], shown["by_resource"]["compliant"]) == (
        2,
        3,
        2,
    )
    assert [each["what"] for each in shown["not_scanned"]] == [DENIED.what]


@pytest.mark.parametrize("number", ["3", str(2**63 - 1)])
def test_a_scan_that_there_is_not_is_not_found(served: Api, number: str) -> None:
    assert problem(served.ask("GET", f"/v1/scans/{number}"))["status"] == 404


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", str(2**63), "%00", "1" * 500])
def test_what_is_no_number_of_a_scan_is_refused(served: Api, number: str) -> None:
    assert problem(served.ask("GET", f"/v1/scans/{number}"))["status"] == 422


def test_a_scan_by_another_policy_is_not_told_of(kept: Path, served: Api) -> None:
    with Api(store=str(kept)) as api:
        api.source.policy = load("pack:ml-platform", as_of=NOON.date())
        api.live.refresh()
        assert api.ask("GET", "/v1/scans").json()["scans"] == []
        assert api.ask("GET", "/v1/findings").json()["findings"] == []
        assert problem(api.ask("GET", "/v1/scans/1"))["status"] == 404
    assert served.ask("GET", "/v1/scans/1").status_code == 200


def test_coverage_stands_beside_what_could_not_be_scanned(served: Api) -> None:
    shown = served.ask("GET", "/v1/coverage?by=tag:ml-team&by=region").json()
    assert (shown["by_resource"]["percent"], shown["as_of"]) == (66.6, "2026-11-21")
    assert [each["dimension"] for each in shown["by"]] == ["tag:ml-team", "region"]
    assert shown["by"][1]["groups"][0] | {"percent": 66.6} == shown["by"][1]["groups"][0]
    assert [(each["day"], each["percent"]) for each in shown["trend"]] == [
        ("2026-11-20", 33.3),
        ("2026-11-21", 66.6),
    ]
    assert shown["change"] == {"new": 0, "fixed": 1}
    assert shown["not_scanned"][0]["incomplete"] is True
    assert shown["readiness"]["ready"] is False


@pytest.mark.parametrize("by", ["colour", "tag:nope", "tag:", "' OR 1=1"])
def test_a_dimension_that_there_is_not_is_named(served: Api, by: str) -> None:
    found = problem(served.ask("GET", f"/v1/coverage?by={by}"))
    assert (found["status"], found["errors"][0]["parameter"]) == (422, "by")


def test_readiness_is_by_the_threshold_that_is_asked_for(served: Api) -> None:
    low = served.ask("GET", "/v1/readiness?min=66.6").json()["readiness"]
    assert low == {
        "threshold": 66.6,
        "measure": "resources",
        "ready": False,
        "missing": ["not everything could be scanned"],
    }
    shown = served.ask("GET", "/v1/readiness").json()
    assert (shown["readiness"]["threshold"], shown["compliant"], shown["taggable"]) == (90.0, 2, 3)


@pytest.mark.parametrize(
    "query", ["min=101", "min=-0.1", "min=nan", "min=inf", "min=", "by=cost", "as_of=2026-W01"]
)
def test_a_threshold_that_is_none_is_refused(served: Api, query: str) -> None:
    assert problem(served.ask("GET", f"/v1/readiness?{query}"))["status"] == 422


@pytest.mark.parametrize("path", PATHS)
def test_without_a_store_there_is_nothing_to_ask(api: Api, path: str) -> None:
    found = problem(api.ask("GET", path))
    assert (found["status"], found["type"]) == (404, "/docs#no-store")
    assert "--store" in found["detail"]


def test_a_store_that_is_gone_is_said_and_not_made(tmp_path: Path) -> None:
    gone = tmp_path / "gone.db"
    with Api(store=str(gone)) as api:
        for path in (*PATHS, "/v1/findings?format=csv"):
            answer = api.ask("GET", path)
            assert (problem(answer)["type"], answer.status_code) == ("/docs#store", 503)
            assert answer.headers["retry-after"]
    assert not gone.exists()


def test_reading_takes_the_role_read(kept: Path, file: Any) -> None:
    with Api(store=str(kept), tokens=file) as api:
        for path in PATHS:
            assert api.ask("GET", path).status_code == 401
            assert api.ask("GET", path, headers=bearer(SECRETS["ci"])).status_code == 403
            assert api.ask("GET", path, headers=bearer(SECRETS["dashboard"])).status_code == 200
