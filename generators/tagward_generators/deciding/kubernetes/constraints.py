"""Which requests an admission policy, or its binding, is about: rules on resources, selectors on labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from tagward_generators.deciding.wildcards import any_matches

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label that every namespace has."""

Labels = Mapping[str, str]


class _Written(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Something as the API server takes it."""


class Requirement(_Written, frozen=True):
    """One expression of a selector."""

    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: tuple[str, ...] = ()

    def holds(self, labels: Labels) -> bool:
        """Say whether labels meet it; one that negates also takes labels without the key."""
        match self.operator:
            case "In":
                return labels.get(self.key) in self.values
            case "NotIn":
                return labels.get(self.key) not in self.values
            case "Exists":
                return self.key in labels
            case "DoesNotExist":
                return self.key not in labels


class Selector(_Written, frozen=True):
    """A label selector; one that is empty takes all."""

    match_labels: dict[str, str] = {}
    match_expressions: tuple[Requirement, ...] = ()

    @property
    def requirements(self) -> Iterator[Requirement | Globs]:
        """List all that it asks for."""
        yield from (Requirement(key, "In", (value,)) for key, value in self.match_labels.items())
        yield from self.match_expressions

    def takes(self, labels: Labels) -> bool:
        """Say whether labels meet all of it."""
        return all(each.holds(labels) for each in self.requirements)


class Globs(Struct, frozen=True):
    """Names with a `*` at either end, as Gatekeeper has them."""

    key: str
    operator: Literal["In", "NotIn"]
    patterns: tuple[str, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """Return a name for each."""
        return tuple(each.replace("*", "x") for each in self.patterns)

    def holds(self, labels: Labels) -> bool:
        """Say whether a name is one of these, or is none."""
        return any_matches(self.patterns, labels.get(self.key, "")) is (self.operator == "In")


class NamespaceSelector(Selector, frozen=True):
    """A selector of namespaces that knows patterns of names too."""

    globs: tuple[Globs, ...] = ()

    @property
    def requirements(self) -> Iterator[Requirement | Globs]:
        """List all that it asks for."""
        yield from super().requirements
        yield from self.globs


class ResourceRule(_Written, frozen=True):
    """Operations on resources."""

    operations: tuple[str, ...]
    api_groups: tuple[str, ...]
    api_versions: tuple[str, ...]
    resources: tuple[str, ...]
    resource_names: tuple[str, ...] = ()
    scope: Literal["*", "Namespaced", "Cluster"] = "*"

    @property
    def takes_parts(self) -> bool:
        """Say whether requests to subresources are taken."""
        return False

    def takes(self, request: Mapping[str, Any]) -> bool:
        """Say whether a request is one of these."""
        resource = request["resource"]
        return (
            (self.takes_parts or "subResource" not in request)
            and _lists(self.operations, request["operation"])
            and _lists(self.api_groups, resource["group"])
            and _lists(self.api_versions, resource["version"])
            and _lists(self.resources, resource["resource"])
            and self.scope in ("*", "Namespaced" if request["namespace"] else "Cluster")
        )


class Constraints(_Written, frozen=True):
    """`matchConstraints` of a policy, or `matchResources` of a binding; without rules, any resource."""

    resource_rules: tuple[ResourceRule, ...] = ()
    exclude_resource_rules: tuple[ResourceRule, ...] = ()
    namespace_selector: Selector = Selector()
    object_selector: Selector = Selector()
    match_policy: Literal["Exact", "Equivalent"] = "Equivalent"

    @property
    def rules(self) -> tuple[ResourceRule, ...]:
        """List all rules."""
        return (*self.resource_rules, *self.exclude_resource_rules)

    def take(self, request: Mapping[str, Any]) -> bool:
        """Say whether they take a request, whatever the labels are."""
        included = not self.resource_rules or any(each.takes(request) for each in self.resource_rules)
        return included and not any(each.takes(request) for each in self.exclude_resource_rules)

    def take_namespace(self, namespace: Mapping[str, Any] | None) -> bool:
        """Say whether they take the labels of a namespace; what has none is taken."""
        return namespace is None or self.namespace_selector.takes(labels(namespace))

    def take_object(self, given: Mapping[str, Any]) -> bool:
        """Say whether they take the labels of an object as it is, or was."""
        there = [each for each in (given["object"], given["oldObject"]) if each is not None]
        return any(self.object_selector.takes(labels(each)) for each in there)


def constraints(written: Any) -> Constraints:
    """Read constraints; raises msgspec.ValidationError."""
    return msgspec.convert(written or {}, Constraints)


def labels(document: Mapping[str, Any]) -> Labels:
    """Return the labels of an object."""
    found: Labels = document["metadata"].get("labels", {})
    return found


def _lists(values: Iterable[str], value: str) -> bool:
    return any(each in ("*", value) for each in values)
