"""Which requests an admission policy looks at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tagward.catalog import KubernetesKind
from tagward.globs import is_literal
from tagward_generators.cel import among, negated
from tagward_generators.kubernetes.carriers import is_one_of, kind_of
from tagward_generators.kubernetes.shapes import controllers

SYSTEM_NAMESPACES = ("kube-system", "kube-public", "kube-node-lease")
"""What the cluster itself runs in; nobody is charged for it, and nobody should be kept from mending it."""

_NAMESPACE_NAME = "kubernetes.io/metadata.name"


def constraints(kinds: Sequence[KubernetesKind], excluded: Sequence[str]) -> dict[str, Any]:
    """Match objects of some kinds when they are made or changed, never their subresources nor deletions."""
    matched: dict[str, Any] = {}
    literal = [each for each in excluded if is_literal(each)]
    if literal:
        expression = {"key": _NAMESPACE_NAME, "operator": "NotIn", "values": literal}
        matched["namespaceSelector"] = {"matchExpressions": [expression]}
    return matched | {"resourceRules": list(_rules(kinds))}


def _rules(kinds: Sequence[KubernetesKind]) -> Iterator[dict[str, Any]]:
    for group in dict.fromkeys(kind.group for kind in kinds):
        yield {
            "apiGroups": [group],
            "apiVersions": ["*"],
            "operations": ["CREATE", "UPDATE"],
            "resources": [kind.plural for kind in kinds if kind.group == group],
        }


def conditions(kinds: Sequence[KubernetesKind], excluded: Sequence[str]) -> list[dict[str, str]]:
    """Leave out objects that are nobody's to mend any more, or whose maker is judged in their place."""
    globs = tuple(each for each in excluded if not is_literal(each))
    found = {
        # To refuse the removal of a finalizer would keep the object for ever.
        "not-being-deleted": "!has(object.metadata.deletionTimestamp)",
        "made-by-nobody-who-is-judged": _not_owned(kinds),
    }
    if globs:
        found["namespace-not-excluded"] = negated(among('object.metadata.?namespace.orValue("")', globs))
    return [{"name": name, "expression": expression} for name, expression in found.items()]


def _not_owned(kinds: Sequence[KubernetesKind]) -> str:
    return (
        "!object.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false) &&\n"
        f"{is_one_of(_OWNERS_KIND, controllers(kinds))})"
    )


_OWNERS_KIND = f"({kind_of('o')})"
