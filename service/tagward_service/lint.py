"""The lint run: from readings to a report; nothing is printed here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from msgspec import Struct

from tagward.errors import InputError
from tagward.evaluation import Evaluator
from tagward.findings import SEVERITIES, Finding, Status
from tagward.policy import Policy
from tagward.resource import Resource
from tagward_service.judging import Verdicts, judge
from tagward_service.report import Report, Summary
from tagward_service.sources.interface import NotEvaluated, Reading

Verdict = Literal["clean", "findings", "nothing", "incomplete"]
"""What a run comes to in a word; `nothing` was evaluated, or something could not be read (`incomplete`)."""


class Outcome(Struct, frozen=True):
    """A report, and the inputs that could not be read at all."""

    report: Report
    errors: tuple[InputError, ...]

    @property
    def incomplete(self) -> bool:
        """Say whether something that should have been judged could not be read."""
        return any(entry.incomplete for entry in self.report.not_evaluated)

    def verdict(self, threshold: str, *, allow_empty: bool = False) -> Verdict:
        """Say what the run comes to, where findings from a severity on are too many."""
        if self.incomplete:
            return "incomplete"
        if self.fails_on(threshold):
            return "findings"
        summary = self.report.summary
        is_empty = not summary.taggable + summary.untaggable
        return "nothing" if is_empty and not allow_empty else "clean"

    def fails_on(self, threshold: str) -> bool:
        """Say whether a finding that no exemption covers is at least so severe; `never` is never reached."""
        if threshold == "never":
            return False
        loud = SEVERITIES[SEVERITIES.index(threshold) :]
        return any(
            finding.severity in loud and finding.status != "exempt" for finding in self.report.findings
        )


def lint(policy: Policy, readings: Iterable[Reading | InputError], *, as_of: date) -> Outcome:
    """Judge everything that the readings hold; an input that could not be read does not stop the others."""
    tally = _Tally(Evaluator(policy, as_of=as_of, surface="ci"))
    errors = []
    for reading in readings:
        if isinstance(reading, InputError):
            errors.append(reading)
        else:
            _judge(tally, reading, errors)
    report = Report(
        policy_name=policy.name,
        policy_version=policy.version,
        policy_sha256=policy.sha256,
        as_of=as_of,
        summary=tally.summary(),
        findings=tuple(tally.findings),
        not_evaluated=(*tally.skipped, *tally.untold_types(), *map(_unread, errors)),
        readiness=policy.readiness,
        inputs=tuple(tally.inputs),
    )
    return Outcome(report, tuple(errors))


def _judge(tally: _Tally, reading: Reading, errors: list[InputError]) -> None:
    """Judge one reading; resources are decoded while they are judged, so an input may still break here."""
    tally.inputs.append(reading.file)
    try:
        tally.add(reading.resources)
    except InputError as error:
        errors.append(error)
    tally.skipped += reading.not_evaluated


def _unread(error: InputError) -> NotEvaluated:
    return NotEvaluated(error.file, error.what, incomplete=True)


class _Tally:
    """Verdicts so far, and what nobody judged."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._assess = evaluator.assess
        self._verdicts = Verdicts()
        self.skipped: list[NotEvaluated] = []
        self.inputs: list[str] = []

    @property
    def findings(self) -> list[Finding]:
        """The findings so far."""
        return self._verdicts.findings

    def add(self, resources: Iterable[Resource]) -> None:
        """Judge resources, in the order they come."""
        self._verdicts.add(judge(self._assess, resources))

    def summary(self) -> Summary:
        """Sum up."""
        counts = self._verdicts.counts
        taggable = sum(
            counts[status] for status in (Status.COMPLIANT, Status.VIOLATING, Status.UNKNOWN, Status.EXEMPT)
        )
        return Summary(
            resources=sum(counts.values()),
            taggable=taggable,
            compliant=counts[Status.COMPLIANT],
            violating=counts[Status.VIOLATING],
            unknown=counts[Status.UNKNOWN],
            exempt=counts[Status.EXEMPT],
            untaggable=counts[Status.UNTAGGABLE],
        )

    def untold_types(self) -> Iterable[NotEvaluated]:
        """Name each type that nobody could place, once, with how many resources are of it."""
        for (native, why), count in sorted(self._verdicts.untold.items()):
            yield NotEvaluated(f"{count} resource{'' if count == 1 else 's'} of type `{native}`", why)
