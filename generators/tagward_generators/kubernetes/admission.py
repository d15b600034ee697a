"""Admission policies of one mode each: variables, and validations that name everything that is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from tagward.policy import MODES, Policy
from tagward_generators.cel import quoted
from tagward_generators.kubernetes.checks import Check, Checks
from tagward_generators.kubernetes.limits import check
from tagward_generators.kubernetes.matching import conditions, constraints
from tagward_generators.kubernetes.messages import one_line
from tagward_generators.kubernetes.names import identifiers
from tagward_generators.kubernetes.settings import Settings
from tagward_generators.kubernetes.shapes import judged_kinds
from tagward_generators.kubernetes.variables import Variable, Variables, used

LONGEST = 5_000
"""In bytes: the API server drops a message that is longer than 5 KiB and takes the plain one instead."""

_CHARACTER = 4
"""Bytes that a character takes at most."""


class Stage(Struct, frozen=True):
    """What is checked in one mode, as the fields that all kinds of admission policies have."""

    mode: str
    spec: dict[str, Any]


class Admission:
    """A policy for admission on a day.

    `lists` names variables that hold values, `above` makes them; None where values cannot be kept elsewhere.
    `at_once` are the modes in which only the first message gets out, so that it must say everything.
    """

    def __init__(
        self,
        policy: Policy,
        day: date,
        settings: Settings,
        lists: Mapping[tuple[str, ...], str] | None = None,
        above: Sequence[Variable] = (),
        at_once: Collection[str] = ("deny",),
    ) -> None:
        self.policy = policy
        self.settings = settings
        self.kinds = judged_kinds(policy)
        self.checks = Checks(policy, day, self.kinds, lists)
        self.above = above
        self.parameters = lists is not None
        self.at_once = at_once

    def stages(self) -> Iterator[Stage]:
        """Make one policy for each mode in which there is something to check, the strictest first."""
        every = tuple(self.checks.checks())
        for mode in reversed(MODES):
            checks = tuple(each for each in every if each.mode == mode)
            if checks:
                spec = self._spec(mode, checks)
                check(f"{self.policy.name}-{mode}", spec, parameters=self.parameters)
                yield Stage(mode, spec)

    def _spec(self, mode: str, checks: Sequence[Check]) -> dict[str, Any]:
        names = identifiers(f"{each.rule.tag} {each.rule.name}" for each in checks)
        excluded = self.settings.exclude_namespaces
        return {
            "failurePolicy": self.settings.failure_policy,
            "matchConstraints": constraints(self.kinds, excluded),
            "matchConditions": conditions(self.kinds, excluded),
            "variables": self._variables(mode, names, checks),
            "validations": [
                _validation(name, each.message, at_once=mode in self.at_once)
                for name, each in zip(names, checks, strict=True)
            ],
        }

    def _variables(self, mode: str, names: Sequence[str], checks: Sequence[Check]) -> list[dict[str, str]]:
        tags = (messages.facts for messages in self.checks.messages.values())
        known = Variables(self.kinds, tags, fair=mode == "deny" and self.settings.is_fair).all()
        faults = [(name, each.faults) for name, each in zip(names, checks, strict=True)]
        said = [("said", self._said(names))] if mode in self.at_once else []
        needed = ["variables.address", *(f"variables.{name}" for name, _ in (*faults, *said))]
        variables = used((*self.above, *known, *faults, *said), needed)
        return [{"name": name, "expression": text} for name, text in variables]

    def _said(self, names: Sequence[str]) -> str:
        """Say everything at once: of the validations that fail, only the first is reported."""
        name = f"{self.policy.name} {one_line(self.policy.version)}"
        head = quoted(f" does not carry the labels of the policy {name}: ")
        faults = ",\n".join(f'variables.{name}.join("; ")' for name in names)
        return _shortened(f'variables.address + {head} + [\n{faults}].filter(t, t != "").join("; ")')


def _validation(name: str, message: str, *, at_once: bool) -> dict[str, str]:
    own = f'variables.address + ": " + variables.{name}.join("; ")'
    said = "variables.said" if at_once else _shortened(own)
    return {
        "expression": f"size(variables.{name}) == 0",
        "messageExpression": said,
        "message": message,
        "reason": "Forbidden",
    }


def _shortened(text: str) -> str:
    longest = LONGEST // _CHARACTER
    return f'[{text}].map(t, size(t) > {longest} ? t.substring(0, {longest}) + "..." : t)[0]'
