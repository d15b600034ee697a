"""What an admission policy is about: the matching in Python and a real API server agree."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.oracles import apiserver_engine
from tests.oracles.apiserver_client import Client, Reply, until
from tests.oracles.apiserver_engine import running
from tests.oracles.manifests import namespace
from tests.oracles.vap_matching import matches

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(bool(apiserver_engine.absent()), reason=apiserver_engine.absent()),
]


def rule(resources: list[str], *operations: str, **more: Any) -> dict[str, Any]:
    return {
        "apiGroups": ["", "apps"],
        "apiVersions": ["v1"],
        "operations": list(operations) or ["*"],
        "resources": resources,
    } | more


def key(operator: str, *values: str) -> dict[str, Any]:
    return {
        "matchExpressions": [
            {"key": "tier", "operator": operator} | ({"values": list(values)} if values else {})
        ]
    }


MAPS = [rule(["configmaps"])]
ALL = [rule(["*"])]
CONSTRAINTS: dict[str, dict[str, Any]] = {
    "resource": {"resourceRules": MAPS},
    "wildcard": {"resourceRules": ALL},
    "wildcard-and-parts": {"resourceRules": [rule(["*/*"])]},
    "part": {"resourceRules": [rule(["deployments/scale"])]},
    "group": {"resourceRules": [rule(["*"], apiGroups=["apps"])]},
    "version": {"resourceRules": [rule(["*"], apiVersions=["v2"])]},
    "create": {"resourceRules": [rule(["*"], "CREATE")]},
    "update": {"resourceRules": [rule(["*"], "UPDATE", "CONNECT")]},
    "delete": {"resourceRules": [rule(["*"], "DELETE")]},
    "named": {"resourceRules": [rule(["*"], resourceNames=["one"])]},
    "namespaced": {"resourceRules": [rule(["*"], scope="Namespaced")]},
    "cluster": {"resourceRules": [rule(["*"], scope="Cluster")]},
    "excluded": {"resourceRules": ALL, "excludeResourceRules": MAPS},
    "excluded-name": {"resourceRules": ALL, "excludeResourceRules": [rule(["*"], resourceNames=["one"])]},
    "in": {"resourceRules": ALL, "namespaceSelector": key("In", "gold")},
    "not-in": {"resourceRules": ALL, "namespaceSelector": key("NotIn", "gold")},
    "exists": {"resourceRules": ALL, "namespaceSelector": key("Exists")},
    "exists-not": {"resourceRules": ALL, "namespaceSelector": key("DoesNotExist")},
    "label": {"resourceRules": ALL, "namespaceSelector": {"matchLabels": {"tier": "gold"}}},
    "by-name": {
        "resourceRules": ALL,
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "golden"}},
    },
    "object": {"resourceRules": ALL, "objectSelector": {"matchLabels": {"tier": "gold"}}},
    "object-not": {"resourceRules": ALL, "objectSelector": key("DoesNotExist")},
}
BOUND: dict[str, dict[str, Any]] = {
    "bound": {"namespaceSelector": key("Exists")},
    "bound-rule": {"resourceRules": MAPS},
}
"""`matchResources` of bindings, to policies that are about everything."""
PAIRS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    **{name: (each, {}) for name, each in CONSTRAINTS.items()},
    **{name: ({"resourceRules": ALL}, each) for name, each in BOUND.items()},
}
NAMESPACES = {
    name: namespace(name, labels) for name, labels in {"golden": {"tier": "gold"}, "plain": {}}.items()
}


def manifest(kind: str, name: str, where: str = "", **labels: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, "labels": labels} | ({"namespace": where} if where else {})
    made: dict[str, Any] = {"apiVersion": "v1", "kind": kind, "metadata": metadata}
    if kind == "Deployment":
        pod = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "x", "image": "x"}]}}
        made |= {
            "apiVersion": "apps/v1",
            "spec": {"selector": {"matchLabels": {"app": "x"}}, "template": pod},
        }
    return made


PLURAL = {"ConfigMap": "configmaps", "Namespace": "namespaces", "Deployment": "deployments"}
SUBJECTS = [
    manifest("ConfigMap", "one", "golden"),
    manifest("ConfigMap", "two", "plain", tier="gold"),
    manifest("Deployment", "one", "plain"),
    manifest("Namespace", "new-gold", tier="gold"),
    manifest("Namespace", "new"),
]


def policy(name: str, constraints: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {"matchConstraints": constraints, "validations": [{"expression": "false"}]},
    }


def binding(name: str, resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Warn"], "matchResources": resources},
    }


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with running() as ready:
        for each in NAMESPACES.values():
            assert ready.create(each).ok
        for name, (constraints, resources) in PAIRS.items():
            for each in (policy(name, constraints), binding(name, resources)):
                made = ready.create(each)
                assert made.ok, made.message
        until(lambda: {"wildcard", "bound-rule"} <= matched(ready.create(SUBJECTS[0], dry_run=True)))
        yield ready


def matched(said: Reply) -> set[str]:
    return {warning.split("'")[1] for warning in said.warnings if "ValidatingAdmissionPolicy" in warning}


def expected(operation: str, new: Any, old: Any, part: str = "") -> set[str]:
    about = new if old is None else old
    group, _, version = about["apiVersion"].rpartition("/")
    metadata = about["metadata"]
    where = metadata["name"] if about["kind"] == "Namespace" else metadata.get("namespace", "")
    request = {
        "operation": operation,
        "resource": {"group": group, "version": version, "resource": PLURAL[about["kind"]]},
        "subResource": part,
        "name": metadata["name"],
        "namespace": where,
        "object": new,
        "oldObject": old,
    }
    within = NAMESPACES.get(where)
    found = {name for name, pair in PAIRS.items() if all(matches(each, request, within) for each in pair)}
    assert 0 < len(found) < len(PAIRS)
    return found


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda each: f"{each['kind']}-{each['metadata']['name']}")
def test_server_and_matching_agree(client: Client, subject: dict[str, Any]) -> None:
    changed = subject | {"metadata": subject["metadata"] | {"labels": {"tier": "silver"}}}
    own = (
        {"kubernetes.io/metadata.name": subject["metadata"]["name"]} if subject["kind"] == "Namespace" else {}
    )
    seen = subject | {"metadata": subject["metadata"] | {"labels": subject["metadata"]["labels"] | own}}

    created = client.create(subject)
    assert matched(created) == expected("CREATE", seen, None)
    updated = client.merge(subject, {"metadata": {"labels": {"tier": "silver"}}}, dry_run=True)
    assert matched(updated) == expected("UPDATE", changed, seen)
    if subject["kind"] == "Deployment":
        scaled = client.request("GET", client.place(subject) + "/scale").body
        said = client.request("PUT", client.place(subject) + "/scale?dryRun=All", scaled)
        assert matched(said) == expected("UPDATE", subject, subject, "scale")
    assert matched(client.delete(subject)) == expected("DELETE", None, seen)
