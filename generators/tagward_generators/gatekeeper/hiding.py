"""Checks that are fair where the labels of the namespace are out of sight, and may hold what is missing.

Gatekeeper tells the labels of namespaces since 3.22; gator does not tell CEL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from tagward.policy import MODES, Policy
from tagward_generators.facts import Blank, Fits, Has, OneOf
from tagward_generators.gatekeeper.parameters import Parameters
from tagward_generators.kubernetes.breaking import Break
from tagward_generators.kubernetes.checks import Check, Checks
from tagward_generators.kubernetes.names import identifiers
from tagward_generators.kubernetes.shapes import judged_kinds
from tagward_generators.logic import FALSE, Every, Expression, Not, Some

HIDDEN = 'variables.in_namespace != "" && namespaceObject == null'


class SeeingChecks(Checks):
    """Checks that look at `variables.hidden` where a tag may be inherited from the namespace."""

    def __init__(self, policy: Policy, day: date, parameters: Parameters) -> None:
        self.parameters = parameters
        self.kinds = judged_kinds(policy)
        super().__init__(policy, day, self.kinds, parameters.lists)
        self.named: Mapping[str, Check] = _named(tuple(self.checks()))

    @property
    def breaks(self) -> Mapping[str, Break | None]:
        """Return what each check is made of, by its name; None for those on all labels at once."""
        found: list[Break | None] = []
        for outcome in self.outcomes:
            found += [None] if outcome.rule.kind in self.housekeeping.kinds else []
            found += outcome.breaks
        return dict(zip(self.named, found, strict=True))

    def modes(self) -> tuple[str, ...]:
        """List the modes in which something is checked, the strictest first."""
        return tuple(mode for mode in reversed(MODES) if self.of(mode))

    def of(self, mode: str) -> tuple[str, ...]:
        """Name what is checked in a mode."""
        return tuple(name for name, each in self.named.items() if each.mode == mode)

    def inherits(self, tag: str) -> bool:
        """Say whether a tag may be inherited from the namespace."""
        return tag in self.messages and "namespace" in self.messages[tag].tag.inherit

    def any_inherits(self) -> bool:
        """Say whether any tag may be."""
        return any(map(self.inherits, self.messages))

    def _when(self, broken: Break) -> str:
        said = super()._when(broken)
        if broken.rule.kind == "required" and self.inherits(broken.rule.tag):
            return f"!variables.hidden && ({said})"
        if broken.when == broken.when_open or not self.asks_for_inherited(broken):
            return said
        unseen = "(variables.hidden && !c.open)" if self.may_be_open else "variables.hidden"
        if broken.when_open == FALSE:
            return f"!{unseen} && ({said})"
        return f"({unseen} ? ({self.cel.text(broken.when_open)}) : ({said}))"

    def asks_for_inherited(self, broken: Break) -> bool:
        """Say whether a rule looks at a tag that may be inherited."""
        tags = {messages.key: tag for tag, messages in self.messages.items()}
        return any(self.inherits(tags[key]) for key in set(keys(broken.when)) if key in tags)


def keys(expression: Expression) -> Iterator[str]:
    """List the keys that an expression asks for."""
    match expression:
        case Every(parts) | Some(parts):
            for part in parts:
                yield from keys(part)
        case Not(fact):
            yield from keys(fact)
        case Has(slot) | OneOf(slot) | Fits(slot) | Blank(slot):
            yield slot.key
        case _:
            return


def _named(checks: tuple[Check, ...]) -> Mapping[str, Check]:
    """Name the checks by their rules."""
    names = identifiers(f"{each.rule.tag} {each.rule.name}" for each in checks)
    return dict(zip(names, checks, strict=True))
