"""`tagward scan aws`, as a user runs it, on an organization of moto's server."""

from pathlib import Path
from typing import Any

import pytest

from tagward_service.cli import main
from tagward_service.store import open_store
from tests.service.sources.aws.cloud.calls import Call
from tests.service.sources.aws.cloud.server import Cloud
from tests.service.sources.aws.cloud.stand_ins import modelled, paged

LISTED = [
    {"TagKey": "ml-team", "Type": "UserDefined", "Status": "Active"},
    {"TagKey": "ml-project", "Type": "UserDefined", "Status": "Inactive"},
    {"TagKey": "ML-Environment", "Type": "UserDefined", "Status": "Active"},
]


def listed(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    return paged("CostAllocationTags", LISTED, given, size=100)


@pytest.fixture
def run(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Run the scan of queues in one region."""
    for name, value in cloud.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def invoke(*options: str) -> tuple[int, str, str]:
        capsys.readouterr()
        where = ("--regions", "eu-west-1", "--services", "sqs", "--store", "tagward.db")
        code = main(["scan", "aws", "--policy", "pack:ml-platform", *where, *options])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return invoke


def test_tags_that_never_reach_the_bill_are_told_and_kept(run: Any, cloud: Cloud, tmp_path: Path) -> None:
    cloud.stand_ins["ce:ListCostAllocationTags"] = modelled(listed)

    _, out, _ = run("--allow-empty", "--fail-on", "never")

    assert "billing   1 of 5 tags of the policy reach the bill" in out
    assert "ml-project is not activated: activate it: aws ce" in out
    assert "ml-environment is not seen on any bill; billing has `ML-Environment`" in out
    store = open_store(str(tmp_path / "tagward.db"))
    kept = store.report("cost-allocation-tags", "ml-platform")
    store.close()
    assert kept
    assert b'"state":"inactive"' in kept.content


def test_a_profile_or_configuration_that_cannot_be_used_is_told_as_such(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("--profile", "nosuch")[::2] == (
        2,
        "error: the configuration of AWS cannot be used: the config profile (nosuch) could not be found\n",
    )
    (tmp_path / "config").write_text("[profile x\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    code, _, err = run()
    assert code == 2
    assert "config" in err
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_REGION", "moon-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "moon-1")
    code, _, err = run()
    assert "bug" not in err


def test_who_may_not_ask_billing_is_told_so_and_nothing_else_is_lost(run: Any, cloud: Cloud) -> None:
    cloud.stand_ins.pop("ce:ListCostAllocationTags", None)

    code, out, _ = run("--allow-empty", "--fail-on", "never")

    assert code == 0
    assert "billing   nobody knows which tags reach the bill" in out
