"""Which requests an admission policy is about: rules on resources, and selectors on labels."""

from collections.abc import Mapping, Sequence
from typing import Any

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label that every namespace has."""

Document = Mapping[str, Any]


def concerns(constraints: Document, request: Document, namespace: str) -> bool:
    """Say whether constraints take a request, whatever labels its object has."""
    rules: Sequence[Document] = constraints.get("resourceRules") or ()
    excluded: Sequence[Document] = constraints.get("excludeResourceRules") or ()
    return (
        any(_takes(rule, request) for rule in rules)
        and not any(_takes(rule, request) for rule in excluded)
        and selects(constraints.get("namespaceSelector"), {NAMESPACE_NAME: namespace})
    )


def selects(selector: Document | None, labels: Mapping[str, str]) -> bool:
    """Say whether a label selector takes labels; one that is empty takes all."""
    selector = selector or {}
    wanted: Mapping[str, str] = selector.get("matchLabels") or {}
    expressions: Sequence[Document] = selector.get("matchExpressions") or ()
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _holds(each, labels) for each in expressions
    )


def _takes(rule: Document, request: Document) -> bool:
    resource = request["resource"]
    return (
        _listed(rule.get("operations"), request["operation"])
        and _listed(rule.get("apiGroups"), resource["group"])
        and _listed(rule.get("apiVersions"), resource["version"])
        and (_listed(rule.get("resources"), resource["resource"]) or "*/*" in (rule.get("resources") or ()))
        and (not rule.get("resourceNames") or request["name"] in rule["resourceNames"])
        and rule.get("scope", "*") in ("*", "Namespaced")
    )


def _listed(values: Sequence[str] | None, value: str) -> bool:
    return "*" in (values or ()) or value in (values or ())


def _holds(expression: Document, labels: Mapping[str, str]) -> bool:
    """Decide one expression; one that negates also takes labels without the key."""
    key, values = expression["key"], expression.get("values") or ()
    match expression["operator"]:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case operator:
            raise ValueError(f"its selector has the operator `{operator}`")
