"""What a scan of a cluster may do, as a ClusterRole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from tagward.catalog import kubernetes_kinds
from tagward_service.scan.interface import Permission
from tagward_service.sources.kubernetes.cluster.kinds import NAMESPACES

NAME = "tagward-scan"


def permissions() -> tuple[Permission, ...]:
    """Return the ClusterRole that lets a scan read what it reads: it lists, and does nothing else.

    It names kinds that a cluster need not have; rules about those do nothing.
    """
    return (Permission("ClusterRole", yaml.safe_dump(cluster_role(), sort_keys=False)),)


def cluster_role() -> dict[str, Any]:
    """Return the ClusterRole as data."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": NAME},
        "rules": list(_rules()),
    }


def _rules() -> Iterator[dict[str, list[str]]]:
    groups: dict[str, list[str]] = {NAMESPACES.group: [NAMESPACES.plural]}
    for kind in kubernetes_kinds():
        if kind.runs:
            groups.setdefault(kind.group, []).append(kind.plural)
    for group, plurals in sorted(groups.items()):
        yield {"apiGroups": [group], "resources": sorted(plurals), "verbs": ["list"]}
