"""Exemptions, dated and owned: they turn a violation into something shown and counted apart."""

from datetime import date, timedelta

from msgspec.structs import replace

from tagward.findings import Code, Finding
from tagward.policy import Exemption, Policy
from tagward.resource import Resource
from tagward.selectors import selects

SOON = timedelta(days=30)
"""An exemption that expires within this time is announced."""


class Exempting:
    """The exemptions of a policy on one day; an expired one is absent, and said to be."""

    def __init__(self, policy: Policy, day: date) -> None:
        self.policy = policy
        self.day = day

    def apply(self, resource: Resource, findings: list[Finding]) -> list[Finding]:
        """Mark the findings that an exemption covers, and add what there is to say about exemptions."""
        if not self.policy.exemptions:
            return findings
        notices: list[Finding] = []
        for exemption in self.policy.exemptions:
            covered = [each for each in findings if _covers(exemption, each)]
            if covered and selects(exemption.match, resource, self.policy.scopes) is True:
                if exemption.expires >= self.day:
                    findings = [_exempted(exemption, each) for each in findings]
                notices += self._notice(exemption, covered[0])
        return findings + notices

    def _notice(self, exemption: Exemption, covered: Finding) -> list[Finding]:
        left = exemption.expires - self.day
        if left > SOON:
            return []
        expired = left < timedelta(0)
        said = f"expired on {exemption.expires}" if expired else f"expires on {exemption.expires}"
        return [
            Finding(
                Code.EXEMPTION,
                f"exemptions/{exemption.id}",
                covered.tag,
                covered.key,
                "warning" if expired else "info",
                covered.mode,
                "notice",
                f"exemption {exemption.id} {said}",
                f"ask {exemption.owner} to set the tag or to renew the exemption",
                covered.resource,
            )
        ]


def _covers(exemption: Exemption, finding: Finding) -> bool:
    return finding.tag in exemption.tags and finding.status in ("violation", "unknown")


def _exempted(exemption: Exemption, finding: Finding) -> Finding:
    if not _covers(exemption, finding):
        return finding
    return replace(finding, status="exempt", severity="info", message=f"{finding.message}{_note(exemption)}")


def _note(exemption: Exemption) -> str:
    return f" (exempt until {exemption.expires}, {exemption.id}: {exemption.reason})"


def names_exemption(message: str, exemption: Exemption) -> bool:
    """Say whether the message of an exempt finding names the exemption that covers it."""
    return message.endswith(_note(exemption))
