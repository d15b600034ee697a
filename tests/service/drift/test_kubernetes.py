"""What is deployed in a cluster, read by the official client from a server that answers like Kubernetes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.service.cli.conftest import Run, here, run
from tests.service.drift.fake_server import Answer, FakeServer, serving

__all__ = ["here", "run"]

REGISTRATION = "/apis/admissionregistration.k8s.io/v1"
POLICIES, BINDINGS = (
    f"{REGISTRATION}/{each}" for each in ("validatingadmissionpolicies", "validatingadmissionpolicybindings")
)
POLICY = """\
apiVersion: tagward/v1
kind: TagPolicy
metadata: {name: acme, version: '2'}
registries: {teams: {file: teams.csv, column: slug}}
tags:
  ml-team: {required: {on: {types: ["kubernetes:Pod"]}}, registry: teams}
targets: {kubernetes-vap: {parameters: true}}
"""
DIFF = ("diff", "-t", "kubernetes-vap", "--deployed", "--as-of", "2026-11-21")


class ApiServer:
    """Objects by path, listed one to a page."""

    def __init__(self) -> None:
        self.there: dict[str, Any] = {POLICIES: [], BINDINGS: []}
        self.status = 200

    def answer(self, path: str, query: dict[str, str]) -> Answer:
        if self.status != 200:
            return self.status, {"kind": "Status", "code": self.status, "message": f"{path} is forbidden"}
        if path not in self.there:
            return 404, {"kind": "Status", "code": 404, "message": "not found"}
        found = self.there[path]
        if isinstance(found, dict):
            return 200, found
        at = int(query.get("continue") or 0)
        more = {"continue": str(at + 1)} if at + 1 < len(found) else {}
        return 200, {"metadata": more, "items": found[at : at + 1]}

    def deploy(self, document: dict[str, Any]) -> None:
        """Keep an object as the API server does: with what it fills in, and without its kind in lists."""
        metadata = document["metadata"] | {"uid": "0-1", "resourceVersion": "7", "generation": 1}
        kept = document | {"metadata": metadata}
        untyped = ("kind", "apiVersion")
        match document["kind"]:
            case "ConfigMap":
                self.there[f"/api/v1/namespaces/{metadata['namespace']}/configmaps/{metadata['name']}"] = kept
            case "ValidatingAdmissionPolicy":
                spec = document["spec"]
                constraints = {"matchPolicy": "Equivalent", "objectSelector": {}} | spec["matchConstraints"]
                kept |= {"spec": spec | {"matchConstraints": constraints}, "status": {"typeChecking": {}}}
                self.there[POLICIES].append({key: kept[key] for key in kept if key not in untyped})
            case _:
                self.there[BINDINGS].append({key: kept[key] for key in kept if key not in untyped})


@pytest.fixture
def api() -> ApiServer:
    return ApiServer()


@pytest.fixture(autouse=True)
def server(api: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    with serving(api.answer) as running:
        config = {
            "clusters": [{"name": "here", "cluster": {"server": running.url}}],
            "users": [{"name": "me", "user": {}}],
            "contexts": [{"name": "work", "context": {"cluster": "here", "user": "me"}}],
        }
        (tmp_path / "kubeconfig").write_text(json.dumps(config))
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
        yield running


@pytest.fixture
def documents(run: Run, here: Path) -> list[dict[str, Any]]:
    (here / "tagward.yaml").write_text(POLICY)
    (here / "teams.csv").write_text("slug\nfraud\ncards\n")
    run("compile", "-t", "kubernetes-vap", "-o", "out", "--as-of", "2026-11-21")
    files = sorted((here / "out" / "kubernetes-vap").iterdir())
    return [each for file in files for each in yaml.safe_load_all(file.read_text())]


IN = ("--scope", "kubernetes=work")


def test_what_is_deployed_as_compiled_has_not_drifted(
    run: Run, api: ApiServer, documents: list[dict[str, Any]]
) -> None:
    others = {**documents[0], "metadata": {"name": "theirs", "labels": {"app.kubernetes.io/part-of": "acme"}}}
    for each in (others, *documents):
        api.deploy(each)

    ran = run(*DIFF, *IN)

    assert (ran.code, ran.err) == (0, "")
    assert "from  deployed: Kubernetes, context work" in ran.out
    assert "same      3 artifacts are the same" in ran.out


def test_a_value_that_is_not_deployed_yet_is_told(
    run: Run, api: ApiServer, documents: list[dict[str, Any]], here: Path
) -> None:
    for each in documents:
        api.deploy(each)
    (here / "teams.csv").write_text("slug\nfraud\ncards\nrisk\n")

    ran = run(*DIFF, *IN)

    assert ran.code == 1
    assert "looser    creating a Pod, or 38 other kinds, with `ml-team` = `risk` would be allowed" in ran.out


def test_a_policy_that_nothing_binds_guards_nothing(
    run: Run, api: ApiServer, documents: list[dict[str, Any]]
) -> None:
    for each in documents:
        if not each["kind"].endswith("Binding"):
            api.deploy(each)

    ran = run(*DIFF, *IN)

    assert ran.code == 1
    assert "detached  `ValidatingAdmissionPolicy/acme-deny` is deployed and attached to nothing" in ran.out
    assert "missing   `ValidatingAdmissionPolicyBinding/acme-deny` is compiled and not deployed" in ran.out
    assert "creating a Pod without `ml-team` would be denied (is allowed as deployed)" in ran.out


def test_a_binding_that_somebody_else_made_counts(
    run: Run, api: ApiServer, documents: list[dict[str, Any]]
) -> None:
    (binding,) = (each for each in documents if each["kind"].endswith("Binding"))
    for each in documents:
        if each is not binding:
            api.deploy(each)
    api.deploy(
        binding
        | {"metadata": {"name": "mine"}, "spec": binding["spec"] | {"validationActions": ["Warn", "Audit"]}}
    )

    ran = run(*DIFF, *IN)

    assert "extra     `ValidatingAdmissionPolicyBinding/mine` is deployed and compiled no more" in ran.out
    assert "without `ml-team` would be denied (is warned about as deployed)" in ran.out


def test_what_is_compiled_no_more_is_extra(run: Run, api: ApiServer, documents: list[dict[str, Any]]) -> None:
    for each in documents:
        api.deploy(each)
        if each["kind"] != "ConfigMap":
            spec = each["spec"] | ({"policyName": "acme-warn"} if "policyName" in each["spec"] else {})
            api.deploy(each | {"metadata": each["metadata"] | {"name": "acme-warn"}, "spec": spec})

    out = run(*DIFF, *IN).out

    assert "extra     `ValidatingAdmissionPolicy/acme-warn` and " in out
    assert "`ValidatingAdmissionPolicyBinding/acme-warn` are deployed and compiled no more" in out


def test_what_may_not_be_read_is_incomplete(
    run: Run, api: ApiServer, documents: list[dict[str, Any]]
) -> None:
    api.status = 403

    ran = run(*DIFF, *IN)

    assert ran.code == 4
    assert f"not read  Kubernetes, context work: {POLICIES} is forbidden" in ran.out


def test_a_server_that_does_not_answer_is_incomplete(
    run: Run, server: FakeServer, documents: list[dict[str, Any]], tmp_path: Path
) -> None:
    config = (tmp_path / "kubeconfig").read_text()
    (tmp_path / "kubeconfig").write_text(config.replace(server.url, "http://127.0.0.1:9"))

    ran = run(*DIFF, *IN)

    assert ran.code == 4
    assert "Connection refused" in ran.out


def test_an_unknown_context_is_a_usage_error(run: Run, documents: list[dict[str, Any]]) -> None:
    ran = run(*DIFF, "--scope", "kubernetes=wrok")

    assert ran.code == 2
    assert "no cluster to look in: " in ran.err
    assert "wrok" in ran.err
