"""What each rule of a policy comes to on the lines of bills."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tagward.policy import Policy, Selector, Tag
from tagward_generators.grading import exact, weaker
from tagward_generators.rules import Rule
from tagward_generators.sql.judging import CLOUDS
from tagward_generators.targets import Fidelity

COVERED = "scan"

NOWHERE = "does not apply to what bills hold"
TYPES = "where the id of a line does not tell the type of its resource, the line is of no type"
ADDRESSES = "a bill has no addresses of Terraform: they are compared with the ids of resources"
SOFT = "an unknown key passes where `{}` may be missing without a violation: it may be that key misspelt"


class Outcomes:
    """A policy on a day."""

    def __init__(self, policy: Policy, day: date) -> None:
        self.policy = policy
        self.day = day

    def row(self, rule: Rule) -> Fidelity:
        """Say how true the query is to a rule."""
        tag = self.policy.tag(rule.tag)
        if rule.kind == "exemption":
            return self._exemption(rule)
        if tag is not None and not _is_billed(tag):
            return exact(rule, NOWHERE)
        if tag is not None and rule.kind == "alias":
            return exact(rule, self._alias(tag, rule.subject))
        reasons = tuple(dict.fromkeys(self._slips(rule, tag)))
        return weaker(rule, *reasons, covered_by=COVERED) if reasons else exact(rule)

    def _slips(self, rule: Rule, tag: Tag | None) -> Iterator[str]:
        if tag is not None and rule.kind in ("required", "blank"):
            chosen = tag.requirements[int(rule.subject)] if rule.kind == "required" else None
            for each in (chosen,) if chosen else tag.requirements:
                yield from self._blind(each.on)
        if rule.kind == "limits.closed":
            yield from (SOFT.format(each.id) for each in self.policy.tags if self._may_be_missing(each))

    def _blind(self, selector: Selector) -> Iterator[str]:
        """Say what a line does not tell of what a selector asks for."""
        names = (name.removeprefix("!") for name in selector.scopes)
        every = (selector, *(self.policy.scopes[name] for name in names))
        if any(each.types for each in every):
            yield TYPES
        if any(each.addresses for each in every):
            yield ADDRESSES

    def _may_be_missing(self, tag: Tag) -> bool:
        exempted = any(tag.id in each.tags and self.day <= each.expires for each in self.policy.exemptions)
        advised = any(each.level == "recommended" for each in tag.requirements)
        return bool(tag.requirements) and _is_billed(tag) and (advised or exempted)

    def _alias(self, tag: Tag, key: str) -> str:
        alias = next(each for each in tag.aliases if each.key == key)
        if not alias.accepted(self.day):
            return f"does not count since {alias.until}"
        return f"accepted until {alias.until}" if alias.until else "accepted"

    def _exemption(self, rule: Rule) -> Fidelity:
        exemption = next(each for each in self.policy.exemptions if each.id == rule.subject)
        tags = (self.policy.tag(each) for each in exemption.tags)
        if not any(tag is not None and _is_billed(tag) for tag in tags):
            return exact(rule, NOWHERE)
        if self.day > exemption.expires:
            return exact(rule, f"expired on {exemption.expires}")
        reasons = tuple(self._blind(exemption.match))
        return weaker(rule, *reasons, covered_by=COVERED) if reasons else exact(rule)


def _is_billed(tag: Tag) -> bool:
    return any(cloud in tag.keys for cloud in CLOUDS)
