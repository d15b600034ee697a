"""What a scan of a cluster may do, as a ClusterRole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from tagward.catalog import Kinds
from tagward_service.scan.interface import Permission
from tagward_service.sources.kubernetes.cluster.kinds import NAMESPACES
from tagward_service.sources.kubernetes.manifests import CATALOGUE

NAME = "tagward-scan"


def permissions(kinds: Kinds = CATALOGUE) -> tuple[Permission, ...]:
    """Return the ClusterRole that lets a scan read what it reads: it lists, and does nothing else.

    It names kinds that a cluster need not have; rules about those do nothing.
    """
    return (Permission("ClusterRole", yaml.safe_dump(cluster_role(kinds), sort_keys=False)),)


def cluster_role(kinds: Kinds = CATALOGUE) -> dict[str, Any]:
    """Return the ClusterRole as data."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": NAME},
        "rules": list(_rules(kinds)),
    }


def _rules(kinds: Kinds) -> Iterator[dict[str, list[str]]]:
    groups: dict[str, list[str]] = {NAMESPACES.group: [NAMESPACES.plural]}
    for kind in kinds.all():
        if kind.runs:
            groups.setdefault(kind.group, []).append(kind.plural)
    for group, plurals in sorted(groups.items()):
        yield {"apiGroups": [group], "resources": sorted(plurals), "verbs": ["list"]}
