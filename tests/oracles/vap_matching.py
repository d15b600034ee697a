"""Which requests an admission policy, or its binding, is about: `matchConstraints` and `matchResources`.

After k8s.io/apiserver v0.36 pkg/admission/plugin/policy/matching and webhook/predicates. Not as there:
`matchPolicy` is Exact, no other version of a resource is equivalent.
"""

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]


def matches(constraints: Document, request: Document, namespace: Document | None) -> bool:
    """Say whether constraints are about an AdmissionRequest, in a namespace unless it has none."""
    listed = constraints.get("resourceRules", [])
    return (
        _namespace_matches(constraints.get("namespaceSelector", {}), request, namespace)
        and _object_matches(constraints.get("objectSelector", {}), request)
        and not any(_rule_matches(each, request) for each in constraints.get("excludeResourceRules", []))
        and (not listed or any(_rule_matches(each, request) for each in listed))
    )


def selects(selector: Document, labels: Mapping[str, str]) -> bool:
    """Say whether a label selector selects labels; an empty one selects all."""
    wanted = selector.get("matchLabels", {}).items()
    return all(labels.get(key) == value for key, value in wanted) and all(
        _expression_selects(each, labels) for each in selector.get("matchExpressions", [])
    )


def _expression_selects(expression: Document, labels: Mapping[str, str]) -> bool:
    key, operator = expression["key"], expression["operator"]
    if operator in ("Exists", "DoesNotExist"):
        return (key in labels) is (operator == "Exists")
    assert operator in ("In", "NotIn"), operator
    return (key in labels and labels[key] in expression["values"]) is (operator == "In")


def _namespace_matches(selector: Document, request: Document, namespace: Document | None) -> bool:
    """Select a Namespace by its own labels, and every other object that has no namespace."""
    if _is_namespace(request):
        namespace = request.get("object") or request.get("oldObject")
    return namespace is None or selects(selector, _labels(namespace))


def _object_matches(selector: Document, request: Document) -> bool:
    """Select by the new object or by the old one."""
    there = [request[name] for name in ("object", "oldObject") if request.get(name)]
    return not any(selector.values()) or any(selects(selector, _labels(each)) for each in there)


def _rule_matches(rule: Document, request: Document) -> bool:
    resource = request["resource"]
    return (
        rule.get("scope", "*") in ("*", _scope(request))
        and _lists(rule["operations"], request["operation"])
        and _lists(rule["apiGroups"], resource["group"])
        and _lists(rule["apiVersions"], resource["version"])
        and any(_is_resource(each, resource["resource"], request) for each in rule["resources"])
        and (not rule.get("resourceNames") or request.get("name", "") in rule["resourceNames"])
    )


def _is_resource(listed: str, resource: str, request: Document) -> bool:
    name, _, part = listed.partition("/")
    return name in ("*", resource) and part in ("*", str(request.get("subResource", "")))


def _scope(request: Document) -> str:
    return "Namespaced" if request.get("namespace") and not _is_namespace(request) else "Cluster"


def _is_namespace(request: Document) -> bool:
    return (request["resource"]["group"], request["resource"]["resource"]) == ("", "namespaces")


def _lists(listed: list[str], wanted: str) -> bool:
    return "*" in listed or wanted in listed


def _labels(manifest: Document) -> Mapping[str, str]:
    return manifest["metadata"].get("labels") or {}
