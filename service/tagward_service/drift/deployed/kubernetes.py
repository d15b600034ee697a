"""Admission policies of a Kubernetes cluster, by its official client: KUBECONFIG, or the account of a pod."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from kubernetes import client, config
from kubernetes.client.exceptions import OpenApiException
from kubernetes.config.config_exception import ConfigException
from urllib3.exceptions import HTTPError

from tagward.errors import UsageError
from tagward_generators.deciding.families import objects
from tagward_service.drift.deployed import Wanted
from tagward_service.drift.sides import Found, NotRead

_REGISTRATION = ("admissionregistration.k8s.io", "v1")
_POLICY, _BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
_PLURALS = {_POLICY: "validatingadmissionpolicies", _BINDING: "validatingadmissionpolicybindings"}
_CONFIG_MAP = "ConfigMap/"
_MANAGED_BY, _PART_OF = "app.kubernetes.io/managed-by", "app.kubernetes.io/part-of"

_PAGE, _SECONDS = 500, 20

Document = dict[str, Any]


def validating_admission_policies(wanted: Wanted) -> Found:
    """Read the policies of a tagward policy, whatever binds them, and the parameters that they take."""
    place = f"Kubernetes, context {wanted.scope}" if wanted.scope else "Kubernetes"
    api = _connected(wanted.scope)
    try:
        policies = [each for each in _listed(api, _POLICY) if _is_ours(each, wanted)]
        names = {each["metadata"]["name"] for each in policies}
        bindings = [
            each
            for each in _listed(api, _BINDING)
            if each["spec"].get("policyName") in names or _is_ours(each, wanted)
        ]
        parameters = list(_parameters(api, wanted, bindings))
    except (OpenApiException, HTTPError) as error:
        return Found(place, {}, (NotRead(place, _said(error)),))
    found = _objects("kubernetes-vap", (*policies, *bindings, *parameters))
    bound = {each["spec"].get("policyName") for each in bindings}
    return Found(place, found, detached=frozenset(f"{_POLICY}/{name}" for name in names - bound))


def _connected(context: str | None) -> client.ApiClient:
    configuration = client.Configuration()
    load: Any = config  # has no types
    try:
        load.load_kube_config(os.environ.get("KUBECONFIG"), context, configuration)
    except (ConfigException, OSError) as error:
        try:
            load.load_incluster_config(client_configuration=configuration)
        except ConfigException:
            hint = "set KUBECONFIG, or name one of its contexts: `--scope kubernetes=CONTEXT`"
            raise UsageError(f"no cluster to look in: {error}; {hint}") from None
    configuration.retries = 1
    return client.ApiClient(configuration)


def _listed(api: client.ApiClient, kind: str) -> Iterator[Document]:
    """List all objects of a kind, page by page; what they are is said of the list and not of each."""
    asking: Any = client.CustomObjectsApi(api)
    more = ""
    while True:
        page = asking.list_cluster_custom_object(
            *_REGISTRATION, _PLURALS[kind], limit=_PAGE, _continue=more, _request_timeout=_SECONDS
        )
        yield from (each | {"apiVersion": "/".join(_REGISTRATION), "kind": kind} for each in page["items"])
        more = page["metadata"].get("continue") or ""
        if not more:
            return


def _parameters(api: client.ApiClient, wanted: Wanted, bindings: Iterable[Document]) -> Iterator[Document]:
    """Read the ConfigMaps that are compiled, and those that bindings name."""
    compiled = [name.removeprefix(_CONFIG_MAP) for name in wanted.compiled if name.startswith(_CONFIG_MAP)]
    references = (each["spec"].get("paramRef") or {} for each in bindings)
    named = [f"{each['namespace']}/{each['name']}" for each in references if {"namespace", "name"} <= {*each}]
    for reference in dict.fromkeys((*compiled, *named)):
        yield from _config_map(api, *reference.split("/", 1))


def _config_map(api: client.ApiClient, namespace: str, name: str) -> Iterator[Document]:
    """Read a ConfigMap; one that is not there is none."""
    writer: Any = api
    try:
        read = client.CoreV1Api(api).read_namespaced_config_map(name, namespace, _request_timeout=_SECONDS)
    except client.ApiException as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        return
    yield {**writer.sanitize_for_serialization(read), "kind": "ConfigMap", "apiVersion": "v1"}


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


def _said(error: Exception) -> str:
    """Say in a line what the API server said, or that it could not be reached."""
    body = getattr(error, "body", None)
    try:
        return str(json.loads(body)["message"]) if body else " ".join(str(error).split())
    except (ValueError, LookupError, TypeError):
        return " ".join(str(error).split())
