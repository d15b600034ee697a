"""Admission policies as they are written: what counts of a spec, and what is said of strange ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal

import msgspec
from msgspec import Struct

from tagward_generators.deciding.kubernetes.constraints import Constraints
from tagward_generators.deciding.kubernetes.refusing import refuse_constraints, refuse_fields
from tagward_generators.deciding.kubernetes.validating import Validator
from tagward_generators.deciding.rulings import RefusedError, Undecided, Verdict

WRONG = (RefusedError, msgspec.ValidationError, LookupError, TypeError, AttributeError)
"""What is raised where something is not as it should be."""

_ACTIONS = {"Deny": Verdict.DENIED, "Warn": Verdict.WARNED, "Audit": Verdict.RECORDED}
_STRANGE = "it is not written as the API server takes it"


class Written(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Something as the API server takes it."""


class NamedExpression(Written, frozen=True):
    """A variable, or a match condition."""

    name: str
    expression: str


class Validation(Written, frozen=True):
    """An expression that must hold."""

    expression: str
    message: str = ""
    message_expression: str = ""
    reason: str = ""


class ParameterKind(Written, frozen=True):
    """The kind of the parameters."""

    api_version: str
    kind: str


class PolicySpec(Written, frozen=True):
    """What a policy says."""

    match_constraints: Constraints = Constraints()
    validations: tuple[Validation, ...] = ()
    variables: tuple[NamedExpression, ...] = ()
    match_conditions: tuple[NamedExpression, ...] = ()
    failure_policy: Literal["Fail", "Ignore"] = "Fail"
    param_kind: ParameterKind | None = None
    audit_annotations: tuple[Any, ...] = ()


def undecided(name: str, error: Exception, text: str) -> Undecided:
    """Say why something is not evaluated."""
    return Undecided(name, str(error) if isinstance(error, RefusedError) else _STRANGE, text)


def strictest(actions: Iterable[str]) -> Verdict:
    """Return what becomes of a request that a policy objects to."""
    return max((_ACTIONS[action] for action in actions), default=Verdict.ALLOWED)


@cache
def policy(text: str) -> tuple[PolicySpec, Validator]:
    """Read a policy; raises what is in WRONG."""
    spec = msgspec.convert(json.loads(text).get("spec"), PolicySpec)
    return spec, validator(spec)


def validator(spec: PolicySpec, fields: Iterable[str] = ()) -> Validator:
    """Compile the expressions of a policy, which may look at some more fields. Raises RefusedError."""
    refuse_constraints(spec.match_constraints)
    compiled = Validator(
        conditions=[each.expression for each in spec.match_conditions],
        variables={each.name: each.expression for each in spec.variables},
        validations=[each.expression for each in spec.validations],
        fails=spec.failure_policy == "Fail",
    )
    refuse_fields(compiled.deciding, fields)
    return compiled


def parsed(text: str) -> Mapping[str, Any]:
    """Read an object; one that is none is empty."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
