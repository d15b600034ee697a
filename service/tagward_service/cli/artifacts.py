"""Compiled files on disk: written whole, and removed when the same target does not make them any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from tagward.policy import Policy
from tagward_generators.manifest import FILE, manifest, path_of
from tagward_generators.targets import Compilation
from tagward_service.cli.writing import write_file


class _Artifact(Struct):
    path: str
    sha256: str


class _Target(Struct):
    artifacts: list[_Artifact]


class _Manifest(Struct):
    targets: dict[str, _Target]


def write(compiled: Sequence[Compilation], policy: Policy, as_of: date, directory: Path) -> list[str]:
    """Write every artifact and the manifest; return the paths of older artifacts that were removed."""
    made = {path_of(each, artifact): artifact.content for each in compiled for artifact in each.artifacts}
    stale = [path for path in _earlier(directory, compiled) if path not in made]
    for path, content in made.items():
        write_file(directory / path, content)
    write_file(directory / FILE, manifest(policy, compiled, as_of=as_of))
    for path in stale:
        (directory / path).unlink()
    return stale


def _earlier(directory: Path, compiled: Sequence[Compilation]) -> Iterator[str]:
    """List the artifacts of these targets that an earlier run wrote and nobody has changed since."""
    try:
        earlier = msgspec.json.decode((directory / FILE).read_bytes(), type=_Manifest)
    except (OSError, msgspec.MsgspecError):
        return
    base = directory.resolve()
    for each in compiled:
        for artifact in earlier.targets.get(each.target, _Target([])).artifacts:
            path = directory / artifact.path
            if path.is_file() and path.resolve().is_relative_to(base) and _hash(path) == artifact.sha256:
                yield artifact.path


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
