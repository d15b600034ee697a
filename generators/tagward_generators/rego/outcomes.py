"""The rules of a policy as Rego rules and fidelity rows."""

from collections.abc import Iterator, Sequence
from datetime import date

from tagward.policy import Policy
from tagward_generators.days import not_yet
from tagward_generators.grading import absent, exact, weaker
from tagward_generators.logic import unsayable
from tagward_generators.rego.judging import SURFACE, PlanViolations, inherited
from tagward_generators.rego.module import Module
from tagward_generators.rego.saying import said
from tagward_generators.rules import Rule
from tagward_generators.targets import Fidelity

COVERED = "lint"

MADE = "what resources make (volumes, launched instances, tasks) is not seen"
INSIDE = "what is inherited is not told: where a plan declares a {}, a tag that is not there passes"
NOWHERE = "does not apply to what plans hold"
SOFT = "an unknown key passes where `{}` may be missing without a denial: it may be that key misspelt"


class Outcomes:
    """What each rule of a policy comes to in the plans of some clouds."""

    def __init__(self, policy: Policy, day: date, clouds: Sequence[str]) -> None:
        self.policy = policy
        self.day = day
        self.on = {cloud: PlanViolations(policy, cloud, day) for cloud in clouds}
        self.module = Module(policy, self.on)

    def compile(self, rule: Rule) -> Fidelity:
        """Write the rules for a rule; return the row that says how true they are to it."""
        if rule.kind == "alias":
            return self._alias(rule)
        if rule.kind == "exemption":
            return self._exemption(rule)
        wrong = {cloud: on.of(rule) for cloud, on in self.on.items()}
        if not any(wrong.values()):
            return exact(rule, NOWHERE)
        wrote = [
            self.module.add(cloud, each, said(rule, self.policy, cloud, self.day))
            for cloud, found in wrong.items()
            for each in found
        ]
        unsaid = dict.fromkeys(
            why for found in wrong.values() for each in found for why in unsayable(each.broken)
        )
        if not any(wrote):
            return absent(rule, "; ".join(unsaid), COVERED)
        reasons = (*unsaid, *dict.fromkeys(self._slips(rule)))
        return weaker(rule, *reasons, covered_by=COVERED) if reasons else exact(rule, self._late(rule))

    def _slips(self, rule: Rule) -> Iterator[str]:
        """Say what slips through the rules that are written."""
        for on in self.on.values():
            for each in on.of(rule):
                yield from (INSIDE.format(layer) for layer in inherited(each.broken, on))
            if on.misses_made(rule):
                yield MADE
            if rule.kind == "limits.closed":
                yield from (SOFT.format(facts.keys[0]) for facts in on.soft)

    def _late(self, rule: Rule) -> str:
        tag = self.policy.tag(rule.tag)
        return not_yet(tag, self.day, SURFACE) if tag else ""

    def _alias(self, rule: Rule) -> Fidelity:
        tag = self.policy.tag(rule.tag)
        alias = next(each for each in tag.aliases if each.key == rule.subject) if tag else None
        until = alias.until if alias else None
        if alias and not alias.accepted(self.day):
            return exact(rule, f"does not count since {until}")
        return exact(rule, f"accepted until {until}" if until else "accepted")

    def _exemption(self, rule: Rule) -> Fidelity:
        exemption = next(each for each in self.policy.exemptions if each.id == rule.subject)
        covers = [on for on in self.on.values() if any(tag in on.tags for tag in exemption.tags)]
        if not covers:
            return exact(rule, "covers no tag of what plans hold")
        if self.day > exemption.expires:
            return exact(rule, f"expired on {exemption.expires}")
        unsaid = dict.fromkeys(why for on in covers for why in unsayable(on.selected(exemption.match)))
        reasons = (f"exempts more than it says: {why}" for why in unsaid)
        return weaker(rule, *reasons, covered_by=COVERED) if unsaid else exact(rule)
