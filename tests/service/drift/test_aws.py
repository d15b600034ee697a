"""What is deployed in AWS Organizations, read from a simulated AWS."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tagward_service.drift.deployed.aws import read
from tests.service.cli.conftest import Run, here, run

__all__ = ["here", "run"]

POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme, version: '2'}
tags:
  ml-team: {title: Team, required: {on: {types: ["aws:ec2:instance"]}}, values: [a, b]}
targets: {aws-scp: {actions: ["ec2:RunInstances"], protect: false}}
"""
DIFF = ("diff", "-t", "aws-scp", "--deployed", "--as-of", "2026-11-21")
SCP = "SERVICE_CONTROL_POLICY"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An organization without policies of ours; the standard environment leads to it."""
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")).close()
    client = boto3.client("organizations", region_name="us-east-1")
    client.create_organization(FeatureSet="ALL")
    return client


@pytest.fixture
def documents(run: Run, here: Path) -> dict[str, str]:
    """What the policy compiles to."""
    (here / "tagward.yaml").write_text(POLICY)
    run("compile", "-t", "aws-scp", "-o", "out", "--as-of", "2026-11-21")
    return {path.stem: path.read_text() for path in (here / "out" / "aws-scp").iterdir()}


def deploy(client: Any, documents: dict[str, str], *, attach: bool = True, kind: str = SCP) -> None:
    root = client.list_roots()["Roots"][0]["Id"]
    for name, content in documents.items():
        made = client.create_policy(Name=name, Content=content, Description="", Type=kind)
        if attach:
            client.attach_policy(PolicyId=made["Policy"]["PolicySummary"]["Id"], TargetId=root)


def test_what_is_deployed_as_compiled_has_not_drifted(run: Run, aws: Any, documents: dict[str, str]) -> None:
    deploy(aws, documents | {"somebody-elses": documents["acme-1"]})

    ran = run(*DIFF)

    assert (ran.code, ran.err) == (0, "")
    assert "from  deployed: AWS Organizations, service control policies" in ran.out
    assert ran.out.endswith("no drift: nothing differs\n")


def test_a_statement_that_somebody_took_out_by_hand_is_told(
    run: Run, aws: Any, documents: dict[str, str]
) -> None:
    document = json.loads(documents["acme-1"])
    document["Statement"] = [each for each in document["Statement"] if not each["Sid"].startswith("Enforce")]
    deploy(aws, {"acme-1": json.dumps(document)})

    ran = run(*DIFF)

    assert ran.code == 1
    assert (
        "stricter  creating an EC2 instance without `ml-team` would be denied (is allowed as deployed)"
        in ran.out
    )


def test_nothing_deployed_is_missing_and_what_that_lets_through_is_told(
    run: Run, aws: Any, documents: dict[str, str]
) -> None:
    ran = run(*DIFF)

    assert ran.code == 1
    assert "missing   `acme-1` is compiled and not deployed" in ran.out
    assert "without `ml-team` would be denied (is allowed as deployed)" in ran.out


def test_what_is_compiled_no_more_is_extra(run: Run, aws: Any, documents: dict[str, str]) -> None:
    deploy(aws, documents | {"acme-9": documents["acme-1"]})

    ran = run(*DIFF)

    assert ran.code == 1
    assert "extra     `acme-9` is deployed and compiled no more" in ran.out
    assert "alike     both sides decide alike on " in ran.out


def test_a_policy_attached_to_nothing_guards_nothing(run: Run, aws: Any, documents: dict[str, str]) -> None:
    deploy(aws, documents, attach=False)

    ran = run(*DIFF)

    assert ran.code == 1
    assert "detached  `acme-1` is deployed and attached to nothing" in ran.out


def test_more_policies_than_fit_on_a_page_are_read(run: Run, aws: Any, documents: dict[str, str]) -> None:
    deploy(aws, {f"other-{number}": documents["acme-1"] for number in range(30)} | documents, attach=False)

    assert "missing" not in run(*DIFF).out


def test_an_organization_that_cannot_be_read_is_incomplete(
    run: Run, aws: Any, documents: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")

    ran = run(*DIFF)

    assert ran.code == 4
    assert "not read  AWS Organizations, service control policies: Could not connect" in ran.out
    assert ran.out.endswith("not everything could be read\n")


def test_tag_policies_are_compared_too(run: Run, aws: Any, documents: dict[str, str], here: Path) -> None:
    run("compile", "-t", "aws-tag-policy", "-o", "out", "--as-of", "2026-11-21")
    document = json.loads((here / "out" / "aws-tag-policy" / "acme-1.json").read_text())
    document["tags"]["ml-team"]["tag_value"]["@@assign"].append("c")
    root = aws.list_roots()["Roots"][0]["Id"]
    aws.enable_policy_type(RootId=root, PolicyType="TAG_POLICY")
    deploy(aws, {"acme-1": json.dumps(document)}, kind="TAG_POLICY")

    ran = run("diff", "-t", "aws-tag-policy", "--deployed", "--as-of", "2026-11-21")

    assert ran.code == 1
    assert "tagging an EC2 instance with `ml-team` = `c` would be denied (is allowed as deployed)" in ran.out


def test_a_policy_that_cannot_be_read_is_said(aws: Any) -> None:
    found = read(aws, "here", [{"Name": "acme-1", "Id": "p-12345678"}])

    assert found.objects == {}
    assert [each.what for each in found.not_read] == ["policy `acme-1`"]


def test_a_missing_sdk_names_the_extra(
    run: Run, documents: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import tagward_service.drift.deployed as deployed

    monkeypatch.setattr(deployed, "find_spec", lambda name: None)

    ran = run(*DIFF)

    assert ran.code == 2
    assert "pip install 'tagward[aws]'" in ran.err
