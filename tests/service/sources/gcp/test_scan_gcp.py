"""`tagward scan gcp`, from the command line to the exit code."""

import json
from pathlib import Path

import pytest

from tests.service.cli.conftest import FULL, Run, here, run
from tests.service.sources.cloud_server import serving
from tests.service.sources.gcp.organization import Organization

__all__ = ["here", "run"]


def test_what_is_denied_is_told_and_never_compliant(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization = Organization(tokens={"anonymous"})
    for name in ("shop-ml", "shop-web"):
        organization.add(name, FULL).add("good", FULL)
    bad = organization.projects["shop-ml"].add("bad", {"ml-team": "fraud"})
    organization.denied = {"projects/shop-web"}
    with serving(organization.answer) as server:
        for api in ("CLOUDASSET", "CLOUDRESOURCEMANAGER"):
            monkeypatch.setenv(f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{api}", server.url)
        scan = ("scan", "gcp", "--scope", "organizations/1", "--store", "scans.db", "-q", "-f", "json")
        denied = run(*scan)
        organization.denied = set()
        every = run(*scan, "--fresh")

    report = json.loads(denied.out)
    assert denied.code == 4
    assert report["summary"]["resources"] == 3
    assert {each["resource"]["id"] for each in report["findings"]} == {bad}
    assert ["shop-web" in each["what"] for each in report["not_evaluated"]] == [True]
    assert every.code == 1
    assert json.loads(every.out)["summary"]["resources"] == 5
