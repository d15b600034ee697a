"""What ValidatingPolicies of Kyverno decide; those that it writes anew for controllers are undecided."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

import msgspec

from tagward_generators.deciding.kubernetes.constraints import Constraints
from tagward_generators.deciding.kubernetes.family import AdmissionFamily, AdmissionGuardrail
from tagward_generators.deciding.kubernetes.policies import Bound
from tagward_generators.deciding.kubernetes.validating import Validator
from tagward_generators.deciding.kubernetes.written import (
    WRONG,
    PolicySpec,
    parsed,
    strictest,
    undecided,
    validator,
)
from tagward_generators.deciding.rulings import RefusedError, Undecided

POLICY = "ValidatingPolicy"
AS_WRITTEN: dict[str, Any] = {"podControllers": {"controllers": []}}


class _Policy(PolicySpec, frozen=True):
    validation_actions: tuple[Literal["Deny", "Warn", "Audit"], ...] = ()
    autogen: Any = None
    evaluation: Any = None
    webhook_configuration: Any = None


class Kyverno(AdmissionFamily):
    """The family `kyverno`."""

    name = "kyverno"

    def read(self, artifacts: Mapping[str, str]) -> AdmissionGuardrail:
        """Read policies; what cannot be evaluated is undecided."""
        bound: list[Bound] = []
        left: list[Undecided] = []
        for name, text in artifacts.items():
            try:
                bound.append(_bound(parsed(text)["metadata"]["name"], *_policy(text)))
            except WRONG as why:
                left.append(undecided(name, why, text))
        return AdmissionGuardrail(tuple(bound), tuple(left))


def _bound(name: str, policy: _Policy, compiled: Validator) -> Bound:
    verdict = strictest(policy.validation_actions or ("Deny",))
    return Bound(name, compiled, policy.match_constraints, Constraints(), verdict, None)


@cache
def _policy(text: str) -> tuple[_Policy, Validator]:
    document = json.loads(text)
    if document["kind"] != POLICY:
        raise RefusedError(f"it is of the kind {document['kind']}")
    policy = msgspec.convert(document["spec"], _Policy)
    if policy.autogen != AS_WRITTEN or policy.param_kind or policy.evaluation:
        raise RefusedError("it is written anew for controllers, has parameters or says where it is evaluated")
    return policy, validator(policy)
