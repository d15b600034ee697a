"""What is deployed in a real API server is compared with what is compiled: what it fills in is no drift."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.cluster import Cluster

POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {{name: drifting, version: '2'}}
registries: {{teams: {{file: teams.csv, column: slug}}}}
tags:
  ml-team:
    required: {{on: {{types: ["kubernetes:apps/StatefulSet"]}}}}
    registry: teams
    enforce: [{{mode: {mode}}}]
targets: {{kubernetes-vap: {{parameters: true}}}}
"""
DIFF = ("diff", "-t", "kubernetes-vap", "--deployed", "--as-of", "2026-11-21")


@pytest.fixture
def deployed(cluster: Cluster, tmp_path: Path) -> Iterator[Path]:
    """A policy that is compiled, and deployed as it is."""
    policy = tmp_path / "tagward.yaml"
    policy.write_text(POLICY.format(mode="warn"))
    (tmp_path / "teams.csv").write_text("slug\nfraud\ncards\n")
    out = str(tmp_path / "out")
    compiled = cluster.tagward("compile", str(policy), "-t", "kubernetes-vap", "-o", out, *DIFF[-2:])
    assert compiled.returncode == 0, compiled.stderr
    manifests = list(_manifests(tmp_path / "out" / "kubernetes-vap"))
    cluster.make(*manifests)
    yield policy
    for each in manifests:
        assert cluster.client.delete(each).ok


def test_what_was_just_deployed_has_not_drifted(cluster: Cluster, deployed: Path) -> None:
    ran = cluster.tagward(*DIFF, "--policy", str(deployed), "--scope", "kubernetes=admin")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "from  deployed: Kubernetes, context admin\n" in ran.stdout
    assert "same      3 artifacts are the same" in ran.stdout


def test_a_stricter_policy_is_told_in_words(cluster: Cluster, deployed: Path) -> None:
    deployed.write_text(POLICY.format(mode="deny"))

    ran = cluster.tagward(*DIFF, "--policy", str(deployed))

    assert ran.returncode == 1
    assert (
        "stricter  creating a StatefulSet without `ml-team` would be denied (is warned about as deployed)"
        in ran.stdout
    )


def test_a_value_that_is_deployed_no_more_is_told_in_words(cluster: Cluster, deployed: Path) -> None:
    changed = {"data": {"ml-team": "fraud"}}
    parameters = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "drifting-values", "namespace": "kube-system"},
    }
    assert cluster.client.merge(parameters, changed).ok

    ran = cluster.tagward(*DIFF, "--policy", str(deployed))

    assert ran.returncode == 1
    assert "with `ml-team` = `cards` would be allowed (is warned about as deployed)" in ran.stdout


def test_who_may_not_look_is_told_so(cluster: Cluster, deployed: Path) -> None:
    namespace = cluster.namespace("drifting")
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "nobody", "namespace": namespace},
    }
    cluster.make(account)

    ran = cluster.tagward(
        *DIFF, "--policy", str(deployed), kubeconfig=cluster.service_account(namespace, "nobody")
    )

    assert ran.returncode == 4
    assert "not read  Kubernetes: validatingadmissionpolicies.admissionregistration.k8s.io is forbidden" in (
        ran.stdout
    )


def _manifests(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.iterdir()):
        yield from yaml.safe_load_all(file.read_text())
