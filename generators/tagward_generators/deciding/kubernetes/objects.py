"""Objects of the API as they are compared: by kind and name, without what the API server adds."""

from collections.abc import Mapping
from typing import Any

_BY_SERVER = frozenset(
    {"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink", "finalizers"}
)
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

_DEFAULTS: Mapping[str, tuple[object, ...]] = {
    "matchPolicy": ("Equivalent",),
    "failurePolicy": ("Fail",),
    "scope": ("*",),
    "legacySchema": (False,),
    "namespaceSelector": ({},),
    "objectSelector": ({},),
}
"""Fields that the API server fills in where nobody did."""


def is_object(document: Any) -> bool:
    """Say whether something is an object of the API, with a kind and a name."""
    metadata = document.get("metadata") if isinstance(document, dict) else None
    return isinstance(metadata, dict) and "name" in metadata and "kind" in document


def name_of(document: Mapping[str, Any]) -> str:
    """Name an object: `ValidatingAdmissionPolicy/acme`."""
    metadata = document["metadata"]
    namespace = metadata.get("namespace")
    return f"{document['kind']}/{f'{namespace}/' if namespace else ''}{metadata['name']}"


def plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what the API server adds, and what it fills in."""
    metadata = {key: value for key, value in document["metadata"].items() if key not in _BY_SERVER}
    annotations = metadata.pop("annotations", None) or {}
    if isinstance(annotations, dict):
        annotations = {key: value for key, value in annotations.items() if key != _LAST_APPLIED}
    metadata |= {"annotations": annotations} if annotations else {}
    kept = {key: _plain(value) for key, value in document.items() if key not in ("status", "metadata")}
    return {**kept, "metadata": metadata}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _plain(each)
            for key, each in value.items()
            if each is not None and each not in _DEFAULTS.get(key, ())
        }
    return [_plain(each) for each in value] if isinstance(value, list) else value
