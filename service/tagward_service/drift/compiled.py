"""Guardrails as compiled: from a policy today, or from a directory that `tagward compile` wrote."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

from tagward.diagnostics import did_you_mean, quoted
from tagward.errors import UsageError
from tagward.policy import Policy
from tagward_generators import target
from tagward_generators.deciding.families import objects
from tagward_generators.manifest import FILE
from tagward_service.drift.sides import Objects, Side


class _Artifact(Struct):
    path: str


class _Target(Struct):
    artifacts: list[_Artifact]


class _Policy(Struct):
    name: str
    version: str


class _Manifest(Struct):
    policy: _Policy
    targets: dict[str, _Target]


class Compiled(Struct, frozen=True):
    """Compiled guardrails and the name of their policy, with which the names of what they deploy begin."""

    side: Side
    policy: str


def from_policy(policy: Policy, targets: Sequence[str], as_of: date) -> Compiled:
    """Compile a policy for some targets. Raises CompileError."""
    made = {
        name: _named(
            name, {each.path: each.content for each in target(name).compile(policy, as_of=as_of).artifacts}
        )
        for name in targets
    }
    return Compiled(Side(f"policy {policy.name} {policy.version}, as of {as_of}", made), policy.name)


def from_directory(directory: Path, targets: Sequence[str]) -> Compiled:
    """Read what was compiled to a directory, all of it where no target is named; raises UsageError."""
    manifest = _manifest(directory)
    for name in targets:
        if name not in manifest.targets:
            raise UsageError(_not_there(name, directory, manifest))
    made = {
        name: _named(name, _contents(directory, name, found))
        for name, found in manifest.targets.items()
        if not targets or name in targets
    }
    return Compiled(Side(f"directory {directory}", made), manifest.policy.name)


def _named(name: str, contents: Objects) -> Objects:
    return {
        key: text for path, content in contents.items() for key, text in objects(name, path, content).items()
    }


def _manifest(directory: Path) -> _Manifest:
    path = directory / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Manifest)
    except FileNotFoundError:
        hint = "name a directory that `tagward compile -o DIR` wrote"
        raise UsageError(f"there is no {quoted(str(path))}; {hint}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise UsageError(f"{quoted(str(path))} is not a manifest of `tagward compile`") from None


def _contents(directory: Path, name: str, found: _Target) -> dict[str, str]:
    """Read the artifacts of a target, by path under its own directory; what is gone is not compiled."""
    base = directory.resolve()
    contents = {}
    for artifact in found.artifacts:
        path = directory / artifact.path
        if not path.resolve().is_relative_to(base):
            raise UsageError(f"{quoted(str(directory / FILE))} names {quoted(artifact.path)}, outside of it")
        contents[artifact.path.removeprefix(f"{name}/")] = _text(path)
    return contents


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"{quoted(str(path))} is gone; compile again") from None
    except UnicodeDecodeError:
        raise UsageError(f"{quoted(str(path))} is not UTF-8 text") from None


def _not_there(name: str, directory: Path, manifest: _Manifest) -> str:
    guess = did_you_mean(name, manifest.targets)
    there = f"there are: {', '.join(manifest.targets) or 'none'}"
    hint = f"did you mean `{guess}`?" if guess else there
    return f"{quoted(str(directory))} holds nothing compiled for {quoted(name)}; {hint}"
