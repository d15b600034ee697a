"""When a resource breaks a rule of a policy, as an expression over facts: one meaning for every platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from msgspec import Struct

from tagward.policy import (
    MODES,
    AllOf,
    AnyOf,
    Condition,
    Not,
    Policy,
    Requirement,
    Selector,
    TagIn,
)
from tagward_generators.facts import Blank, Has, KeyLike, KeyOutside, MoreThan, OneOf, Slot, ValueLike
from tagward_generators.logic import FALSE, TRUE, Expression, every, negate, some
from tagward_generators.rules import Rule
from tagward_generators.selecting import Kind, Platform, selected
from tagward_generators.tag_facts import TagFacts


class Violation(Struct, frozen=True):
    """`broken` says when a rule does not hold; `mode` is deny, warn or audit, what happens then.

    `level` is recommended for advice, which never counts against a resource.
    """

    rule: Rule
    mode: str
    broken: Expression
    level: str = "required"


class Violations:
    """A policy on a platform and a day: what breaks each of its rules.

    Aliases have no violations, nor have exemptions: they are part of what breaks the rules of their tags.
    """

    def __init__(self, policy: Policy, platform: Platform, day: date) -> None:
        self.policy = policy
        self.platform = platform
        self.day = day
        self.tags: Mapping[str, TagFacts] = {
            tag.id: TagFacts(tag, policy, platform, day) for tag in policy.tags if platform.cloud in tag.keys
        }

    def of(self, rule: Rule, kind: Kind | None = None) -> tuple[Violation, ...]:
        """Return what breaks a rule on a kind of resource, or on any; what can never happen is left out.

        Without a kind the expressions ask for the type, as the fact `OfType`.
        """
        if rule.tag in self.tags:
            found = TagViolations(self, self.tags[rule.tag], kind).of(rule)
        elif rule.kind in _OF_ALL_TAGS:
            found = (Violation(rule, "deny", _OF_ALL_TAGS[rule.kind](self)),)
        else:
            found = ()
        return tuple(each for each in found if each.broken != FALSE)

    def holds(self, condition: Condition) -> Expression:
        """Say when a condition on tags holds; a tag that is not there has no value."""
        match condition:
            case TagIn(tag, values):
                return self.tags[tag].has_value(sorted(values)) if tag in self.tags else FALSE
            case AllOf(conditions):
                return every(*map(self.holds, conditions))
            case AnyOf(conditions):
                return some(*map(self.holds, conditions))
            case Not(inner):
                return negate(self.holds(inner))

    def unknown_key(self) -> Expression:
        """Say that a key is not in the policy.

        One that may be the misspelt key of a tag which is not denied for missing is left alone, as it is
        reported as that: where such a tag is missing, unknown keys pass.
        """
        known = dict.fromkeys(key for tag in self.tags.values() for key in tag.known_keys)
        soft = (tag.there() for tag in self.tags.values() if tag.forgives)
        return every(KeyOutside(tuple(known)), *soft)


_OF_ALL_TAGS: dict[str, Callable[[Violations], Expression]] = {
    "forbid.keys": lambda violations: KeyLike(violations.policy.forbidden_keys),
    "forbid.values": lambda violations: ValueLike(violations.policy.forbidden_values),
    "limits.closed": Violations.unknown_key,
    "limits.max_tags": lambda violations: MoreThan(violations.policy.max_tags or 0),
}


class TagViolations:
    """What breaks the rules of one tag on resources of a kind."""

    def __init__(self, violations: Violations, facts: TagFacts, kind: Kind | None) -> None:
        self.violations = violations
        self.facts = facts
        self.tag = facts.tag
        self.kind = kind

    def of(self, rule: Rule) -> tuple[Violation, ...]:
        """Return what breaks one of the tag's rules."""
        match rule.kind:
            case "required":
                return self._required(rule, self.tag.requirements[int(rule.subject)])
            case "blank":
                return self._by_level(rule, self.tag.requirements, self.facts.each(self._blank))
            case "value":
                return (Violation(rule, self.facts.mode, self._unless_exempt(self.facts.each(self._wrong))),)
            case "replaces":
                return (Violation(rule, self.facts.mode, self._unless_exempt(self._replaced())),)
            case _:
                return ()

    def _required(self, rule: Rule, requirement: Requirement) -> tuple[Violation, ...]:
        return self._by_level(rule, (requirement,), self.facts.missing())

    def _by_level(
        self, rule: Rule, requirements: tuple[Requirement, ...], wrong: Expression
    ) -> tuple[Violation, ...]:
        """Say what is wrong where the tag is required, and where it is recommended and not required too."""
        required = self.needed(requirements, "required")
        advised = every(
            self.needed(requirements, "recommended"), negate(self.needed(self.tag.requirements, "required"))
        )
        return (
            Violation(rule, self.facts.mode, self._unless_exempt(every(required, wrong))),
            Violation(rule, _softer(self.facts.mode), every(advised, wrong), "recommended"),
        )

    def needed(self, requirements: Iterable[Requirement], level: str) -> Expression:
        """Say when one of the requirements of a level asks for the tag."""
        return some(*(self._needs(each) for each in requirements if each.level == level))

    def _needs(self, requirement: Requirement) -> Expression:
        condition = TRUE if requirement.when is None else self.violations.holds(requirement.when)
        return every(self._selected(requirement.on), condition)

    def exempt(self) -> Expression:
        """Say when an exemption covers the tag."""
        return some(*(self._selected(each.match) for each in self.facts.exemptions))

    def _unless_exempt(self, wrong: Expression) -> Expression:
        return every(wrong, negate(self.exempt()))

    def _selected(self, selector: Selector) -> Expression:
        return selected(selector, self.kind, self.violations.platform, self.violations.policy.scopes)

    def _blank(self, slot: Slot) -> Expression:
        return Blank(slot, self.facts.placeholders)

    def _wrong(self, slot: Slot) -> Expression:
        replaced = self.facts.real(self.tag.replaces)
        new = negate(OneOf(slot, replaced)) if replaced else TRUE
        return every(Has(slot), negate(self._blank(slot)), new, negate(self.facts.accepted(slot)))

    def _replaced(self) -> Expression:
        return self.facts.has_value(self.tag.replaces)


def _softer(mode: str) -> str:
    """Return the mode of advice: never more than a warning."""
    return min(mode, "warn", key=MODES.index)
