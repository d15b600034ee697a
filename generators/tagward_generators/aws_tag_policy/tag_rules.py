"""The rules of one tag: what a tag policy says of it, and how true that is to each rule."""

from collections.abc import Iterator
from functools import cached_property

from tagward.clouds import reachable
from tagward_generators.aws_tag_policy.entries import Entry
from tagward_generators.aws_tag_policy.needs import ANYTHING, NOT_ALWAYS, SURFACE, Needs
from tagward_generators.aws_tag_policy.resource_types import Reach, View
from tagward_generators.aws_tag_policy.values import Listed, listed
from tagward_generators.days import not_yet
from tagward_generators.grading import ELSEWHERE, absent, exact, not_on, weaker
from tagward_generators.rules import Rule
from tagward_generators.tag_facts import TagFacts
from tagward_generators.targets import Fidelity
from tagward_generators.violations import Violations

PRESENCE = (
    "a tag policy never looks at what is not tagged: missing keys are reported, and stopped by "
    "CloudFormation, Terraform and Pulumi where they are set up to ask"
)
GUARDED = f"aws-scp, {ELSEWHERE}"
ADVICE = "recommended: a tag policy cannot advise"
NO_TYPES = "no type in view can be enforced"
OPTIONAL = f"values are not looked at {NOT_ALWAYS}"


class TagRules:
    """One tag: its entry, if it has one, and its rows."""

    def __init__(
        self, tag: TagFacts, violations: Violations, enforce: View, report: View, absent_for: str
    ) -> None:
        self.tag = tag
        self.needs = Needs(tag, violations)
        self.enforce = enforce
        self.report = report
        self.absent_for = absent_for
        self.late = not_yet(tag.tag, tag.day, SURFACE)

    @cached_property
    def listed(self) -> Listed:
        """The values that pass."""
        return listed(self.tag)

    @cached_property
    def enforced(self) -> Reach:
        """The types on which a wrong value, or a key in another case, is refused."""
        return self._reach(self.enforce)

    @cached_property
    def required(self) -> Reach:
        """The types on which the key must be there; an older key that counts would not do for AWS."""
        return Reach() if self.older_keys else self._reach(self.report)

    def _reach(self, view: View) -> Reach:
        return Reach() if self.absent_for or self.late else view.reach(self.tag.tag, self.needs.why_not)

    @property
    def older_keys(self) -> tuple[str, ...]:
        """Return the older keys that still count."""
        return self.tag.keys[1:]

    def entry(self, *, locked: bool) -> Entry | None:
        """Return what the policy says of the tag; a tag that denies nothing yet is reported on."""
        if self.absent_for:
            return None
        return Entry(
            self.tag.tag.id,
            self.tag.keys[0],
            self.listed.values,
            self.enforced.written,
            self.required.written,
            locked,
        )

    def row(self, rule: Rule) -> Fidelity:
        """Say how true the policy is to a rule."""
        if rule.kind == "alias":
            return self._alias(rule)
        if self.absent_for or self.late:
            return absent(rule, self.absent_for or self.late)
        match rule.kind:
            case "required":
                return self._required(rule)
            case "blank":
                return self._blank(rule)
            case "value":
                return self._value(rule)
            case _:
                return self._replaces(rule)

    def _required(self, rule: Rule) -> Fidelity:
        requirement = self.tag.tag.requirements[int(rule.subject)]
        if "aws" not in reachable(requirement.on):
            return not_on(rule, "aws")
        if requirement.level == "recommended":
            return absent(rule, ADVICE)
        if self.older_keys:
            named = ", ".join(f"`{key}`" for key in self.older_keys)
            return absent(rule, f"a required key has one spelling, and {named} counts too", GUARDED)
        covered = [
            name
            for name in self.required.covered
            if self.needs.always(self.report.meant(name), (requirement,))
        ]
        strange = [f"tag policies do not know `{name}`" for name in self.report.strangers(requirement)]
        reasons = (*self.required.reasons, *strange)
        if not covered:
            return absent(rule, "; ".join(reasons) or "no type in view takes required keys", GUARDED)
        return weaker(rule, PRESENCE, *reasons, covered_by=GUARDED)

    def _blank(self, rule: Rule) -> Fidelity:
        asked = [each for each in self.tag.tag.requirements if each.level == "required"]
        if not any("aws" in reachable(each.on) for each in asked):
            return exact(rule, "blank values are violations only where the tag is required")
        if self.listed.values is None:
            return absent(rule, "any value passes, and so does a blank one")
        blank = self.listed.admits_blank(self.tag.placeholders)
        return self._graded(rule, *(["some blank values are of a form that is listed"] if blank else []))

    def _value(self, rule: Rule) -> Fidelity:
        if self.listed.values is None:
            return absent(rule, "no value with one `*` comes near the pattern")
        loosens = self.listed.loosens
        reasons = (f"a tag policy has one `*` for each value, not patterns: it {loosens}",) if loosens else ()
        return self._graded(rule, *reasons, *self._where_optional())

    def _replaces(self, rule: Rule) -> Fidelity:
        old = self.tag.real(self.tag.tag.replaces)
        passing = [value for value in old if self.listed.admits(value)]
        if passing and len(passing) == len(old):
            return absent(
                rule, "a tag policy cannot leave out a value that another entry of its list matches"
            )
        reasons = (f"still passes: {', '.join(passing)}",) if passing else ()
        return self._graded(rule, *reasons, *self._where_optional())

    def _where_optional(self) -> Iterator[str]:
        if not self.needs.always(ANYTHING, self.tag.tag.requirements):
            yield OPTIONAL

    def _graded(self, rule: Rule, *reasons: str) -> Fidelity:
        """Grade a rule on values by what slips through, on the types in view."""
        older = tuple(f"values under `{key}` are not looked at" for key in self.older_keys)
        every = tuple(dict.fromkeys((*reasons, *older, *self.enforced.reasons)))
        if not self.enforced.covered:
            return absent(rule, "; ".join(self.enforced.reasons) or NO_TYPES)
        return weaker(rule, *every) if every else exact(rule)

    def _alias(self, rule: Rule) -> Fidelity:
        alias = next(each for each in self.tag.tag.aliases if each.key == rule.subject)
        if not alias.accepted(self.tag.day):
            return exact(rule, f"does not count since {alias.until}")
        return exact(rule, f"accepted until {alias.until}" if alias.until else "accepted")
