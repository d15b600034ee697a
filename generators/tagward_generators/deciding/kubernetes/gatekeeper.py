"""What constraints of Gatekeeper decide, by the CEL of their templates.

Their Rego, which Gatekeeper takes where CEL is switched off, is not evaluated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Literal

import msgspec

from tagward_generators.deciding.kubernetes.constraints import (
    NAMESPACE_NAME,
    Constraints,
    Globs,
    NamespaceSelector,
    ResourceRule,
    Selector,
)
from tagward_generators.deciding.kubernetes.family import AdmissionFamily, AdmissionGuardrail
from tagward_generators.deciding.kubernetes.kinds import known_kinds
from tagward_generators.deciding.kubernetes.policies import Bound
from tagward_generators.deciding.kubernetes.validating import Validator
from tagward_generators.deciding.kubernetes.written import (
    WRONG,
    NamedExpression,
    PolicySpec,
    Validation,
    Written,
    parsed,
    undecided,
    validator,
)
from tagward_generators.deciding.rulings import RefusedError, Undecided, Verdict

TEMPLATE = "ConstraintTemplate"
CEL, REGO = "K8sNativeValidation", "Rego"

_ACTIONS = {"deny": Verdict.DENIED, "warn": Verdict.WARNED, "dryrun": Verdict.RECORDED}
_GIVEN = {"params": "params", "anyObject": "object == null ? oldObject : object"}
"""Variables that Gatekeeper adds."""


class _Source(Written, frozen=True):
    validations: tuple[Validation, ...]
    variables: tuple[NamedExpression, ...] = ()
    match_condition: tuple[NamedExpression, ...] = ()
    failure_policy: Literal["Fail", "Ignore"] = "Fail"
    generate_vap: bool | None = msgspec.field(name="generateVAP", default=None)


class _Kinds(Written, frozen=True):
    api_groups: tuple[str, ...] = ("*",)
    kinds: tuple[str, ...] = ("*",)


class _Match(Written, frozen=True):
    kinds: tuple[_Kinds, ...] = ()
    excluded_namespaces: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    label_selector: Selector = Selector()
    namespace_selector: Selector = Selector()
    scope: Literal["*", "Namespaced", "Cluster"] = "*"


class _Constraint(Written, frozen=True):
    match: _Match = _Match()
    enforcement_action: Literal["deny", "warn", "dryrun"] = "deny"
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)


class Gatekeeper(AdmissionFamily):
    """The family `gatekeeper`."""

    name = "gatekeeper"

    def read(self, artifacts: Mapping[str, str]) -> AdmissionGuardrail:
        """Read templates, then the constraints of each."""
        reading = _Reading(artifacts)
        bound = tuple(reading.bound())
        return AdmissionGuardrail(bound, tuple(reading.undecided))


class _Reading:
    """Objects of the API by name, and what is found wrong with them."""

    def __init__(self, artifacts: Mapping[str, str]) -> None:
        self.undecided: list[Undecided] = []
        self._artifacts = artifacts
        self._parsed = {name: parsed(text) for name, text in artifacts.items()}
        self._templates: dict[str, Validator] = {}

    def bound(self) -> Iterator[Bound]:
        """Bind what every constraint is about."""
        for name, document in self._parsed.items():
            if document.get("kind") == TEMPLATE:
                self._read_template(name, document)
        for name, document in self._parsed.items():
            if document.get("kind") != TEMPLATE:
                try:
                    yield self._of_constraint(document)
                except WRONG as why:
                    self.undecided.append(undecided(name, why, self._artifacts[name]))

    def _read_template(self, name: str, document: Mapping[str, Any]) -> None:
        try:
            kind = document["spec"]["crd"]["spec"]["names"]["kind"]
            sources = _sources(document)
            if REGO in sources:
                left = Undecided(f"{name} (its Rego)", "Rego is not evaluated", json.dumps(sources[REGO]))
                self.undecided.append(left)
            if CEL in sources:
                self._templates[kind] = _validator(json.dumps(sources[CEL], sort_keys=True))
        except WRONG as why:
            self.undecided.append(undecided(name, why, self._artifacts[name]))

    def _of_constraint(self, document: Mapping[str, Any]) -> Bound:
        if document["kind"] not in self._templates:
            raise RefusedError("there is no template in CEL for it, that is evaluated")
        constraint = msgspec.convert(document["spec"], _Constraint)
        return Bound(
            document["metadata"]["name"],
            self._templates[document["kind"]],
            _constraints(constraint.match),
            Constraints(),
            _ACTIONS[constraint.enforcement_action],
            constraint.parameters,
        )


def _sources(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sources of a template by engine; the old field has Rego only."""
    (target,) = document["spec"]["targets"]
    found = {code["engine"]: code["source"] for code in target.get("code", ())}
    return found | ({REGO: target} if "rego" in target else {})


@cache
def _validator(text: str) -> Validator:
    source = msgspec.convert(json.loads(text), _Source)
    given = tuple(NamedExpression(name, expression) for name, expression in _GIVEN.items())
    spec = PolicySpec(
        validations=source.validations,
        variables=(*given, *source.variables),
        match_conditions=source.match_condition,
        failure_policy=source.failure_policy,
    )
    return validator(spec, ("subResource",))


def _constraints(match: _Match) -> Constraints:
    """Write a match as admission policies do; kinds that nobody knows are taken for their usual plural."""
    return Constraints(
        resource_rules=tuple(_rule(each, match.scope) for each in match.kinds or (_Kinds(),)),
        namespace_selector=NamespaceSelector(
            match.namespace_selector.match_labels,
            match.namespace_selector.match_expressions,
            tuple(_globs(match)),
        ),
        object_selector=match.label_selector,
    )


def _globs(match: _Match) -> Iterator[Globs]:
    if match.excluded_namespaces:
        yield Globs(NAMESPACE_NAME, "NotIn", match.excluded_namespaces)
    if match.namespaces:
        yield Globs(NAMESPACE_NAME, "In", match.namespaces)


class _KindRule(ResourceRule, frozen=True):
    """Gatekeeper goes by the kind of what is sent, which is the same for a part of an object."""

    @property
    def takes_parts(self) -> bool:
        """Say whether requests to subresources are taken."""
        return True


def _rule(kinds: _Kinds, scope: Literal["*", "Namespaced", "Cluster"]) -> ResourceRule:
    plurals = tuple(dict.fromkeys(each for kind in kinds.kinds for each in _plurals(kind, kinds.api_groups)))
    return _KindRule(("CREATE", "UPDATE"), kinds.api_groups, ("*",), plurals, scope=scope)


def _plurals(kind: str, groups: Iterable[str]) -> Iterable[str]:
    known = [each.plural for each in known_kinds() if each.kind == kind and each.group in groups]
    return known or ["*" if kind == "*" else f"{kind.lower()}s"]
