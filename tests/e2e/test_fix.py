"""Labels of a real API server are planned, written and taken back, also beside others who write."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tagward_service.fix.interface import Change, Job, Target
from tagward_service.fix.writers.kubernetes import KubernetesWriter
from tagward_service.sources.kubernetes.cluster.connecting import connections
from tests.e2e.cluster import Cluster

SPACE = "fixed"
PODS = f"/api/v1/namespaces/{SPACE}/pods"
POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme, version: '2'}
tags:
  example.com/team: {required: {on: {clouds: [kubernetes]}}, aliases: [{key: team, until: 2026-01-31}]}
  ml-environment: {required: true, values: [dev, prod], replaces: {production: prod}}
"""
OLD = {"team": "nlp", "ml-environment": "production", "app": "web"}
NEW = {**OLD, "example.com/team": "nlp", "ml-environment": "prod"}


def pod(name: str, **labels: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": SPACE, "labels": labels},
        "spec": {"containers": [{"name": "main", "image": "example.com/web:1"}]},
    }


@pytest.fixture
def fixed(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    cluster.namespace(SPACE)
    (tmp_path / "tagward.yaml").write_text(POLICY)
    monkeypatch.chdir(tmp_path)
    return cluster


def test_labels_are_planned_written_and_taken_back(fixed: Cluster) -> None:
    fixed.make(pod("old", **OLD), pod("bare"))
    scanned = fixed.tagward("scan", "kubernetes", "-q", "--fail-on", "never")
    assert scanned.returncode in (0, 4), scanned
    planned = fixed.tagward("fix", "plan", "-o", "plan.yaml")
    assert planned.returncode == 0, planned.stderr
    plan = yaml.safe_load(Path("plan.yaml").read_text())
    ours = [each for each in plan["writes"] if f"/{SPACE}/" in each["resource"]]
    assert {each["key"] for each in ours} == {"example.com/team", "ml-environment"}
    Path("plan.yaml").write_text(yaml.safe_dump({**plan, "writes": ours}))

    applied = fixed.tagward("fix", "apply", "plan.yaml", "--yes")
    assert applied.returncode == 0, applied.stdout
    assert fixed.get(f"{PODS}/old")["metadata"]["labels"] == NEW
    undone = fixed.tagward("fix", "undo", "plan.yaml.journal", "--yes")
    assert undone.returncode == 0, undone.stdout
    assert fixed.get(f"{PODS}/old")["metadata"]["labels"] == OLD
    assert "labels" not in fixed.get(f"{PODS}/bare")["metadata"]


def test_an_object_that_changes_between_reading_and_writing_is_read_again(
    fixed: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixed.make(pod("busy", **OLD))
    monkeypatch.setenv("KUBECONFIG", str(fixed.admin))
    target = Target("kubernetes", "here", "", f"here/{SPACE}/pod/busy", "kubernetes:Pod")
    job = Job(target, (Change(target, "ml-environment", "production", "prod"),))
    writer = KubernetesWriter(connections())
    assert writer.current([target]) == {target: OLD}
    fixed.client.merge(pod("busy"), {"metadata": {"labels": {"by": "somebody"}}})
    assert writer.write([job]) == {}
    assert fixed.get(f"{PODS}/busy")["metadata"]["labels"] == {
        **OLD,
        "ml-environment": "prod",
        "by": "somebody",
    }

    assert writer.current([target])
    fixed.client.merge(pod("busy"), {"metadata": {"labels": {"ml-environment": "dev"}}})
    back = Job(target, (Change(target, "ml-environment", "prod", "production"),))
    failed = writer.write([back])
    assert failed[target].why == "somebody else writes the same labels"
    assert fixed.get(f"{PODS}/busy")["metadata"]["labels"]["ml-environment"] == "dev"


def test_a_label_that_the_api_server_does_not_take_is_told(
    fixed: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixed.make(pod("plain"))
    monkeypatch.setenv("KUBECONFIG", str(fixed.admin))
    target = Target("kubernetes", "here", "", f"here/{SPACE}/pod/plain", "kubernetes:Pod")
    writer = KubernetesWriter(connections())
    assert writer.current([target]) == {target: {}}
    failed = writer.write([Job(target, (Change(target, "team", None, "no spaces here"),))])
    assert "metadata.labels" in failed[target].why
