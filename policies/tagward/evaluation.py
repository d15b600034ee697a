"""What a policy says of a resource: the one engine behind every surface."""

from collections.abc import Sequence
from datetime import date
from operator import attrgetter

from tagward.findings import Assessment, Finding, Status
from tagward.judging.exempting import Exempting
from tagward.judging.housekeeping import Housekeeping
from tagward.judging.recall import Recall
from tagward.judging.sighting import Source, Standings
from tagward.judging.tag_rule import PlacedRule, Setting, TagRule
from tagward.judging.values import folded
from tagward.policy import Policy
from tagward.resource import Resource
from tagward.selectors import names_type, place_fields


class Evaluator:
    """A policy made ready for one day and one surface.

    Nothing in here looks at a clock, a file or the network: the same policy, day, surface and resource
    always give the same assessment.
    """

    def __init__(self, policy: Policy, *, as_of: date, surface: str = "ci") -> None:
        self.policy = policy
        self.as_of = as_of
        self.surface = surface
        self._setting = Setting(policy, as_of, surface, folded(policy.placeholders))
        self._rules: dict[str, tuple[TagRule, ...]] = {}
        self._place_of = attrgetter("cloud", *sorted(place_fields(policy)))
        self._recalls: dict[object, Recall] = {}
        self._housekeeping = Housekeeping(policy)
        self._exempting = Exempting(policy, as_of)
        self.standings = Standings(
            Source(self._placed_rules, self._place_of, self._housekeeping.hidden, self._housekeeping.hides)
        )

    def assess(self, resource: Resource) -> Assessment:
        """Judge one resource."""
        if resource.taggability.answer is not True and not self._is_named(resource):
            told = resource.taggability.answer is False
            return Assessment(resource, Status.UNTAGGABLE if told else Status.UNTOLD)
        hidden = self._housekeeping.hidden(resource)
        recall = self._recalls.get(self._place_of(resource)) or self._recall_for(resource)
        findings = recall.judge(resource, hidden)
        if self._housekeeping.has_rules:
            findings = findings + self._housekeeping.judge(resource, findings)
        if not findings:
            return Assessment(resource, Status.COMPLIANT)
        findings = self._exempting.apply(resource, findings)
        return Assessment(resource, _status(findings), tuple(findings))

    def _is_named(self, resource: Resource) -> bool:
        """Say whether a rule asks for this very type although nothing else would.

        Every Kubernetes object takes labels; those that no bill sees are judged only when named.
        """
        return resource.cloud == "kubernetes" and any(
            names_type(requirement.on, resource)
            for tag in self.policy.tags
            for requirement in tag.requirements
        )

    def _placed_rules(self, resource: Resource) -> Sequence[PlacedRule]:
        return (self._recalls.get(self._place_of(resource)) or self._recall_for(resource)).rules

    def _recall_for(self, resource: Resource) -> Recall:
        """Make the rules ready for the place where a resource lives."""
        recall = Recall([rule.here(resource) for rule in self._rules_of(resource.cloud)])
        return self._recalls.setdefault(self._place_of(resource), recall)

    def _rules_of(self, cloud: str) -> tuple[TagRule, ...]:
        if cloud not in self._rules:
            every = {
                tag.id: TagRule(tag, cloud, self._setting) for tag in self.policy.tags if cloud in tag.keys
            }
            for rule in every.values():
                rule.siblings = every
            self._rules[cloud] = tuple(every.values())
        return self._rules[cloud]


def _status(findings: list[Finding]) -> Status:
    statuses = [finding.status for finding in findings]
    for status, word in (
        (Status.VIOLATING, "violation"),
        (Status.UNKNOWN, "unknown"),
        (Status.EXEMPT, "exempt"),
    ):
        if word in statuses:
            return status
    return Status.COMPLIANT


def evaluate(policy: Policy, resource: Resource, *, as_of: date, surface: str = "ci") -> Assessment:
    """Judge one resource against a policy as it stands on a day, on a surface."""
    return Evaluator(policy, as_of=as_of, surface=surface).assess(resource)
