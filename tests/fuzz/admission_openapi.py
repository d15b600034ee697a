"""The admission listener as an OpenAPI document, for a generator of requests; facts of AdmissionReview v1."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "maxLength": 70}
_ANY: Schema = {}
_LABELS: Schema = {
    "type": "object",
    "additionalProperties": {"anyOf": [{"enum": ["nlp", "vision", "tbd", ""]}, _TEXT, {"type": "null"}]},
    "properties": {"ml-team": {"anyOf": [{"enum": ["nlp", "npl", "TBD", ""]}, _ANY]}, "team": _TEXT},
    "maxProperties": 6,
}
_METADATA: Schema = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        "namespace": _TEXT,
        "labels": {"anyOf": [_LABELS, _ANY]},
        "ownerReferences": {
            "anyOf": [
                {
                    "type": "array",
                    "maxItems": 2,
                    "items": {
                        "type": "object",
                        "properties": {
                            "apiVersion": {"enum": ["apps/v1", "batch/v1", "v1", "x/y/z"]},
                            "kind": {"enum": ["ReplicaSet", "Job", "Node", "?"]},
                            "controller": {"anyOf": [{"type": "boolean"}, _ANY]},
                        },
                    },
                },
                _ANY,
            ]
        },
        "deletionTimestamp": {"type": ["string", "null"], "maxLength": 25},
    },
}
_TEMPLATE: Schema = {"type": "object", "properties": {"metadata": {"anyOf": [_METADATA, _ANY]}, "spec": _ANY}}
_SPEC: Schema = {
    "type": "object",
    "properties": {
        "template": {"anyOf": [_TEMPLATE, _ANY]},
        "jobTemplate": {"type": "object", "properties": {"spec": {"properties": {"template": _TEMPLATE}}}},
        "pytorchReplicaSpecs": {
            "type": "object",
            "additionalProperties": {"type": "object", "properties": {"template": _TEMPLATE}},
            "maxProperties": 2,
        },
        "workerGroupSpecs": {
            "type": "array",
            "maxItems": 2,
            "items": {"type": "object", "properties": {"template": _TEMPLATE}},
        },
    },
}
_OBJECT: Schema = {
    "type": "object",
    "properties": {"metadata": {"anyOf": [_METADATA, _ANY]}, "spec": {"anyOf": [_SPEC, _ANY]}},
}
_KIND: Schema = {
    "type": "object",
    "properties": {
        "group": {"enum": ["", "apps", "batch", "kubeflow.org", "ray.io", "serving.kserve.io", "nowhere"]},
        "version": {"enum": ["v1", "v1beta1", "", "v1/v2"]},
        "kind": {
            "enum": [
                "Pod",
                "Deployment",
                "CronJob",
                "PyTorchJob",
                "RayCluster",
                "InferenceService",
                "Namespace",
            ]
        },
    },
    "required": ["group", "version", "kind"],
}
_REQUEST: Schema = {
    "type": "object",
    "properties": {
        "uid": {"type": "string", "minLength": 1, "maxLength": 40},
        "kind": _KIND,
        "operation": {"enum": ["CREATE", "UPDATE", "DELETE", "CONNECT"]},
        "subResource": {"enum": ["", "status", "scale", "exec"]},
        "name": _TEXT,
        "namespace": {"enum": ["", "dev", "kube-system", "prod"]},
        "object": _OBJECT,
        "oldObject": {"anyOf": [_OBJECT, _ANY]},
        "dryRun": {"type": "boolean"},
    },
    "required": ["uid", "kind", "operation", "object"],
}
REVIEW: Schema = {
    "type": "object",
    "properties": {
        "apiVersion": {"const": "admission.k8s.io/v1"},
        "kind": {"const": "AdmissionReview"},
        "request": _REQUEST,
    },
    "required": ["apiVersion", "kind", "request"],
}


def document() -> Schema:
    """Return the document."""
    paths: Schema = {f"/admission/{name}": {"post": _operation(name)} for name in ("validate", "mutate")}
    paths |= {f"/{name}": {"get": _about(name)} for name in ("healthz", "readyz", "metrics")}
    return {"openapi": "3.1.0", "info": {"title": "admission", "version": "1"}, "paths": paths}


def _operation(name: str) -> Schema:
    timeout = {"name": "timeout", "in": "query", "schema": {"type": "string", "pattern": "^[0-9]{1,2}s$"}}
    return {
        "operationId": name,
        "parameters": [timeout],
        "requestBody": {"required": True, "content": {"application/json": {"schema": REVIEW}}},
        "responses": _answers("application/json", "400", "405", "408", "413", "415"),
    }


def _about(name: str) -> Schema:
    return {"operationId": name, "responses": _answers("text/plain", "405")}


def _answers(media: str, *problems: str) -> Schema:
    wrong = {"description": "a problem", "content": {"application/problem+json": {"schema": {}}}}
    return {"200": {"description": "an answer", "content": {media: {"schema": {}}}}} | dict.fromkeys(
        problems, wrong
    )
