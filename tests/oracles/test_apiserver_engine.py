"""The real API server comes up, decides as Kubernetes documents, and ends; the evaluator agrees with it."""

from collections.abc import Iterator
from socket import create_connection
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.oracles import apiserver_engine, cel_engine
from tests.oracles.apiserver_client import Client, until
from tests.oracles.apiserver_engine import running
from tests.oracles.manifests import namespace
from tests.oracles.vap_engine import Policy

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(bool(apiserver_engine.absent()), reason=apiserver_engine.absent()),
]

REGISTRATION = "admissionregistration.k8s.io/v1"
POLICY: dict[str, Any] = {
    "apiVersion": REGISTRATION,
    "kind": "ValidatingAdmissionPolicy",
    "metadata": {"name": "team"},
    "spec": {
        "matchConstraints": {
            "resourceRules": [
                {
                    "apiGroups": [""],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE", "UPDATE"],
                    "resources": ["configmaps"],
                }
            ]
        },
        "matchConditions": [
            {"name": "not-exempt", "expression": "!object.metadata.name.startsWith('exempt')"}
        ],
        "variables": [{"name": "team", "expression": "object.metadata.?labels[?'team'].orValue('')"}],
        "validations": [
            {"expression": "variables.team != ''", "message": "no team"},
            {
                "expression": "variables.team.find('^[a-z]+$') != ''",
                "messageExpression": "'not a team: ' + variables.team",
                "reason": "Forbidden",
            },
            {"expression": "object.data.size == '1' || variables.team != 'small'", "message": "too big"},
        ],
    },
}
BINDING: dict[str, Any] = {
    "apiVersion": REGISTRATION,
    "kind": "ValidatingAdmissionPolicyBinding",
    "metadata": {"name": "team"},
    "spec": {"policyName": "team", "validationActions": ["Deny"]},
}


def config_map(name: str, **labels: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "judged", "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"x": "y"}}


OBJECTS = [
    config_map("good", team="ml"),
    config_map("none"),
    config_map("blank", team=""),
    config_map("wrong", team="ML"),
    config_map("exempt-none"),
    config_map("broken", team="small"),
]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with running() as ready:
        for each in (namespace("judged"), POLICY, BINDING):
            made = ready.create(each)
            assert made.ok, made.message
        until(lambda: not ready.create(config_map("none"), dry_run=True).ok)
        yield ready


@pytest.mark.parametrize("manifest", OBJECTS, ids=lambda each: str(each["metadata"]["name"]))
@pytest.mark.skipif(bool(cel_engine.absent()), reason=cel_engine.absent())
def test_server_and_evaluator_agree(client: Client, manifest: dict[str, Any]) -> None:
    said = client.create(manifest, dry_run=True)

    judged = Policy(POLICY).decide({"operation": "CREATE", "object": manifest})

    assert said.ok is not judged.denied
    refused = next((each for each in judged.decisions if each.outcome != "admit"), None)
    if refused and refused.outcome == "deny":
        assert said.message.endswith(f"denied request: {refused.message}")
        assert said.body["reason"] == refused.reason


def test_objects_are_made_changed_and_deleted(client: Client) -> None:
    manifest = config_map("real", team="ml")
    assert client.create(manifest).ok
    assert client.create(manifest).code == 409
    assert client.merge(manifest, {"metadata": {"labels": {"team": None}}}).code == 422
    assert client.update(manifest | {"data": {"x": "z"}}).ok
    assert client.request("GET", client.place(manifest)).body["data"] == {"x": "z"}
    assert client.delete(manifest).ok
    assert client.request("GET", client.place(manifest)).code == 404


def test_expression_that_does_not_compile_is_refused_when_it_is_created(client: Client) -> None:
    spec = POLICY["spec"] | {"validations": [{"expression": "nothing == 1"}]}

    said = client.create(POLICY | {"metadata": {"name": "broken"}, "spec": spec}, dry_run=True)

    assert said.code == 422
    assert "undeclared reference" in said.message


def test_warnings_are_read(client: Client) -> None:
    warned = BINDING | {
        "metadata": {"name": "warn"},
        "spec": BINDING["spec"] | {"validationActions": ["Warn"]},
    }
    assert client.create(warned).ok

    until(lambda: bool(client.create(config_map("none"), dry_run=True).warnings))

    warnings = client.create(config_map("none"), dry_run=True).warnings
    assert (
        warnings[0] == "Validation failed for ValidatingAdmissionPolicy 'team' with binding 'warn': no team"
    )
    assert client.delete(warned).ok


def test_servers_end_with_the_block() -> None:
    with running() as ready:
        place = urlsplit(ready.url)
        assert ready.request("GET", "/version").ok
    with pytest.raises(ConnectionRefusedError):
        create_connection((place.hostname, place.port))
