"""The outcome of a run: every finding, and the sums that coverage is made of."""

from datetime import date

from msgspec import Struct

from tagward.findings import Finding
from tagward.policy import Readiness
from tagward_service.sources.interface import NotEvaluated


class Summary(Struct, frozen=True):
    """Counts of resources; taggable = compliant + violating + unknown + exempt."""

    resources: int
    taggable: int
    compliant: int
    violating: int
    unknown: int
    exempt: int
    untaggable: int

    @property
    def coverage_percent(self) -> float | None:
        """Compliant of taggable in percent, rounded down to one decimal; None when nothing is taggable."""
        return self.compliant * 1000 // self.taggable / 10 if self.taggable else None


class Report(Struct, frozen=True):
    """What the outputs render. Findings are grouped by resource, in source order."""

    policy_name: str
    policy_version: str
    policy_sha256: str
    as_of: date
    summary: Summary
    findings: tuple[Finding, ...]
    not_evaluated: tuple[NotEvaluated, ...]
    readiness: Readiness
    inputs: tuple[str, ...] = ()
