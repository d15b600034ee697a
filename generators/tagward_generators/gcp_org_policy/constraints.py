"""Custom constraints and the policies that enforce them, as the files that `gcloud` takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import yaml
from msgspec import Struct

from tagward_generators.gcp_org_policy.names import Name
from tagward_generators.gcp_org_policy.settings import Settings
from tagward_generators.targets import Artifact

CONSTRAINT = "CustomConstraint"
POLICY = "Policy"
WIDTH = 100

LONGEST_NAME = 200
"""Characters that Google takes in a display name."""


class Constraint(Struct, frozen=True):
    """One custom constraint; `lines` are its condition, which one blank joins.

    `sizes` says how many characters of it each tag takes.
    """

    name: Name
    methods: tuple[str, ...]
    lines: tuple[str, ...]
    title: str
    description: str
    action: str = "DENY"
    sizes: Mapping[str, int] = MappingProxyType({})

    @property
    def condition(self) -> str:
        """Return the condition as Google gets it."""
        return " ".join(self.lines)


def artifacts(constraint: Constraint, settings: Settings) -> Iterator[Artifact]:
    """Write a constraint, then its policies."""
    file = constraint.name.file
    yield Artifact(f"{file}.constraint.yaml", _constraint(constraint, settings), CONSTRAINT)
    for suffix, parent, enforce in _enforced(constraint.name, settings):
        yield Artifact(f"{file}.policy{suffix}.yaml", _policy(constraint.name, parent, enforce), POLICY)


def _enforced(name: Name, settings: Settings) -> Iterator[tuple[str, str, bool]]:
    """List where a constraint is enforced, or is not: file suffix, resource, and which."""
    if name.home.only is None:
        yield "", settings.enforced_on, True
    for project in sorted(name.home.only or ()):
        yield f".{_for_file(project)}", f"projects/{project}", True
    for project in sorted(name.home.never):
        yield f".{_for_file(project)}", f"projects/{project}", False


def _for_file(project: str) -> str:
    return project.replace(":", "_")


def _constraint(constraint: Constraint, settings: Settings) -> str:
    """Write a constraint; its condition is folded, so that it can be read and is one line for Google."""
    organization = f"organizations/{settings.organization}"
    head = {
        "name": f"{organization}/customConstraints/{constraint.name.id}",
        "resourceTypes": [constraint.name.type],
        "methodTypes": list(constraint.methods),
    }
    tail = {
        "actionType": constraint.action,
        "displayName": _cut(constraint.title),
        "description": constraint.description,
    }
    return f"{_dumped(head)}condition: >-\n{_folded(constraint.lines)}{_dumped(tail)}"


def _policy(name: Name, parent: str, enforce: bool) -> str:
    spec = "dryRunSpec" if name.dry_run else "spec"
    return _dumped({"name": f"{parent}/policies/{name.id}", spec: {"rules": [{"enforce": enforce}]}})


def _folded(lines: Sequence[str]) -> str:
    return "".join(f"  {line}\n" for line in lines)


def _cut(title: str) -> str:
    return title if len(title) <= LONGEST_NAME else f"{title[: LONGEST_NAME - 3]}..."


def _dumped(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=WIDTH)
