"""`tagward scan azure`, from the command line to the exit code."""

import json
import time
from pathlib import Path

import pytest

from tests.service.cli.conftest import FULL, Run, here, run
from tests.service.sources.azure.tenant import Tenant
from tests.service.sources.cloud_server import serving

__all__ = ["here", "run"]

MACHINE = "Microsoft.Compute/virtualMachines"


def test_what_is_denied_is_told_and_never_compliant(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = Tenant(time.monotonic, tokens={"anonymous"})
    for number in range(2):
        each = tenant.add(number, f"sub-{number}", FULL)
        each.groups = {"g": FULL}
        each.add(MACHINE, "good", "g", FULL)
    first, second = sorted(tenant.subscriptions)
    bad = tenant.subscriptions[first].add(MACHINE, "bad", "g", {"ml-team": "fraud"})
    tenant.denied = {second}
    with serving(tenant.answer) as server:
        tenant.url = server.url
        monkeypatch.setenv("AZURE_RESOURCE_MANAGER_ENDPOINT", server.url)
        scan = ("scan", "azure", "--store", "scans.db", "-q", "-f", "json")
        named = run(*scan, "--subscriptions", f"{first},{second}")
        tenant.denied = set()
        every = run(*scan, "--fresh")

    report = json.loads(named.out)
    assert named.code == 4
    assert report["summary"]["resources"] == 4
    assert {each["resource"]["id"] for each in report["findings"]} == {bad}
    assert [second in each["what"] for each in report["not_evaluated"]] == [True]
    assert every.code == 1
    assert json.loads(every.out)["summary"]["resources"] == 7
