"""The nightly scans that are deployed: what they run, as whom, and what becomes of failures."""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tagward import __version__
from tagward_service.cli.exits import Exit
from tagward_service.sources.kubernetes.cluster.permissions import cluster_role
from tests.deploy.rendered import DEPLOY, ROOT, Data, absent

pytestmark = pytest.mark.skipif(bool(absent()), reason=absent())

SCANS = ("kubernetes", "aws")
each_scan = pytest.mark.parametrize("scan", SCANS)


@cache
def manifests(scan: str) -> list[Data]:
    command = ["kubectl", "kustomize", str(DEPLOY / "scan" / scan)]
    rendered = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return list(yaml.safe_load_all(rendered))


def one(scan: str, kind: str) -> Data:
    [found] = [each for each in manifests(scan) if each["kind"] == kind]
    return found


def job(scan: str) -> Any:
    return one(scan, "CronJob")["spec"]["jobTemplate"]["spec"]


def pod(scan: str) -> Any:
    return job(scan)["template"]["spec"]


def container(scan: str) -> Any:
    [found] = pod(scan)["containers"]
    return found


def settings(scan: str) -> dict[str, str]:
    return {
        each["name"]: each["value"]
        for each in container(scan)["env"]
        if "value" in each and each["name"].startswith("TAGWARD_")
    }


def arguments(scan: str, index: int = 0) -> list[str]:
    """Return what the image is asked to run; the shell of an indexed job is asked itself."""
    found = container(scan)
    if "command" not in found:
        return list(found["args"])
    [script] = found["args"]
    assert found["command"] == ["/bin/sh", "-c"]
    shown = script.replace("exec python -P -m tagward_service.cli", "printf '%s\\n'")
    assert shown != script
    env = {"JOB_COMPLETION_INDEX": str(index), "SHARDS": shards(scan), "PATH": os.environ["PATH"]}
    ran = subprocess.run(["/bin/sh", "-c", shown], capture_output=True, text=True, check=True, env=env)
    return ran.stdout.split()


def shards(scan: str) -> str:
    [found] = [each["value"] for each in container(scan)["env"] if each["name"] == "SHARDS"]
    return str(found)


@each_scan
def test_pods_may_do_nothing_that_they_need_not(scan: str) -> None:
    spec, found = pod(scan), container(scan)
    context = spec["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] == context["runAsGroup"] == context["fsGroup"] == 65532
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC", "hostUsers"} & set(spec)
    assert found["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(found["resources"]) == {"requests", "limits"}
    assert all(each["readOnly"] for each in found["volumeMounts"])
    assert spec["enableServiceLinks"] is False
    assert found["image"] == f"tagward-scan:{__version__}"


def test_the_rights_are_those_that_the_command_prints() -> None:
    role, binding = one("kubernetes", "ClusterRole"), one("kubernetes", "ClusterRoleBinding")
    assert role["rules"] == cluster_role()["rules"]
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"list"}
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    [subject] = binding["subjects"]
    account = one("kubernetes", "ServiceAccount")["metadata"]
    assert (subject["namespace"], subject["name"]) == (account["namespace"], account["name"])
    assert pod("kubernetes")["serviceAccountName"] == account["name"]


def test_a_scan_of_a_cloud_has_no_rights_in_the_cluster() -> None:
    assert not [each for each in manifests("aws") if "Role" in each["kind"]]
    assert pod("aws")["automountServiceAccountToken"] is False


@each_scan
def test_the_store_comes_from_a_secret_and_stands_nowhere_else(scan: str) -> None:
    given = (each for each in container(scan)["env"] if "valueFrom" in each)
    secrets = {each["name"]: each["valueFrom"]["secretKeyRef"] for each in given}
    assert secrets["TAGWARD_STORE"] == {"name": "tagward-store", "key": "url"}
    assert secrets["TAGWARD_SNAPSHOTS"]["optional"] is True
    assert not [each for each in manifests(scan) if each["kind"] == "Secret"]


@each_scan
def test_the_settings_are_those_of_the_command(scan: str, tmp_path: Path) -> None:
    given = settings(scan) | {"TAGWARD_POLICY": str(DEPLOY / "scan" / "base" / "tagward.yaml")}
    command = [sys.executable, "-m", "tagward_service.cli", *arguments(scan), "--show-config"]
    environ = os.environ | given | {"TAGWARD_STORE": "postgresql://tagward@db/tagward"}
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environ)
    assert ran.returncode == 0, ran.stderr
    rows = {row.split()[0]: row.split()[1:] for row in ran.stdout.splitlines()}
    for name, value in given.items():
        assert rows[name.removeprefix("TAGWARD_").lower()] == [value, f"${name}"]


