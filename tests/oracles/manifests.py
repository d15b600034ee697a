"""Kubernetes objects as the engines take them: in files, told apart by kind, namespace and name."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Manifest = Mapping[str, Any]

Identity = tuple[str, str, str, str]
"""apiVersion, kind, namespace and name."""


def identity(manifest: Manifest) -> Identity:
    """Tell what an object is; engines report it, and nothing else, of the objects they were given."""
    metadata = manifest["metadata"]
    return manifest["apiVersion"], manifest["kind"], metadata.get("namespace", ""), metadata["name"]


def distinct(manifests: Sequence[Manifest]) -> list[Identity]:
    """Tell what each object is; two of one identity could not be told apart in a report, a ValueError."""
    found = [identity(each) for each in manifests]
    if len(set(found)) < len(found):
        twice = next(each for number, each in enumerate(found) if each in found[:number])
        raise ValueError(f"two objects are {twice}: name them differently")
    return found


def namespace(name: str, labels: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Make a Namespace object, with the label that the API server gives to each."""
    own = {"kubernetes.io/metadata.name": name}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": own | dict(labels or {})},
    }


def stream(manifests: Iterable[Manifest]) -> str:
    """Write objects as one stream of documents; JSON is YAML, and no string in it is read as another type."""
    return "\n---\n".join(json.dumps(each) for each in manifests)
