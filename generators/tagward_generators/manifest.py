"""What a compilation made, for those who deploy it: files with their hashes, fidelity, dates."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from msgspec import to_builtins

from tagward import __version__
from tagward.policy import Policy
from tagward_generators.targets import Artifact, Compilation

FILE = "manifest.json"
"""Where it is written, beside the directories of the targets."""

VERSION = 1
"""The version of its shape."""


def manifest(policy: Policy, compilations: Iterable[Compilation], *, as_of: date) -> str:
    """Return the manifest of what was compiled from a policy on a day, as JSON text."""
    document = {
        "version": VERSION,
        "tagward": __version__,
        "policy": {"name": policy.name, "version": policy.version, "sha256": policy.sha256},
        "as_of": as_of.isoformat(),
        "targets": {each.target: _target(each) for each in compilations},
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def path_of(compilation: Compilation, artifact: Artifact) -> str:
    """Return the path of an artifact, relative to where everything is written."""
    return f"{compilation.target}/{artifact.path}"


def _target(compilation: Compilation) -> dict[str, Any]:
    return {
        "artifacts": [_artifact(compilation, each) for each in compilation.artifacts],
        "fidelity": [to_builtins(row) for row in compilation.fidelity],
        "notes": list(compilation.notes),
        "changes_on": [day.isoformat() for day in compilation.changes_on],
    }


def _artifact(compilation: Compilation, artifact: Artifact) -> dict[str, Any]:
    """Describe one file; its size is in characters, which is what platforms limit."""
    return {
        "path": path_of(compilation, artifact),
        "kind": artifact.kind,
        "sha256": hashlib.sha256(artifact.content.encode()).hexdigest(),
        "size": len(artifact.content),
    }