@each_scan
def test_the_policy_is_mounted_where_it_is_looked_for(scan: str) -> None:
    [mount] = container(scan)["volumeMounts"]
    [volume] = pod(scan)["volumes"]
    held = one(scan, "ConfigMap")
    [file] = held["data"]
    assert volume["configMap"]["name"] == held["metadata"]["name"]
    assert settings(scan)["TAGWARD_POLICY"] == f"{mount['mountPath']}/{file}"
    assert volume["configMap"]["defaultMode"] == 0o440


def test_the_shares_of_an_indexed_job_are_all_and_each_once() -> None:
    completions = job("aws")["completions"]
    assert job("aws")["completionMode"] == "Indexed"
    assert (job("aws")["parallelism"], shards("aws")) == (completions, str(completions))
    asked = [arguments("aws", index) for index in range(completions)]
    assert [each[-1] for each in asked] == [f"{number}/{completions}" for number in range(1, completions + 1)]
    assert all(each[:3] == ["scan", "aws", "--shard"] for each in asked)


@each_scan
def test_what_does_not_go_away_by_itself_is_not_tried_again(scan: str) -> None:
    moved, ended = job(scan)["podFailurePolicy"]["rules"]
    assert moved["action"] == "Ignore"
    assert moved["onPodConditions"] == [{"type": "DisruptionTarget"}]
    assert ended["onExitCodes"]["values"] == [Exit.USAGE, Exit.NOTHING, Exit.INCOMPLETE]
    assert ended["action"] == ("FailIndex" if "completionMode" in job(scan) else "FailJob")
    assert ("backoffLimitPerIndex" in job(scan)) is (ended["action"] == "FailIndex")
    assert pod(scan)["restartPolicy"] == "Never"
    assert settings(scan)["TAGWARD_FAIL_ON"] == "never"


@each_scan
def test_a_scan_ends_itself_before_it_is_ended(scan: str) -> None:
    budget = settings(scan)["TAGWARD_TIME_BUDGET"]
    seconds = int(budget[:-1]) * {"m": 60, "h": 3600}[budget[-1]]
    assert seconds + 600 <= job(scan)["activeDeadlineSeconds"]
    assert one(scan, "CronJob")["spec"]["concurrencyPolicy"] == "Forbid"


@each_scan
def test_the_network_policy_is_about_its_pods(scan: str) -> None:
    policy = one(scan, "NetworkPolicy")["spec"]
    labels = job(scan)["template"]["metadata"]["labels"]
    assert policy["podSelector"]["matchLabels"].items() <= labels.items()
    assert {port["port"] for rule in policy["egress"] for port in rule["ports"]} == {443, 6443, 5432, 53}
    assert "ingress" not in policy


def test_the_image_is_built_as_that_of_the_webhook() -> None:
    """Only what is installed differs, what is said of it, and what it runs."""
    webhook = (DEPLOY / "Containerfile").read_text().splitlines()
    scan = (DEPLOY / "scan" / "Containerfile").read_text().splitlines()
    same = [line.replace("service.txt", "scan.txt") for line in webhook]
    others = [line for line in scan if line not in same]
    assert all(re.match(r"#|CMD|\s+org\.opencontainers\.image\.description", line) for line in others)
    sent = (DEPLOY / "scan" / "Containerfile.dockerignore").read_text()
    assert sent == (DEPLOY / "Containerfile.dockerignore").read_text().replace("service.txt", "scan.txt")


def test_the_image_has_what_scans_need_as_it_was_tested() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        return dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z]+\])?==([^ ]+)", text, re.MULTILINE))

    scan, tested = pins("scan"), pins("test")
    needed = {
        "boto3",
        "azure-mgmt-resourcegraph",
        "google-cloud-asset",
        "kubernetes",
        "psycopg",
        "sqlalchemy",
    }
    assert needed | {"alembic", "pyarrow", "msgspec", "google-re2"} <= set(scan)
    assert {name: tested.get(name) for name in scan} == scan
