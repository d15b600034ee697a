"""What is deployed in a real API server is compared with what is compiled: what it fills in is no drift."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.cluster import Cluster
from tests.generators.kubernetes_objects import POD
from tests.oracles.apiserver_client import until

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


TEAMS = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {{name: told, version: '2'}}
tags:
  told-team:
    required: {{on: {{types: ["kubernetes:Pod"], namespaces: ["told"]}}}}
    values: [{values}]
    enforce: [{{mode: deny}}]
  told-run: {{pattern: "{pattern}"}}
"""
BAD = {"told-team": "nobody", "told-run": "x"}


def test_the_api_server_does_what_is_told(cluster: Cluster, tmp_path: Path) -> None:
    sides = {
        "was": TEAMS.format(values="fraud, cards", pattern="run-[0-9]{2}"),
        "now": TEAMS.format(values="cards, risk", pattern="run-[0-9]{2,3}"),
    }
    for side, text in sides.items():
        (tmp_path / f"{side}.yaml").write_text(text)
        compiled = cluster.tagward(
            "compile", f"{tmp_path}/{side}.yaml", "-t", "kubernetes-vap", "-o", f"{tmp_path}/{side}"
        )
        assert compiled.returncode == 0, compiled.stderr
    ran = cluster.tagward("diff", "--from", f"{tmp_path}/now", "--against", f"{tmp_path}/was", "-f", "json")
    (target,) = json.loads(ran.stdout)["targets"]
    told = [each for each in target["differences"] if each["example"]["place"] == "Pod"]

    assert {each["direction"] for each in told} == {"stricter", "looser"}
    for side in sides:
        with _deployed(cluster, tmp_path / side):
            for each in told:
                assert _denied(cluster, each["example"]) is (each[side] == "denied"), (side, each)


@contextmanager
def _deployed(cluster: Cluster, compiled: Path) -> Iterator[None]:
    """Deploy what was compiled, until it takes effect."""
    manifests = list(_manifests(compiled / "kubernetes-vap"))
    cluster.make(*manifests)
    until(lambda: _denied(cluster, {"tags": BAD, "facts": {"namespace": "told", "name": "bad"}}))
    yield
    for each in manifests:
        assert cluster.client.delete(each).ok
    until(lambda: not _denied(cluster, {"tags": BAD, "facts": {"namespace": "told", "name": "bad"}}))


def _denied(cluster: Cluster, example: dict[str, Any]) -> bool:
    """Ask the API server about a Pod, as it is told."""
    facts = example["facts"]
    metadata = {
        "name": facts["name"],
        "namespace": cluster.namespace(facts["namespace"]),
        "labels": example["tags"],
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": POD}
    reply = cluster.client.create(pod, dry_run=True)
    assert reply.ok or "told-deny" in reply.message, reply.message
    return not reply.ok


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
