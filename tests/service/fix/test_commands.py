"""From a scan of AWS by the command line to tags that are written, seen by the next scan, and taken back."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from tests.service.cli.conftest import Run, here, run
from tests.service.sources.aws.cloud.calls import Answer, Call
from tests.service.sources.aws.cloud.server import Cloud, running

__all__ = ["here", "run"]

REGION = "eu-west-1"
POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme, version: '2'}
tags:
  ml-team: {required: true, pattern: "[a-z]+", aliases: [{key: team, until: 2026-01-31}]}
  ml-environment: {required: true, values: [dev, prod], replaces: {production: prod}}
"""
SCAN = ("scan", "aws", "-q", "--regions", REGION, "--services", "sns", "--fail-on", "never")


@pytest.fixture
def cloud(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    (here / "tagward.yaml").write_text(POLICY)
    for name in [each for each in os.environ if each.startswith(("AWS_", "TAGWARD_"))]:
        monkeypatch.delenv(name)
    with running() as found:
        for name, value in found.environment().items():
            monkeypatch.setenv(name, value)
        boto3.client("organizations").create_organization(FeatureSet="ALL")
        yield found


def topic(name: str, **tags: str) -> str:
    given = [{"Key": key.replace("_", "-"), "Value": value} for key, value in tags.items()]
    arn: str = boto3.client("sns", region_name=REGION).create_topic(Name=name, Tags=given)["TopicArn"]
    return arn


def tags_of(arn: str) -> dict[str, str]:
    listed = boto3.client("sns", region_name=REGION).list_tags_for_resource(ResourceArn=arn)["Tags"]
    return {each["Key"]: each["Value"] for each in listed}


def planned(run: Run) -> Any:
    assert run(*SCAN).code in (0, 4)
    assert run("fix", "plan", "-q", "-o", "plan.yaml", "--map", "accounts.csv").code == 0
    return yaml.safe_load(Path("plan.yaml").read_text())


def test_a_scan_leads_to_a_plan_and_the_plan_to_a_clean_scan(cloud: Cloud, run: Run) -> None:
    Path("accounts.csv").write_text("account,name,ml-team\n123456789012,bare*,speech\n")
    arns = {
        "good": topic("good", ml_team="nlp", ml_environment="dev"),
        "alias": topic("alias", team="nlp", ml_environment="production"),
        "bare": topic("bare", ml_environment="dev"),
        "lost": topic("lost", ml_team="nlp", ml_environment="test"),
    }
    before = {name: tags_of(arn) for name, arn in arns.items()}
    plan = planned(run)
    assert {each["resource"] for each in plan["writes"]} == {arns["alias"], arns["bare"]}
    assert [each["resource"] for each in plan["left"]] == [arns["lost"]]

    applied = run("fix", "apply", "plan.yaml", "--yes")
    assert applied.code == 0, applied
    assert tags_of(arns["alias"]) == {"team": "nlp", "ml-team": "nlp", "ml-environment": "prod"}
    assert tags_of(arns["bare"]) == {"ml-team": "speech", "ml-environment": "dev"}
    assert planned(run)["writes"] == []

    assert run("fix", "undo", "plan.yaml.journal", "--yes").code == 0
    assert {name: tags_of(arn) for name, arn in arns.items()} == before


def test_a_signal_ends_it_behind_the_batch_that_is_being_written(cloud: Cloud, run: Run) -> None:
    Path("accounts.csv").write_text("account,ml-team\n123456789012,speech\n")
    arns = [topic(f"topic-{number}", ml_environment="dev") for number in range(30)]
    planned(run)

    def interrupt(call: Call, body: bytes) -> Answer | None:
        if call.operation == "TagResources":
            os.kill(os.getpid(), signal.SIGTERM)
        return None

    cloud.faults.append(interrupt)
    applied = run("fix", "apply", "plan.yaml", "--yes")
    cloud.faults.clear()
    assert applied.code == 1
    assert (applied.out.count("not done"), applied.out.count("done  ")) == (10, 30)
    assert sum("ml-team" in tags_of(arn) for arn in arns) == 20
    assert run("fix", "apply", "plan.yaml", "--yes").code == 0
    assert all(tags_of(arn)["ml-team"] == "speech" for arn in arns)


def test_a_plan_or_journal_that_is_not_there_is_an_error(cloud: Cloud, run: Run) -> None:
    assert run("fix", "apply", "nothing.yaml", "--yes").code == 2
    assert run("fix", "undo", "nothing.journal", "--yes").code == 2
    ran = run("fix", "plan")
    assert (ran.code, "there is no store" in ran.err) == (2, True)
