"""What each rule came to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from tagward.clouds import cloud_of_type, reachable
from tagward.globs import is_literal, split
from tagward.policy import Exemption, Requirement, Tag
from tagward_generators.days import not_yet
from tagward_generators.facts import Fact, OfType
from tagward_generators.gcp_org_policy.covering import why_not
from tagward_generators.gcp_org_policy.labels import said
from tagward_generators.grading import absent, exact, not_on, weaker
from tagward_generators.logic import FALSE, Expression, Not, always, lowered, unsayable
from tagward_generators.rules import EVERY_TAG, Rule
from tagward_generators.selecting import selected
from tagward_generators.targets import Fidelity

if TYPE_CHECKING:
    from tagward_generators.gcp_org_policy.compiling import Compiler

NOT_COVERED = "on no resource type that the constraints cover"
NOTHING = "no label on GCP can break it"
DRY_RUN = "a dry run logs it and denies nothing (`targets.gcp-org-policy.dry_run`)"
OF_OTHERS = "accounts that it names are no project ids, which begin with a letter: on GCP they are nobody's"


class Grading:
    """Grades the rules of a policy by what a compiler made of them."""

    def __init__(self, compiler: Compiler) -> None:
        self.violations = compiler.violations
        self.policy = compiler.policy
        self.day = compiler.violations.day
        self.types = compiler.types
        self.outcomes = compiler.outcomes
        self.dry_run = compiler.settings.dry_run

    def row(self, rule: Rule) -> Fidelity:
        """Return the row of a rule."""
        if rule.kind == "exemption":
            return self._exemption(rule)
        if rule.tag == EVERY_TAG:
            return self._made(rule, (*self.outcomes[rule].lost, *self._forgiven(rule)))
        if rule.tag not in self.violations.tags:
            return not_on(rule, "gcp")
        tag = self.violations.tags[rule.tag].tag
        return _alias(rule, tag, self.day) if rule.kind == "alias" else self._of_tag(rule, tag)

    def _of_tag(self, rule: Rule, tag: Tag) -> Fidelity:
        asked = tag.requirements[int(rule.subject)] if rule.kind == "required" else None
        if asked and "gcp" not in reachable(asked.on):
            return not_on(rule, "gcp")
        lost = (*self.outcomes[rule].lost, *(self._not_covered(asked) if asked else ()))
        return self._made(rule, lost, not_yet(tag, self.day, self.violations.platform.surface))

    def _made(self, rule: Rule, lost: tuple[str, ...], late: str = "") -> Fidelity:
        outcome, reasons = self.outcomes[rule], tuple(dict.fromkeys(lost))
        if not outcome.emitted:
            return self._unmade(rule, reasons)
        if self.dry_run and "deny" in outcome.modes:
            return weaker(rule, DRY_RUN, *reasons)
        if reasons:
            return weaker(rule, *reasons)
        return exact(rule, "" if "deny" in outcome.modes else f"{late or 'advice'}: a dry run logs it")

    def _unmade(self, rule: Rule, reasons: tuple[str, ...]) -> Fidelity:
        if reasons:
            return absent(rule, "; ".join(reasons))
        anywhere = [each.broken for each in self.violations.of(rule)]
        if any(lowered(broken, _on_any_type) != FALSE for broken in anywhere):
            return absent(rule, NOT_COVERED)
        if rule.kind == "required" and self.outcomes[rule].modes:
            return exact(rule, OF_OTHERS)
        return exact(rule, NOTHING)

    def _not_covered(self, requirement: Requirement) -> Iterator[str]:
        """Name the types that the requirement names and no constraint covers."""
        covered = {each.kind.type for each in self.types}
        for name in filter(is_literal, requirement.on.types):
            if name.startswith("gcp:") and name not in covered:
                yield f"`{name}` is left to the scan: {why_not(name.removeprefix('gcp:'))}"

    def _forgiven(self, rule: Rule) -> Iterator[str]:
        if rule.kind == "limits.closed":
            for facts in (each for each in self.violations.tags.values() if each.forgives):
                yield (
                    f"an unknown key passes where `{facts.keys[0]}` is missing: it may be that key misspelt, "
                    "which is not denied"
                )

    def _exemption(self, rule: Rule) -> Fidelity:
        exemption = next(each for each in self.policy.exemptions if each.id == rule.subject)
        tags = [self.violations.tags[tag] for tag in exemption.tags if tag in self.violations.tags]
        if not tags:
            return exact(rule, "covers no tag on GCP")
        if exemption.expires < self.day:
            return exact(rule, f"expired on {exemption.expires}")
        unsaid = dict.fromkeys(self._unsaid(exemption))
        return (
            weaker(rule, *(f"exempts more than it says: {why}" for why in unsaid)) if unsaid else exact(rule)
        )

    def _unsaid(self, exemption: Exemption) -> Iterator[str]:
        for each in self.types:
            where = selected(exemption.match, each.kind, self.violations.platform, self.policy.scopes)
            yield from unsayable(lowered(where, said))


def _on_any_type(leaf: Fact | Not) -> Expression:
    """Say a fact of a resource of any type, as long as GCP has it."""
    if isinstance(leaf, OfType):
        including, _ = split(leaf.globs)
        return always(not including or any(cloud_of_type(glob) in (None, "gcp") for glob in including))
    return said(leaf)


def _alias(rule: Rule, tag: Tag, day: date) -> Fidelity:
    alias = next(each for each in tag.aliases if each.key == rule.subject)
    if not alias.accepted(day):
        return exact(rule, f"does not count since {alias.until}")
    return exact(rule, f"accepted until {alias.until}" if alias.until else "accepted")
