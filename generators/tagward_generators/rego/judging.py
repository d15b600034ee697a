"""What a plan tells of resources, and when they break a rule there."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property

from tagward.policy import Condition, Policy, Selector, TagIn
from tagward_generators.facts import (
    Blank,
    Fact,
    Fits,
    Has,
    KeyLike,
    KeyOutside,
    OfType,
    OneOf,
    Placed,
    Slot,
)
from tagward_generators.logic import FALSE, Every, Expression, Not, Some, every, lowered, negate
from tagward_generators.rego.types import MAKERS, TYPE, making, of_types
from tagward_generators.rules import Rule
from tagward_generators.selecting import Kind, Platform, selected
from tagward_generators.tag_facts import TagFacts
from tagward_generators.violations import Violation, Violations

SURFACE = "ci"

BLIND = {
    "account": "accounts are told by ARNs and provider configurations only, which are not read",
    "region": "regions are told by ARNs and provider configurations only, which are not read",
    "namespace": "the resources of a plan have no namespaces",
}

LAYERS = {"azure": ("resource-group", "subscription"), "gcp": ("project",)}
"""What a plan may declare, on each cloud, that hands its tags down."""


class PlanViolations(Violations):
    """A policy on the resources that one cloud has in plans.

    A tag stands in one slot, named by its id: which key counts, and from where, is settled before.
    """

    def __init__(self, policy: Policy, cloud: str, day: date) -> None:
        super().__init__(policy, Platform(cloud, SURFACE, blind=BLIND), day)
        self.cloud = cloud
        for facts in self.tags.values():
            facts.slots = (Slot(facts.tag.id),)

    def of(self, rule: Rule, kind: Kind | None = None) -> tuple[Violation, ...]:
        """Return what breaks a rule, with types as Terraform spells them, unless that can never happen."""
        found = super().of(rule, kind)
        if rule.kind == "limits.closed":
            found = (Violation(rule, "deny", self.unknown_key()),)
        told = ((each, lowered(each.broken, self._told)) for each in found)
        return tuple(
            Violation(each.rule, each.mode, broken, each.level) for each, broken in told if broken != FALSE
        )

    def selected(self, selector: Selector) -> Expression:
        """Say when a selector holds."""
        return lowered(selected(selector, None, self.platform, self.policy.scopes), self._told)

    def holds(self, condition: Condition) -> Expression:
        """Say when a condition holds; not even that it is blank is certain of a tag that is not known yet."""
        if isinstance(condition, TagIn) and condition.tag in self.tags:
            facts = self.tags[condition.tag]
            return facts.each(lambda slot: OneOf(slot, facts.real(sorted(condition.values))))
        return super().holds(condition)

    @cached_property
    def soft(self) -> tuple[TagFacts, ...]:
        """The tags that may be missing, under a misspelt key, without a denial."""
        return tuple(facts for facts in self.tags.values() if facts.forgives or _may_be_doubted(facts))

    def unknown_key(self) -> Expression:
        """Say that a key is not in the policy, and cannot be reported as a misspelt one that is not denied.

        Such a key may also be one that a resource has beside the right one, when what it makes has it alone.
        """
        if not self.soft:
            return super().unknown_key()
        return every(
            super().unknown_key(), *(facts.there() for facts in self.soft), Not(Placed(TYPE, MAKERS))
        )

    def misses_made(self, rule: Rule) -> bool:
        """Say whether billed things that a resource makes may break a rule."""
        return self.cloud == "aws" and any(super(PlanViolations, self).of(rule, kind) for kind in making())

    def _told(self, fact: Fact | Not) -> Expression:
        match fact:
            case OfType(globs):
                return of_types(globs, self.cloud)
            case Not(OfType(globs)):
                return negate(of_types(globs, self.cloud))
            case OneOf(_, ()):
                return FALSE
            case KeyLike(globs) if self.cloud == "azure":
                return KeyLike(tuple(map(str.lower, globs)))
            case KeyOutside(keys) if self.cloud == "azure":
                return KeyOutside(tuple(dict.fromkeys(map(str.lower, keys))))
            case _:
                return fact


def inherited(expression: Expression, on: PlanViolations) -> tuple[str, ...]:
    """List the layers that the tags in an expression may be inherited from."""
    found = {layer for tag in set(_tags(expression)) for layer in on.tags[tag].tag.inherit}
    return tuple(layer.replace("-", " ") for layer in LAYERS.get(on.cloud, ()) if layer in found)


def _tags(expression: Expression) -> Iterator[str]:
    match expression:
        case Every(parts) | Some(parts):
            for part in parts:
                yield from _tags(part)
        case Not(fact):
            yield from _tags(fact)
        case Has(slot) | OneOf(slot) | Fits(slot) | Blank(slot):
            yield slot.key
        case _:
            return


def _may_be_doubted(facts: TagFacts) -> bool:
    """Say whether it may be unknown that a tag is required."""
    return any(
        each.when is not None or each.on.accounts or each.on.regions or each.on.namespaces or each.on.scopes
        for each in facts.tag.requirements
    )
