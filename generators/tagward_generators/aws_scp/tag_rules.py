"""The rules of one tag as statements and fidelity rows."""

from collections.abc import Callable, Iterator

from tagward.catalog import aws_actions, native_types
from tagward.clouds import reachable
from tagward.globs import is_literal
from tagward.policy import Requirement, Tag
from tagward_generators.aws_scp.denials import Denied, Denier, LookedAt, Wrong, everywhere
from tagward_generators.aws_scp.grading import graded
from tagward_generators.aws_scp.selecting import Place
from tagward_generators.aws_scp.sids import words
from tagward_generators.aws_scp.statements import Statement
from tagward_generators.aws_scp.violations import SURFACE, TagViolations
from tagward_generators.days import not_yet
from tagward_generators.grading import absent, exact, not_on
from tagward_generators.rules import Rule
from tagward_generators.targets import Fidelity

Outcome = tuple[tuple[Statement, ...], Fidelity]

BY_CASE = "a key that differs by case only passes the plain Null test"
ONLY_PRESENCE = "the plain Null test asks for the key only; presence `tag-keys` looks at blank values too"
PADDING = "some values of white space only pass, and placeholders with white space around them"
OPTIONAL = "where the tag is not required, a wrong value that begins or ends with white space passes"


class TagRules:
    """One tag: what its rules come to."""

    def __init__(self, tag: TagViolations, denier: Denier, *, by_key: bool) -> None:
        self.violations = tag
        self.tag: Tag = tag.tag
        self.denier = denier
        self.by_key = by_key
        self.title = words(self.tag.title)
        self.late = not_yet(self.tag, tag.day, SURFACE)

    def compile(self, rule: Rule) -> Outcome:
        """Return the statements for a rule and the row that says how true they are to it."""
        if rule.kind == "alias":
            return (), self._alias(rule)
        if self.late:
            return (), absent(rule, self.late)
        return self._kinds()[rule.kind](rule)

    def _kinds(self) -> dict[str, Callable[[Rule], Outcome]]:
        return {
            "required": self._required,
            "blank": self._blank,
            "value": self._value,
            "replaces": self._replaces,
        }

    def names(self, place: Place) -> bool:
        """Say whether a requirement names a type letter by letter."""
        spelled = (place.type, *place.natives)
        return any(glob in spelled for each in self.tag.requirements for glob in each.on.types)

    def _deny(self, stem: str, wrong: Wrong, looked_at: LookedAt = everywhere) -> Denied:
        return self.denier.deny(f"{stem}On{{service}}", f"the tag `{self.tag.id}`", wrong, looked_at)

    def _required(self, rule: Rule) -> Outcome:
        requirement = self.tag.requirements[int(rule.subject)]
        if "aws" not in reachable(requirement.on):
            return (), not_on(rule, "aws")
        if requirement.level == "recommended":
            return (), absent(rule, "recommended: an SCP cannot advise, only deny")
        denied = self._deny(
            f"Enforce{self.title}Tag",
            lambda place: self.violations.missing(place, requirement, without_case=not self.by_key),
            self.names,
        )
        by_case = (BY_CASE,) if denied.statements and not self.by_key else ()
        return denied.statements, graded(rule, denied, *by_case, *self._not_made(requirement))

    def _not_made(self, requirement: Requirement) -> Iterator[str]:
        """Name the types that the requirement names and no action in force makes."""
        made = {
            spelled
            for creation in self.denier.creations
            for place in creation.places
            for spelled in (place.type, *place.natives)
        }
        for named in filter(is_literal, requirement.on.types):
            if named not in made and not named.startswith("!") and named.startswith(("aws", "AWS")):
                yield f"no action in force creates `{named}`{_makers(named)}"

    def _blank(self, rule: Rule) -> Outcome:
        if not any(self._asks(each) for each in self.tag.requirements):
            return (), exact(rule, "blank values are violations only where the tag is required")
        lowered = self.violations.lowered
        by_value = self._deny("", self.violations.wrong_where_needed) if lowered.says_anything else Denied()
        if not self.by_key and self.violations.blank_admitted:
            return (), absent(rule, ONLY_PRESENCE)
        own = self._deny(f"RefuseBlank{self.title}Tag", self.violations.blank)
        both = Denied(own.statements + by_value.statements, own.reasons + by_value.reasons)
        padding = (PADDING,) if lowered.admits_padding() else ()
        return own.statements, graded(rule, both, *padding)

    @staticmethod
    def _asks(requirement: Requirement) -> bool:
        return requirement.level == "required" and "aws" in reachable(requirement.on)

    def _check_values(self) -> Denied:
        return self._deny(f"Check{self.title}Value", self.violations.wrong_value)

    def _value(self, rule: Rule) -> Outcome:
        lowered = self.violations.lowered
        if not lowered.says_anything:
            return (), absent(rule, "no glob of IAM comes near the pattern")
        denied = self._check_values()
        loosened = (f"IAM has globs, not patterns: it {lowered.loosens}",) if lowered.loosens else ()
        return denied.statements, graded(rule, denied, *loosened, *self._optional())

    def _optional(self) -> tuple[str, ...]:
        return () if all(map(self.violations.always_needed, self._places())) else (OPTIONAL,)

    def _places(self) -> Iterator[Place]:
        return (place for creation in self.denier.creations for place in creation.places)

    def _replaces(self, rule: Rule) -> Outcome:
        own = self._deny(f"RefuseOld{self.title}Value", self.violations.replaced)
        if own.statements or not self.violations.lowered.says_anything:
            return own.statements, graded(rule, own)
        return (), graded(rule, self._check_values(), *self._optional())

    def _alias(self, rule: Rule) -> Fidelity:
        alias = next(each for each in self.tag.aliases if each.key == rule.subject)
        if not alias.accepted(self.violations.day):
            return exact(rule, f"does not count since {alias.until}")
        return exact(rule, f"accepted until {alias.until}" if alias.until else "accepted")


def not_on_aws(rule: Rule) -> Outcome:
    """Return what becomes of the rules of a tag that AWS resources do not carry."""
    return (), not_on(rule, "aws")


def _makers(named: str) -> str:
    """Say which actions would create a type."""
    makers = sorted(
        name
        for name, action in aws_actions().actions.items()
        if any(named == made or named in native_types(made) for made in action.creates)
    )
    return f" ({', '.join(makers[:3])} would, in `targets.aws-scp.actions`)" if makers else ""
