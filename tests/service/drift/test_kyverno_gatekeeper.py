"""What Kyverno and Gatekeeper hold in a cluster, read from a server that answers like Kubernetes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.service.cli.conftest import Run, here, run
from tests.service.drift.fake_server import Answer, serving

__all__ = ["here", "run"]

Document = dict[str, Any]
Deploy = Callable[[Document], None]

POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {{name: acme, version: '2'}}
tags:
  ml-team: {{required: {{on: {{types: ["kubernetes:Pod"]}}}}, values: [{values}]}}
targets: {{gatekeeper: {{engines: [cel]}}}}
"""
DAY = ("--as-of", "2026-11-21")
TARGETS = ("kyverno", "gatekeeper")
PATHS = {
    "ValidatingPolicy": "/apis/policies.kyverno.io/v1/validatingpolicies",
    "PolicyException": "/apis/policies.kyverno.io/v1/policyexceptions",
    "ConstraintTemplate": "/apis/templates.gatekeeper.sh/v1/constrainttemplates",
    "AcmeLabels": "/apis/constraints.gatekeeper.sh/v1beta1/acmelabels",
}


@pytest.fixture
def deploy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deploy]:
    """A server that knows the kinds that were deployed."""
    there: dict[str, list[Document]] = {}

    def answer(path: str, query: dict[str, str]) -> Answer:
        if path not in there:
            return 404, {"kind": "Status", "code": 404, "message": "not found"}
        return 200, {"metadata": {}, "items": there[path]}

    def deployed(document: Document) -> None:
        kept = {key: each for key, each in document.items() if key not in ("kind", "apiVersion")}
        metadata = document["metadata"] | {"uid": "0", "managedFields": [], "finalizers": ["x"]}
        there.setdefault(PATHS[document["kind"]], []).append(kept | {"metadata": metadata, "status": {}})

    with serving(answer) as server:
        config = {
            "clusters": [{"name": "here", "cluster": {"server": server.url}}],
            "users": [{"name": "me", "user": {}}],
            "contexts": [{"name": "work", "context": {"cluster": "here", "user": "me"}}],
            "current-context": "work",
        }
        (tmp_path / "kubeconfig").write_text(json.dumps(config))
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
        yield deployed


def compiled(run: Run, here: Path, target: str) -> list[Document]:
    (here / "tagward.yaml").write_text(POLICY.format(values="a, b"))
    assert run("compile", "-t", target, "-o", "out", *DAY).code == 0
    files = sorted((here / "out" / target).iterdir())
    return [each for file in files for each in yaml.safe_load_all(file.read_text())]


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_deployed_as_compiled_has_not_drifted(
    run: Run, here: Path, deploy: Deploy, target: str
) -> None:
    for each in compiled(run, here, target):
        deploy(each)

    ran = run("diff", "-t", target, "--deployed", *DAY)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("no drift: nothing differs\n")


@pytest.mark.parametrize("target", TARGETS)
def test_a_value_that_is_not_deployed_yet_is_told(run: Run, here: Path, deploy: Deploy, target: str) -> None:
    for each in compiled(run, here, target):
        deploy(each)
    (here / "tagward.yaml").write_text(POLICY.format(values="a, b, c"))

    ran = run("diff", "-t", target, "--deployed", *DAY)

    assert ran.code == 1
    assert "with `ml-team` = `c` would be allowed (is denied as deployed)" in ran.out


@pytest.mark.parametrize("target", TARGETS)
def test_a_cluster_that_does_not_know_the_kinds_guards_nothing(
    run: Run, here: Path, deploy: Deploy, target: str
) -> None:
    compiled(run, here, target)

    ran = run("diff", "-t", target, "--deployed", *DAY)

    assert ran.code == 1
    assert "missing   `" in ran.out
    assert "creating a Pod without `ml-team` would be denied (is allowed as deployed)" in ran.out


def test_a_constraint_that_somebody_else_made_counts(run: Run, here: Path, deploy: Deploy) -> None:
    for each in compiled(run, here, "gatekeeper"):
        deploy(each if "enforcementAction" not in each["spec"] else _mine(each))

    ran = run("diff", "-t", "gatekeeper", "--deployed", *DAY)

    assert ran.code == 1
    assert "extra     `AcmeLabels/mine` is deployed and compiled no more" in ran.out
    assert "without `ml-team` would be denied (is only recorded as deployed)" in ran.out


def _mine(constraint: Document) -> Document:
    return constraint | {
        "metadata": {"name": "mine"},
        "spec": constraint["spec"] | {"enforcementAction": "dryrun"},
    }


def test_an_exception_from_a_policy_is_told(run: Run, here: Path, deploy: Deploy) -> None:
    for each in compiled(run, here, "kyverno"):
        deploy(each)
    references = [{"name": "acme-deny", "kind": "ValidatingPolicy"}]
    deploy({"kind": "PolicyException", "metadata": {"name": "mine"}, "spec": {"policyRefs": references}})
    deploy({"kind": "PolicyException", "metadata": {"name": "theirs"}, "spec": {"policyRefs": []}})

    ran = run("diff", "-t", "kyverno", "--deployed", *DAY)

    assert ran.code == 1
    assert "PolicyException/mine (before) cannot be evaluated: it is of the kind PolicyException" in ran.out
    assert "theirs" not in ran.out
