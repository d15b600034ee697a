"""Judging many resources: counts and findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from msgspec import Struct, field

from tagward.findings import Assessment, Finding, Status
from tagward.resource import Resource

Assess = Callable[[Resource], Assessment]


class Verdicts(Struct):
    """What came of judging resources; only those with findings are kept.

    `untold` counts, by native type and reason, the resources of types that nobody could place.
    """

    counts: Counter[Status] = field(default_factory=Counter)
    untold: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def add(self, others: Verdicts) -> None:
        """Add what came of judging the resources that follow."""
        self.counts.update(others.counts)
        self.untold.update(others.untold)
        self.findings += others.findings


def judge(assess: Assess, resources: Iterable[Resource]) -> Verdicts:
    """Judge resources, in the order they come; whatever reading them raises goes on to the caller."""
    verdicts, untold = Verdicts(), Status.UNTOLD
    counts, findings = verdicts.counts, verdicts.findings
    for resource in resources:
        assessment = assess(resource)
        counts[assessment.status] += 1
        if assessment.findings:
            findings += assessment.findings
        elif assessment.status is untold:
            verdicts.untold[resource.native or resource.type, resource.taggability.why] += 1
    return verdicts
