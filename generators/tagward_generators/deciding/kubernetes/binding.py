"""ValidatingAdmissionPolicies as they are bound, read from the objects that say so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal

import msgspec
from msgspec import Struct

from tagward_generators.deciding.kubernetes.constraints import Constraints
from tagward_generators.deciding.kubernetes.policies import Bound
from tagward_generators.deciding.kubernetes.refusing import refuse_constraints, refuse_fields
from tagward_generators.deciding.kubernetes.validating import Validator
from tagward_generators.deciding.rulings import RefusedError, Undecided, Verdict

POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"

_ACTIONS = {"Deny": Verdict.DENIED, "Warn": Verdict.WARNED, "Audit": Verdict.RECORDED}
_STRANGE = "it is not written as the API server takes it"


class _Written(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Something as the API server takes it."""


class _Named(_Written, frozen=True):
    name: str
    expression: str


class _Validation(_Written, frozen=True):
    expression: str
    message: str = ""
    message_expression: str = ""
    reason: str = ""


class _Kind(_Written, frozen=True):
    api_version: str
    kind: str


class _Policy(_Written, frozen=True):
    match_constraints: Constraints
    validations: tuple[_Validation, ...] = ()
    variables: tuple[_Named, ...] = ()
    match_conditions: tuple[_Named, ...] = ()
    failure_policy: Literal["Fail", "Ignore"] = "Fail"
    param_kind: _Kind | None = None
    audit_annotations: tuple[Any, ...] = ()


class _Reference(_Written, frozen=True):
    name: str | None = None
    namespace: str | None = None
    selector: Any = None
    parameter_not_found_action: Literal["Allow", "Deny"] = "Deny"


class _Binding(_Written, frozen=True):
    policy_name: str
    validation_actions: tuple[Literal["Deny", "Warn", "Audit"], ...] = ()
    match_resources: Constraints = Constraints()
    param_ref: _Reference | None = None


def bound(artifacts: Mapping[str, str]) -> tuple[tuple[Bound, ...], tuple[Undecided, ...]]:
    """Bind policies; list what cannot be evaluated."""
    reading = _Reading(artifacts)
    found = tuple(reading.bound())
    return found, tuple(reading.undecided)


class _Reading:
    """Objects of the API by name, and what is found wrong with them."""

    def __init__(self, artifacts: Mapping[str, str]) -> None:
        self.undecided: list[Undecided] = []
        self._artifacts = artifacts
        self._parsed = {name: _parsed(text) for name, text in artifacts.items()}

    def bound(self) -> Iterator[Bound]:
        """Read policies, then bindings; one of a policy that is not there or undecided binds nothing."""
        policies: dict[str, tuple[_Policy, Validator]] = {}
        for name, document in self._parsed.items():
            try:
                if document.get("kind") == POLICY:
                    policies[document["metadata"]["name"]] = _policy(self._artifacts[name])
            except _WRONG as why:
                self._refuse(name, why)
        for name, document in self._parsed.items():
            try:
                if document.get("kind") == BINDING:
                    yield from self._of_binding(msgspec.convert(document.get("spec"), _Binding), policies)
                elif not document:
                    raise RefusedError("it is no object of the API")
            except _WRONG as why:
                self._refuse(name, why)

    def _of_binding(
        self, binding: _Binding, policies: Mapping[str, tuple[_Policy, Validator]]
    ) -> Iterator[Bound]:
        refuse_constraints(binding.match_resources)
        if binding.policy_name not in policies:
            return
        policy, validator = policies[binding.policy_name]
        params = self._parameters(policy.param_kind, binding.param_ref or _Reference())
        if policy.param_kind and params is None:
            return
        yield Bound(
            binding.policy_name,
            validator,
            policy.match_constraints,
            binding.match_resources,
            max((_ACTIONS[action] for action in binding.validation_actions), default=Verdict.ALLOWED),
            params,
        )

    def _parameters(self, kind: _Kind | None, reference: _Reference) -> Any:
        """Return the parameters, None where there are none and nothing is asked without them."""
        if kind is None:
            return None
        wanted = f"{kind.kind}/{reference.namespace}/{reference.name}"
        if wanted not in self._parsed and reference.parameter_not_found_action != "Allow":
            raise RefusedError(f"its parameters are not among what was read: {wanted}")
        return self._parsed.get(wanted)

    def _refuse(self, name: str, error: Exception) -> None:
        why = str(error) if isinstance(error, RefusedError) else _STRANGE
        self.undecided.append(Undecided(name, why, self._artifacts[name]))


_WRONG = (RefusedError, msgspec.ValidationError, LookupError, TypeError, AttributeError)


@cache
def _policy(text: str) -> tuple[_Policy, Validator]:
    policy = msgspec.convert(json.loads(text).get("spec"), _Policy)
    refuse_constraints(policy.match_constraints)
    validator = Validator(
        conditions=[each.expression for each in policy.match_conditions],
        variables={each.name: each.expression for each in policy.variables},
        validations=[each.expression for each in policy.validations],
        fails=policy.failure_policy == "Fail",
    )
    refuse_fields(validator.deciding)
    return policy, validator


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        parsed = json.loads(text)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
