"""ValidatingAdmissionPolicies as they are bound, read from the objects that say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from tagward_generators.deciding.kubernetes.constraints import Constraints
from tagward_generators.deciding.kubernetes.policies import Bound
from tagward_generators.deciding.kubernetes.refusing import refuse_constraints
from tagward_generators.deciding.kubernetes.validating import Validator
from tagward_generators.deciding.kubernetes.written import (
    WRONG,
    ParameterKind,
    PolicySpec,
    Written,
    parsed,
    policy,
    strictest,
    undecided,
)
from tagward_generators.deciding.rulings import RefusedError, Undecided

POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"


class _Reference(Written, frozen=True):
    name: str | None = None
    namespace: str | None = None
    selector: Any = None
    parameter_not_found_action: Literal["Allow", "Deny"] = "Deny"


class _Binding(Written, frozen=True):
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
        self._parsed = {name: parsed(text) for name, text in artifacts.items()}

    def bound(self) -> Iterator[Bound]:
        """Read policies, then bindings; one of a policy that is not there or undecided binds nothing."""
        policies: dict[str, tuple[PolicySpec, Validator]] = {}
        for name, document in self._parsed.items():
            try:
                if document.get("kind") == POLICY:
                    policies[document["metadata"]["name"]] = policy(self._artifacts[name])
            except WRONG as why:
                self._refuse(name, why)
        for name, document in self._parsed.items():
            try:
                if document.get("kind") == BINDING:
                    yield from self._of_binding(msgspec.convert(document.get("spec"), _Binding), policies)
                elif not document:
                    raise RefusedError("it is no object of the API")
            except WRONG as why:
                self._refuse(name, why)

    def _of_binding(
        self, binding: _Binding, policies: Mapping[str, tuple[PolicySpec, Validator]]
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
            strictest(binding.validation_actions),
            params,
        )

    def _parameters(self, kind: ParameterKind | None, reference: _Reference) -> Any:
        """Return the parameters, None where there are none and nothing is asked without them."""
        if kind is None:
            return None
        wanted = f"{kind.kind}/{reference.namespace}/{reference.name}"
        if wanted not in self._parsed and reference.parameter_not_found_action != "Allow":
            raise RefusedError(f"its parameters are not among what was read: {wanted}")
        return self._parsed.get(wanted)

    def _refuse(self, name: str, error: Exception) -> None:
        self.undecided.append(undecided(name, error, self._artifacts[name]))
