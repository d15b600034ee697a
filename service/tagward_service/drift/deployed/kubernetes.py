"""Admission policies of a cluster: ValidatingAdmissionPolicies, and those of Kyverno and Gatekeeper."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tagward_generators.deciding.families import objects
from tagward_service.drift.deployed import Wanted
from tagward_service.drift.deployed.cluster import FAILURES, Api, Cluster, Document, said
from tagward_service.drift.sides import Found, NotRead

_REGISTRATION = ("admissionregistration.k8s.io", "v1")
POLICY = Api(*_REGISTRATION, "ValidatingAdmissionPolicy", "validatingadmissionpolicies")
BINDING = Api(*_REGISTRATION, "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings")
KYVERNO = Api("policies.kyverno.io", "v1", "ValidatingPolicy", "validatingpolicies")
EXCEPTION = Api("policies.kyverno.io", "v1", "PolicyException", "policyexceptions")
TEMPLATE = Api("templates.gatekeeper.sh", "v1", "ConstraintTemplate", "constrainttemplates")
CONSTRAINTS = ("constraints.gatekeeper.sh", "v1beta1")

_CONFIG_MAP = "ConfigMap/"
_MANAGED_BY, _PART_OF = "app.kubernetes.io/managed-by", "app.kubernetes.io/part-of"

Read = Callable[[Cluster, Wanted], Iterable[Document]]


def validating_admission_policies(wanted: Wanted) -> Found:
    """Read the policies of a tagward policy, whatever binds them, and the parameters that they take."""
    return _found("kubernetes-vap", wanted, _validating_admission_policies, _unbound)


def kyverno_policies(wanted: Wanted) -> Found:
    """Read the ValidatingPolicies of a tagward policy, and whatever makes exceptions from them."""
    return _found("kyverno", wanted, _kyverno_policies)


def gatekeeper_constraints(wanted: Wanted) -> Found:
    """Read the template of a tagward policy, and all constraints of its kind."""
    return _found("gatekeeper", wanted, _gatekeeper_constraints)


def _found(
    target: str,
    wanted: Wanted,
    read: Read,
    detached: Callable[[Iterable[Document]], frozenset[str]] = lambda documents: frozenset(),  # noqa: ARG005
) -> Found:
    place = f"Kubernetes, context {wanted.scope}" if wanted.scope else "Kubernetes"
    cluster = Cluster(wanted.scope)
    try:
        documents = list(read(cluster, wanted))
    except FAILURES as error:
        return Found(place, {}, (NotRead(place, said(error)),))
    return Found(place, _objects(target, documents), detached=detached(documents))


def _validating_admission_policies(cluster: Cluster, wanted: Wanted) -> Iterator[Document]:
    policies = [each for each in cluster.listed(POLICY) if _is_ours(each, wanted)]
    names = {each["metadata"]["name"] for each in policies}
    bindings = [
        each
        for each in cluster.listed(BINDING)
        if each["spec"].get("policyName") in names or _is_ours(each, wanted)
    ]
    yield from (*policies, *bindings, *_parameters(cluster, wanted, bindings))


def _parameters(cluster: Cluster, wanted: Wanted, bindings: Iterable[Document]) -> Iterator[Document]:
    """Read the ConfigMaps that are compiled, and those that bindings name."""
    compiled = [name.removeprefix(_CONFIG_MAP) for name in wanted.compiled if name.startswith(_CONFIG_MAP)]
    references = (each["spec"].get("paramRef") or {} for each in bindings)
    named = [f"{each['namespace']}/{each['name']}" for each in references if {"namespace", "name"} <= {*each}]
    for reference in dict.fromkeys((*compiled, *named)):
        yield from cluster.config_map(*reference.split("/", 1))


def _unbound(documents: Iterable[Document]) -> frozenset[str]:
    """Name the policies that nothing binds."""
    every = list(documents)
    policies = {each["metadata"]["name"] for each in every if each["kind"] == POLICY.kind}
    bound = {each["spec"].get("policyName") for each in every if each["kind"] == BINDING.kind}
    return frozenset(f"{POLICY.kind}/{name}" for name in policies - bound)


def _kyverno_policies(cluster: Cluster, wanted: Wanted) -> Iterator[Document]:
    policies = [each for each in cluster.listed_if_known(KYVERNO) if _is_ours(each, wanted)]
    names = {each["metadata"]["name"] for each in policies}
    yield from policies
    for each in cluster.listed_if_known(EXCEPTION):
        if any(reference.get("name") in names for reference in each["spec"].get("policyRefs") or ()):
            yield each


def _gatekeeper_constraints(cluster: Cluster, wanted: Wanted) -> Iterator[Document]:
    for template in cluster.listed_if_known(TEMPLATE):
        if _is_ours(template, wanted):
            yield template
            kind = template["spec"]["crd"]["spec"]["names"]["kind"]
            yield from cluster.listed_if_known(Api(*CONSTRAINTS, kind, kind.lower()))


def _is_ours(document: Mapping[str, Any], wanted: Wanted) -> bool:
    """Say whether something is compiled under this name, or carries the labels of what once was."""
    metadata = document["metadata"]
    labels = metadata.get("labels") or {}
    labelled = (labels.get(_MANAGED_BY), labels.get(_PART_OF)) == ("tagward", wanted.policy)
    return labelled or f"{document['kind']}/{metadata['name']}" in wanted.compiled


def _objects(target: str, documents: Iterable[Document]) -> dict[str, str]:
    return {
        name: text
        for each in documents
        for name, text in objects(target, each["metadata"]["name"], json.dumps(each)).items()
    }
