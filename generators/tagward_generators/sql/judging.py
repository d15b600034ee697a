"""When a line of a bill breaks a rule of the policy.

A line is judged as the resource that it bills, with the tags that the bill has: what `evaluate` says of
that resource is what is said of the line. Whoever enforces what, and since when, makes no difference to
what a line lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import chain, combinations

from msgspec import Struct
from msgspec.structs import replace

from tagward.policy import Policy
from tagward_generators.facts import Blank, Has, KeyOutside, Slot
from tagward_generators.logic import Expression, every, negate, some
from tagward_generators.rules import EVERY_TAG, rules
from tagward_generators.selecting import Platform
from tagward_generators.tag_facts import TagFacts
from tagward_generators.violations import TagViolations, Violations

SURFACE = "scan"
CLOUDS = ("aws", "azure", "gcp")
"""Whose resources are on bills."""


class Place(Struct, frozen=True):
    """A cloud, and the fields that a line there does not fill in."""

    cloud: str
    lacks: frozenset[str] = frozenset()


class LineViolations(Violations):
    """A policy on the lines of a place; a tag stands in one slot, named by its id."""

    def __init__(self, policy: Policy, place: Place, day: date) -> None:
        super().__init__(policy, Platform(place.cloud, SURFACE, lacks=place.lacks | {"namespace"}), day)
        for facts in self.tags.values():
            facts.slots = (Slot(facts.tag.id),)

    def unknown_key(self) -> Expression:
        """Say that a key is not in the policy, nor perhaps the misspelt key of a tag that may be missing."""
        known = dict.fromkeys(key for tag in self.tags.values() for key in tag.known_keys)
        return every(KeyOutside(tuple(known)), *(facts.there() for facts in self.soft))

    @property
    def soft(self) -> tuple[TagFacts, ...]:
        """The tags that may be missing, under a misspelt key, without a violation."""
        return tuple(facts for facts in self.tags.values() if is_soft(facts))

    def against_all(self) -> Expression:
        """Say that a rule on all tags at once is broken."""
        found = (each for rule in rules(self.policy) if rule.tag == EVERY_TAG for each in self.of(rule))
        return some(*(each.broken for each in found))


def is_soft(facts: TagFacts) -> bool:
    """Say whether a tag may be missing without a violation."""
    advised = any(each.level == "recommended" for each in facts.tag.requirements)
    return bool(facts.tag.requirements) and (advised or bool(facts.exemptions))


class TagAnswers(Struct, frozen=True):
    """What can be said of one tag on a line."""

    needed: Expression
    """The tag is required."""
    present: Expression
    """The tag is there and says something."""
    valid: Expression
    """The tag is there with a value that the policy accepts."""
    exempt: Expression
    """An exemption covers the tag."""


class LineAnswers(Struct, frozen=True):
    """What can be said of a line: tag by tag, and whether a rule on all tags at once is broken.

    `breached` is that as if there were no exemptions, `broken` as things are: a key that an exempt tag may
    be misspelt as is left alone.
    """

    tags: Mapping[str, TagAnswers]
    breached: Expression
    broken: Expression


def answers(policy: Policy, place: Place, day: date) -> LineAnswers:
    """Say everything about the lines of a place on a day.

    What breaks the rules of a tag follows: it is needed and not present, or present and not valid.
    """
    strict = LineViolations(replace(policy, exemptions=()), place, day)
    lenient = LineViolations(policy, place, day) if policy.exemptions else strict
    tags = {tag.id: _of_tag(strict, lenient, tag.id) for tag in policy.tags if tag.id in strict.tags}
    return LineAnswers(tags, strict.against_all(), lenient.against_all())


def _of_tag(strict: LineViolations, lenient: LineViolations, tag: str) -> TagAnswers:
    facts = strict.tags[tag]
    asked = TagViolations(strict, facts, None)
    (slot,) = facts.slots
    present = every(Has(slot), negate(Blank(slot, facts.placeholders)))
    wrong = (
        each.broken
        for rule in rules(strict.policy)
        if rule.tag == tag and rule.kind in ("value", "replaces")
        for each in strict.of(rule)
    )
    return TagAnswers(
        asked.needed(facts.tag.requirements, "required"),
        present,
        every(present, *map(negate, wrong)),
        TagViolations(lenient, lenient.tags[tag], None).exempt(),
    )


def places(policy: Policy) -> tuple[Place, ...]:
    """List the places that the policy may tell apart.

    A scope passes over a field that a resource does not have, so that lines without an account or a region
    are told apart where scopes name one.
    """
    scopes = policy.scopes.values()
    named = [field for field in ("account", "region") if any(getattr(each, f"{field}s") for each in scopes)]
    lacking = chain.from_iterable(combinations(named, count) for count in range(len(named) + 1))
    return tuple(Place(cloud, frozenset(fields)) for fields in lacking for cloud in CLOUDS)
