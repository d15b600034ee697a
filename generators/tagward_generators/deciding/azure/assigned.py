"""Definitions as they are assigned, read from the bodies that say so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from tagward_generators.deciding.azure.conditions import Condition, condition
from tagward_generators.deciding.azure.exemptions import Exempt, Exemption
from tagward_generators.deciding.azure.scene import Failed
from tagward_generators.deciding.azure.templates import Literal as Constant
from tagward_generators.deciding.azure.templates import is_expression, written
from tagward_generators.deciding.rulings import RefusedError, Undecided, Verdict

KINDS = ("policyDefinitions", "policySetDefinitions", "policyAssignments", "policyExemptions")

_EFFECTS = {"deny": Verdict.DENIED, "audit": Verdict.RECORDED, "disabled": Verdict.ALLOWED}
_STRANGE = "it is not written as Azure takes it"
_WRONG = (RefusedError, Failed, msgspec.ValidationError, LookupError, TypeError, AttributeError, ValueError)


class _Written(Struct, frozen=True, rename="camel"):
    """What counts of a body."""


class _Parameter(_Written, frozen=True):
    default_value: Any = None


class _Value(_Written, frozen=True):
    value: Any = None


class _Rule(_Written, frozen=True):
    if_: dict[str, Any] = msgspec.field(name="if")
    then: dict[str, Any]


class _Definition(_Written, frozen=True):
    policy_rule: _Rule
    mode: Literal["All", "Indexed"]
    parameters: dict[str, _Parameter] | None = None


class _Member(_Written, frozen=True):
    policy_definition_id: str
    policy_definition_reference_id: str = ""
    parameters: dict[str, _Value] | None = None


class _Set(_Written, frozen=True):
    policy_definitions: tuple[_Member, ...]
    parameters: dict[str, _Parameter] | None = None


class _Assignment(_Written, frozen=True):
    policy_definition_id: str
    enforcement_mode: Literal["Default", "DoNotEnforce"] = "Default"
    parameters: dict[str, _Value] | None = None
    not_scopes: tuple[str, ...] | None = None
    resource_selectors: tuple[Any, ...] | None = None
    overrides: tuple[Any, ...] | None = None


class Applied(Struct, frozen=True):
    """A definition as one assignment applies it.

    `said` is all that decides it, `verdict` what becomes of what it finds, `failing` of what it cannot
    evaluate, which Azure denies; `within` is the scope in which it holds, "" for everywhere.
    """

    name: str
    reference: str
    mode: str
    condition: Condition
    said: str
    verdict: Verdict
    failing: Verdict
    within: str
    not_scopes: tuple[str, ...]
    exemptions: tuple[Exemption, ...]


def applied(artifacts: Mapping[str, str]) -> tuple[tuple[Applied, ...], tuple[Undecided, ...]]:
    """Apply what is assigned; list what cannot be evaluated."""
    reading = _Reading(artifacts)
    found = tuple(reading.applied())
    return found, tuple(reading.undecided.values())


class _Reading:
    """Bodies by kind and name, and what is found wrong with them."""

    def __init__(self, artifacts: Mapping[str, str]) -> None:
        self.undecided: dict[str, Undecided] = {}
        self._artifacts = artifacts
        self._bodies: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
        for name in artifacts:
            kind, _, short = name.partition("/")
            try:
                self._bodies[kind][short] = json.loads(artifacts[name])
            except _WRONG as why:
                self._refuse(name, why)

    def applied(self) -> Iterator[Applied]:
        """Follow every assignment."""
        exempt = list(self._exempt())
        for name, body in self._bodies["policyAssignments"].items():
            try:
                assignment = msgspec.convert(body["properties"], _Assignment)
                if assignment.resource_selectors or assignment.overrides:
                    raise RefusedError("it has selectors or overrides")
                scope = msgspec.convert(body.get("scope", ""), str)
                spared = [each for each in exempt if each.assignment == name]
                for each in self._of_assignment(assignment, spared):
                    yield msgspec.structs.replace(each, within=scope)
            except _WRONG as why:
                self._refuse(f"policyAssignments/{name}", why)

    def _exempt(self) -> Iterator[Exempt]:
        for name, body in self._bodies["policyExemptions"].items():
            try:
                yield Exempt.read(body["scope"], body["properties"])
            except _WRONG as why:
                self._refuse(f"policyExemptions/{name}", why)

    def _of_assignment(self, assignment: _Assignment, exempt: Sequence[Exempt]) -> Iterator[Applied]:
        kind, name = assignment.policy_definition_id.split("/")[-2:]
        given = _values(assignment.parameters)
        if kind == "policyDefinitions":
            yield from self._of_member(_Member(name, ""), given, assignment, exempt)
        elif name in self._bodies["policySetDefinitions"]:
            yield from self._of_set(name, given, assignment, exempt)
        else:
            raise RefusedError(f"its initiative `{name}` is not among what was read")

    def _of_set(
        self, name: str, given: Mapping[str, Any], assignment: _Assignment, exempt: Sequence[Exempt]
    ) -> Iterator[Applied]:
        initiative = msgspec.convert(self._bodies["policySetDefinitions"][name]["properties"], _Set)
        passed = {**_defaults(initiative.parameters), **given}
        for member in initiative.policy_definitions:
            try:
                values = {key: _constant(value, passed) for key, value in _values(member.parameters).items()}
                yield from self._of_member(member, values, assignment, exempt)
            except _WRONG as why:
                self._refuse(f"policySetDefinitions/{name}", why)

    def _of_member(
        self, member: _Member, given: Mapping[str, Any], assignment: _Assignment, exempt: Sequence[Exempt]
    ) -> Iterator[Applied]:
        name = member.policy_definition_id.rpartition("/")[2]
        if name not in self._bodies["policyDefinitions"]:
            raise RefusedError(f"its definition `{name}` is not among what was read")
        try:
            body = self._bodies["policyDefinitions"][name]["properties"]
            found = _applied(name, msgspec.convert(body, _Definition), given)
        except _WRONG as why:
            self._refuse(f"policyDefinitions/{name}", why)
            return
        spared = tuple(
            each.exemption for each in exempt if each.covers(member.policy_definition_reference_id)
        )
        enforced = assignment.enforcement_mode == "Default"
        if found.verdict:
            yield msgspec.structs.replace(
                found,
                reference=member.policy_definition_reference_id,
                verdict=found.verdict if enforced else min(found.verdict, Verdict.RECORDED),
                failing=Verdict.DENIED if enforced else Verdict.RECORDED,
                not_scopes=assignment.not_scopes or (),
                exemptions=spared,
            )

    def _refuse(self, name: str, error: Exception) -> None:
        why = str(error) if isinstance(error, RefusedError) else _STRANGE
        self.undecided.setdefault(name, Undecided(name, why, self._artifacts[name]))


def _applied(name: str, definition: _Definition, given: Mapping[str, Any]) -> Applied:
    values = {**_defaults(definition.parameters), **given}
    effect = str(_constant(definition.policy_rule.then["effect"], values))
    if effect.lower() not in _EFFECTS:
        raise RefusedError(f"its effect `{effect}` does more than deny or record")
    asked = condition(definition.policy_rule.if_, values)
    said = json.dumps((definition.policy_rule.if_, values), sort_keys=True)
    verdict = _EFFECTS[effect.lower()]
    return Applied(name, "", definition.mode, asked, said, verdict, Verdict.DENIED, "", (), ())


def _defaults(parameters: Mapping[str, _Parameter] | None) -> dict[str, Any]:
    return {name: each.default_value for name, each in (parameters or {}).items()}


def _values(parameters: Mapping[str, _Value] | None) -> dict[str, Any]:
    return {name: each.value for name, each in (parameters or {}).items()}


def _constant(value: Any, parameters: Mapping[str, Any]) -> Any:
    """Return what a value is once parameters are known."""
    if not isinstance(value, str) or not is_expression(value):
        return value
    found = written(value, parameters)
    if not isinstance(found, Constant):
        raise RefusedError(f"it passes an expression: {value}")
    return found.value
