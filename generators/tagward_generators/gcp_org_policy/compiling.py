"""From what breaks the rules to constraints: type by type, and apart where they are enforced apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import Struct, field

from tagward.policy import Policy
from tagward_generators.gcp_org_policy.conditions import Broken, Condition, TooLong, conditions
from tagward_generators.gcp_org_policy.constraints import Constraint
from tagward_generators.gcp_org_policy.covering import Covered, covered
from tagward_generators.gcp_org_policy.describing import description
from tagward_generators.gcp_org_policy.labels import said
from tagward_generators.gcp_org_policy.names import Name
from tagward_generators.gcp_org_policy.projects import Home, Housed, housed
from tagward_generators.gcp_org_policy.settings import Settings
from tagward_generators.gcp_org_policy.sight import PLATFORM
from tagward_generators.logic import FALSE, lowered, sound, unsayable
from tagward_generators.rules import Rule, rules
from tagward_generators.violations import Violation, Violations

Where = tuple[bool, Home]
"""Whether a condition is tried in a dry run only, and for which projects it counts."""

Written = tuple[tuple[Condition, ...], tuple[TooLong, ...]]


class Outcome(Struct):
    """What was made of one rule: the modes it is broken in, whether anything came out, what got lost."""

    modes: set[str] = field(default_factory=set)
    emitted: bool = False
    lost: list[str] = field(default_factory=list)


class Compiler:
    """Makes the constraints of a policy, and keeps account of what became of each rule."""

    def __init__(self, policy: Policy, settings: Settings, day: date) -> None:
        self.policy = policy
        self.settings = settings
        self.rules = rules(policy)
        self.types = covered(settings)
        self.violations = Violations(policy, PLATFORM, day)
        self.outcomes: dict[Rule, Outcome] = {rule: Outcome() for rule in self.rules}
        self._written: dict[tuple[str, tuple[Broken, ...]], Written] = {}

    def constraints(self) -> Iterator[Constraint]:
        """Make the constraints, type by type."""
        for type_ in self.types:
            for where, broken in self._broken(type_).items():
                for number, condition in enumerate(self._conditions(broken, type_), 1):
                    yield self._constraint(type_, where, number, condition)

    def _broken(self, type_: Covered) -> dict[Where, list[Broken]]:
        """Say what breaks the rules on a type, apart by where it is enforced."""
        found: dict[Where, list[Broken]] = {}
        for rule in self.rules:
            for violation in self.violations.of(rule, type_.kind):
                for home, expression in self._housed(violation).items():
                    dry_run = self.settings.dry_run or violation.mode != "deny"
                    found.setdefault((dry_run, home), []).append((rule, expression))
        return found

    def _housed(self, violation: Violation) -> Housed:
        outcome = self.outcomes[violation.rule]
        stated = lowered(violation.broken, said)
        outcome.modes.add(violation.mode)
        outcome.lost += unsayable(stated)
        return {home: each for home, each in housed(sound(stated)).items() if each != FALSE}

    def _conditions(self, broken: list[Broken], type_: Covered) -> tuple[Condition, ...]:
        asked = (type_.labels, tuple(broken))
        if asked not in self._written:
            self._written[asked] = conditions(broken, type_.labels)
        found, too_long = self._written[asked]
        for each in too_long:
            self.outcomes[each.rule].lost.append(each.why)
        for condition in found:
            for rule in condition.rules:
                self.outcomes[rule].emitted = True
        return found

    def _constraint(self, type_: Covered, where: Where, number: int, condition: Condition) -> Constraint:
        dry_run, home = where
        name = Name(self.policy.name, type_.name, dry_run, home, number)
        return Constraint(
            name,
            type_.methods,
            condition.lines,
            f"{self.policy.name}: labels of {name.words}",
            description(self.policy, condition.rules, self.violations.day),
            sizes=condition.sizes,
        )
