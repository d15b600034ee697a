"""Judging many resources: counts and findings, on two processors where that pays."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import astuple

from tagward.findings import Assessment, Code, Finding, Status
from tagward.resource import Resource

Assess = Callable[[Resource], Assessment]

WORTH_A_SECOND_PROCESS = 10_000
"""From so many resources on, the time for a second process is well spent."""


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
    if isinstance(resources, Sequence) and len(resources) >= WORTH_A_SECOND_PROCESS and _has_two_processors():
        verdicts = _judge_in_two(assess, resources)
        if verdicts is not None:
            return verdicts
    return _judge_in_one(assess, resources)


def _has_two_processors() -> bool:
    return hasattr(os, "fork") and hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1


def _judge_in_one(assess: Assess, resources: Iterable[Resource]) -> Verdicts:
    statuses: list[Status] = []
    verdicts, untold = Verdicts(), Status.UNTOLD
    for resource in resources:
        assessment = assess(resource)
        statuses.append(assessment.status)
        if assessment.findings:
            verdicts.findings += assessment.findings
        elif assessment.status is untold:
            verdicts.untold[resource.native or resource.type, resource.taggability.why] += 1
    verdicts.counts.update(statuses)
    return verdicts


def _judge_in_two(assess: Assess, resources: Sequence[Resource]) -> Verdicts | None:
    """Judge the second half in a child process; None when either half failed, so that one can say why."""
    middle = len(resources) // 2
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        _be_the_child(assess, resources[middle:], sink)
    os.close(sink)
    with os.fdopen(source, "rb") as stream:
        try:
            first = _judge_in_one(assess, resources[:middle])
        except Exception:
            first = None
        answer = stream.read() if first is not None else b""
    _, status = os.waitpid(child, 0)
    if first is None or status != 0:
        return None
    first.add(_unpacked(answer))
    return first


def _be_the_child(assess: Assess, resources: Sequence[Resource], sink: int) -> None:
    """Judge, answer and end, whatever happens; the parent judges again where this fails."""
    failed = 1
    try:
        answer = _packed(_judge_in_one(assess, resources))
        with os.fdopen(sink, "wb") as stream:
            stream.write(answer)
        failed = 0
    finally:
        os._exit(failed)


_TELLING = (
    "cloud",
    "type",
    "address",
    "native",
    "id",
    "name",
    "account",
    "region",
    "namespace",
    "file",
    "line",
    "place",
)
"""The fields of a resource that a report may show: what it is and where, not its tags."""


def _packed(verdicts: Verdicts) -> bytes:
    import marshal

    resources: dict[int, tuple[int, tuple[Any, ...]]] = {}
    findings = []
    for finding in verdicts.findings:
        key = id(finding.resource)
        if key not in resources:
            shown = tuple(getattr(finding.resource, name) for name in _TELLING)
            resources[key] = (len(resources), shown)
        whole = astuple(finding)
        findings.append((str(whole[0]), *whole[1:9], resources[key][0], *whole[10:]))
    shown_resources = [shown for _, shown in resources.values()]
    counts = {str(status): count for status, count in verdicts.counts.items()}
    return marshal.dumps((counts, dict(verdicts.untold), shown_resources, findings))


def _unpacked(answer: bytes) -> Verdicts:
    import marshal

    counts, untold, shown_resources, packed = marshal.loads(answer)  # noqa: S302 - written by our own child
    resources = [Resource(**dict(zip(_TELLING, shown, strict=True))) for shown in shown_resources]
    findings = [Finding(*_fields(each, resources)) for each in packed]
    return Verdicts(Counter({Status(key): n for key, n in counts.items()}), Counter(untold), findings)


def _fields(packed: tuple[Any, ...], resources: Sequence[Resource]) -> list[Any]:
    return [Code(packed[0]), *packed[1:9], resources[packed[9]], *packed[10:]]
