"""Rules as checks: CEL that lists what is wrong with an object, and a row that says how faithful it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from msgspec import Struct

from tagward.catalog import KubernetesKind
from tagward.policy import Policy
from tagward_generators.cel import quoted
from tagward_generators.days import not_yet
from tagward_generators.grading import absent, exact, not_on, weaker
from tagward_generators.kubernetes.breaking import (
    CLOUD,
    NAMESPACED,
    SURFACE,
    Break,
    Outcome,
    of_tag,
    outcomes,
)
from tagward_generators.kubernetes.carriers import told
from tagward_generators.kubernetes.housekeeping import Housekeeping
from tagward_generators.kubernetes.messages import Messages
from tagward_generators.kubernetes.near import variables
from tagward_generators.kubernetes.shapes import shapes, unseen_kinds
from tagward_generators.kubernetes.writing import CarrierCel
from tagward_generators.logic import FALSE, Expression, Some
from tagward_generators.rules import EVERY_TAG, Rule
from tagward_generators.targets import Fidelity, Grade
from tagward_generators.violations import Violations


class Check(Struct, frozen=True):
    """One rule in one mode: CEL that lists what is wrong, and what to say when that cannot be told."""

    rule: Rule
    mode: str
    faults: str
    message: str


class Checks:
    """The rules of a policy on a day, for objects of some kinds.

    `lists` names variables that hold the values of a tag, where they are not written into its rules.
    """

    def __init__(
        self,
        policy: Policy,
        day: date,
        kinds: Sequence[KubernetesKind],
        lists: Mapping[tuple[str, ...], str] | None = None,
    ) -> None:
        self.policy = policy
        self.day = day
        self.cel = CarrierCel(lists or {})
        self.may_be_open = any(shape.may_be_open for shape, _ in shapes(tuple(kinds)))
        tags = Violations(policy, NAMESPACED, day).tags
        near = variables(facts.tag.keys[CLOUD] for facts in tags.values())
        self.messages = {
            tag: Messages(facts, policy, day, near[facts.tag.keys[CLOUD]]) for tag, facts in tags.items()
        }
        self.housekeeping = Housekeeping(policy, tags, self.may_be_open)
        self.outcomes = outcomes(policy, day, kinds)
        self.unseen = unseen_kinds(policy)

    def checks(self) -> Iterator[Check]:
        """List the checks, in the order of the rules."""
        for outcome in self.outcomes:
            if outcome.rule.kind in self.housekeeping.kinds:
                faults, message = self.housekeeping.check(outcome.rule.kind)
                yield Check(outcome.rule, "deny", faults, message)
            yield from (self._check(each) for each in outcome.breaks)

    def rows(self) -> Iterator[Fidelity]:
        """Say how faithful the checks are, one row for each rule."""
        return (self._seen(outcome.rule, self._row(outcome)) for outcome in self.outcomes)

    def _seen(self, rule: Rule, row: Fidelity) -> Fidelity:
        """Take back that a rule is exact where it does not look at objects of some kinds."""
        is_judged = rule.tag == EVERY_TAG or rule.tag in self.messages
        if not self.unseen or not is_judged or rule.kind in ("alias", "exemption"):
            return row
        names = ", ".join(f"`{kind.name}`" for kind in self.unseen)
        said = (
            f"{names} passes: its pod templates are in lists inside lists, which cannot be taken apart here"
        )
        return weaker(rule, *filter(None, (row.why, said))) if row.grade is not Grade.ABSENT else row

    def _check(self, broken: Break) -> Check:
        messages = self.messages[broken.rule.tag]
        faults = told(f"variables.judged.filter(c, {self._when(broken)})", messages.cel(broken))
        return Check(broken.rule, broken.mode, faults, messages.plain(broken))

    def _when(self, broken: Break) -> str:
        """Say when a carrier breaks a rule; one that is open lacks nothing for sure."""
        when = self.cel.text(broken.when)
        if not self.may_be_open:
            return when
        sure = "" if broken.when_open == FALSE else f"({self.cel.text(broken.when_open)})"
        if broken.rule.kind == "required":
            sure = f"{sure} && {self._another_key(broken)}" if sure else ""
            if broken.when == broken.when_open:
                return f"{self._inside_and(broken.when)} && (!c.open || {self._another_key(broken)})"
        elif broken.when == broken.when_open:
            return when
        return f"(c.open ? {sure} : ({when}))" if sure else f"!c.open && ({when})"

    def _inside_and(self, expression: Expression) -> str:
        text = self.cel.text(expression)
        return f"({text})" if isinstance(expression, Some) else text

    def _another_key(self, broken: Break) -> str:
        """Ask for a key that is wrong in place of the tag's."""
        messages = self.messages[broken.rule.tag]
        found = messages.misspelt()
        return f"({found} || {quoted(messages.key)} in c.older)" if messages.expired else found

    def _row(self, outcome: Outcome) -> Fidelity:
        rule = outcome.rule
        if rule.kind == "exemption":
            return self._exempted(rule)
        if rule.tag == EVERY_TAG:
            reasons = self.housekeeping.reasons(rule.kind)
            return weaker(rule, *reasons) if reasons else exact(rule)
        if rule.tag not in self.messages:
            return not_on(rule, CLOUD)
        if rule.kind == "alias":
            return exact(rule, self._alias(rule))
        if not outcome.breaks:
            return absent(rule, "; ".join(outcome.reasons)) if outcome.reasons else not_on(rule, CLOUD)
        if outcome.reasons:
            return weaker(rule, *outcome.reasons)
        return exact(rule, not_yet(self.messages[rule.tag].tag, self.day, SURFACE))

    def _alias(self, rule: Rule) -> str:
        alias = next(each for each in self.messages[rule.tag].tag.aliases if each.key == rule.subject)
        if alias.until is None:
            return "accepted"
        return f"accepted until {alias.until}" if alias.accepted(self.day) else "does not count any more"

    def _exempted(self, rule: Rule) -> Fidelity:
        exemption = next(each for each in self.policy.exemptions if each.id == rule.subject)
        covered = [tag for tag in self.policy.tags if tag.id in exemption.tags and of_tag(tag)]
        if not covered:
            return exact(rule, "covers no tag on Kubernetes")
        return exact(rule, f"expired on {exemption.expires}" if exemption.expires < self.day else "")
