"""What an API server refuses of an admission policy when it is created, apart from CEL that does not compile.

After kubernetes v1.36 pkg/apis/admissionregistration/validation/validation.go.
"""

import re
from collections.abc import Iterator
from typing import Any

from tagward_generators.kubernetes.limits import LARGEST, LONGEST_EXPRESSION, size
from tests.generators.kubernetes_objects import Data

_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_IDENTIFIER = re.compile(r"[a-zA-Z_]\w*")
_RESERVED = frozenset(
    (
        *(
            "as",
            "break",
            "const",
            "continue",
            "else",
            "false",
            "for",
            "function",
            "if",
            "import",
            "in",
            "let",
        ),
        *("loop", "namespace", "null", "package", "return", "true", "var", "void", "while"),
    )
)
_ACTIONS = frozenset({"Deny", "Warn", "Audit"})
_MOST_CONDITIONS = 64


def refusals(document: Data) -> Iterator[str]:
    """Say what is wrong with a policy, or with its binding."""
    name = document["metadata"]["name"]
    if not _SUBDOMAIN.fullmatch(name) or len(name) > 253:
        yield f"`{name}` is no name of an object"
    if document["kind"].endswith("Binding"):
        yield from _of_binding(document["spec"])
    elif document["kind"] != "ConfigMap":
        yield from _of_policy(document["spec"])


def _of_policy(spec: Data) -> Iterator[str]:
    for each in spec["variables"]:
        if not _IDENTIFIER.fullmatch(each["name"]) or each["name"] in _RESERVED:
            yield f"`{each['name']}` is no identifier"
    for expression in _expressions(spec):
        if not expression.strip() or len(expression) > LONGEST_EXPRESSION:
            yield f"an expression has {len(expression):,} characters"
    for each in spec["validations"]:
        if not each["message"].strip() or re.search(r"[\r\n]", each["message"].strip()):
            yield f"a message has no line, or several: `{each['message']}`"
    if len(spec["matchConditions"]) > _MOST_CONDITIONS or not spec["matchConstraints"]["resourceRules"]:
        yield "too many conditions, or no resources"
    if size(spec) > LARGEST:
        yield f"the policy has {size(spec):,} bytes"


def _of_binding(spec: Data) -> Iterator[str]:
    actions: list[str] = spec["validationActions"]
    if not actions or not set(actions) <= _ACTIONS or len(set(actions)) < len(actions):
        yield f"the actions {actions} are not a set of actions"
    if {"Deny", "Warn"} <= set(actions):
        yield "Deny and Warn say the same twice"


def _expressions(spec: Data) -> Iterator[str]:
    listed: tuple[Any, ...] = (*spec["matchConditions"], *spec["variables"], *spec["validations"])
    yield from (each["expression"] for each in listed)
    yield from (each["messageExpression"] for each in spec["validations"])
