"""What a case expects beside what was found: the differences, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from msgspec import UNSET, Struct

from tagward.findings import Assessment, Code, Finding, Status
from tagward_service.testing.shape import Case, Expectation, ExpectedFinding, Verdict

_EXACT = ("code", "tag", "key", "value", "status", "severity", "mode")


class Expected(Struct, frozen=True):
    """What a case expects, whichever way it is written; None is whatever comes."""

    status: Verdict | None = None
    findings: tuple[ExpectedFinding, ...] | None = None
    includes: tuple[ExpectedFinding, ...] = ()
    excludes: tuple[ExpectedFinding, ...] = ()


class Difference(Struct, frozen=True):
    """One thing that is not as expected: it is `missing`, or `unexpected`."""

    kind: str
    what: str

    @property
    def sign(self) -> str:
        """As in a patch from what is expected to what was found."""
        return "-" if self.kind == "missing" else "+"


def expected_of(case: Case) -> Expected:
    """Read what a case expects."""
    expect = case.expect
    if expect == "none":
        return Expected("compliant", ())
    if isinstance(expect, str):
        return Expected(expect)
    if isinstance(expect, list):
        return Expected(None, _read(expect))
    assert isinstance(expect, Expectation)
    return Expected(
        None if expect.status is UNSET else expect.status,
        None if expect.findings is UNSET else _read(expect.findings),
        () if expect.includes is UNSET else _read(expect.includes),
        () if expect.excludes is UNSET else _read(expect.excludes),
    )


def _read(findings: Sequence[str | ExpectedFinding]) -> tuple[ExpectedFinding, ...]:
    return tuple(_spelled_out(each) if isinstance(each, str) else each for each in findings)


def _spelled_out(text: str) -> ExpectedFinding:
    code, _, tag = text.partition(" ")
    return ExpectedFinding(Code(code), tag.strip() or UNSET)


def differences(expected: Expected, found: Assessment) -> Iterator[Difference]:
    """List how a verdict differs from what is expected: nothing when it is as expected."""
    if expected.status is None and found.status in (Status.UNTAGGABLE, Status.UNTOLD):
        said = f"verdict {found.status.value}: nothing was judged, which is no pass; expect it as `status`"
        yield Difference("unexpected", said)
    if expected.status not in (None, found.status.value):
        yield Difference("missing", f"verdict {expected.status}")
        yield Difference("unexpected", f"verdict {found.status.value}")
    yield from _listed(expected, found.findings)
    for each in expected.excludes:
        for finding in found.findings:
            if fits(each, finding):
                yield Difference("unexpected", f"{in_words(finding)} (excluded by {asked(each)})")


def _listed(expected: Expected, findings: Sequence[Finding]) -> Iterator[Difference]:
    """Compare with all findings, or with some of them."""
    whole = expected.findings is not None
    wanted = (*(expected.findings or ()), *expected.includes) if whole else expected.includes
    matched = _matched(wanted, findings)
    for number, each in enumerate(wanted):
        if number not in matched.values():
            yield Difference("missing", asked(each))
    for number, finding in enumerate(findings if whole else ()):
        if number not in matched:
            yield Difference("unexpected", in_words(finding))


def _matched(wanted: Sequence[ExpectedFinding], findings: Sequence[Finding]) -> dict[int, int]:
    """Pair as many findings as possible with what was expected, one with one (augmenting paths)."""
    taken: dict[int, int] = {}

    def place(number: int, tried: set[int]) -> bool:
        for index, finding in enumerate(findings):
            if index not in tried and fits(wanted[number], finding):
                tried.add(index)
                if index not in taken or place(taken[index], tried):
                    taken[index] = number
                    return True
        return False

    for number in range(len(wanted)):
        place(number, set())
    return taken


def fits(expected: ExpectedFinding, finding: Finding) -> bool:
    """Say whether a finding is one that is expected."""
    if expected.message is not UNSET and not fnmatchcase(finding.message, expected.message):
        return False
    return all(getattr(expected, name) in (UNSET, getattr(finding, name)) for name in _EXACT)


def asked(expected: ExpectedFinding) -> str:
    """Say what is expected."""
    named = [str(each) for each in (expected.code, expected.tag) if each is not UNSET]
    rest = (name for name in (*_EXACT[2:], "message") if getattr(expected, name) is not UNSET)
    return " ".join([*named, *(f"{name}={getattr(expected, name)}" for name in rest)])


def in_words(finding: Finding) -> str:
    """Say what was found."""
    named = " ".join(filter(None, (finding.code.value, finding.tag or finding.key)))
    return f"{named} ({finding.status}, {finding.severity}): {finding.message}"
