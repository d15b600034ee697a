"""Running files of tests: every case is judged as `tagward lint` would judge it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Literal

from msgspec import UNSET, Struct
from msgspec.structs import replace

from tagward.diagnostics import did_you_mean, printable, quoted
from tagward.errors import InputError, PolicyError, TagwardError, UsageError
from tagward.evaluation import Evaluator
from tagward.findings import Assessment, Finding
from tagward.policy import Policy
from tagward.resource import Resource
from tagward_service.sources.finding import find
from tagward_service.sources.interface import Place
from tagward_service.testing.expecting import Difference, Expected, differences, expected_of
from tagward_service.testing.shape import Case, Context
from tagward_service.testing.subjects import described, in_file, in_manifest, place_of, surrounded
from tagward_service.testing.suites import Suite, read_suite

Outcome = Literal["passed", "failed", "error"]
Load = Callable[[Suite, date], Policy]
"""Loads the policy of a file of tests as it is on a day; raises PolicyError or UsageError."""


class CaseResult(Struct, frozen=True):
    """What came of one case; `why` says why it could not be judged."""

    file: str
    line: int
    name: str
    outcome: Outcome
    status: str | None = None
    findings: tuple[Finding, ...] = ()
    differences: tuple[Difference, ...] = ()
    why: str = ""


class FileResult(Struct, frozen=True):
    """What came of one file; `error` says why none of its cases could be run."""

    file: str
    cases: tuple[CaseResult, ...] = ()
    error: TagwardError | None = None


class Results(Struct, frozen=True):
    """What came of everything."""

    files: tuple[FileResult, ...]

    @property
    def cases(self) -> tuple[CaseResult, ...]:
        """The cases of all files."""
        return tuple(case for file in self.files for case in file.cases)

    def count(self, outcome: Outcome) -> int:
        """Count the cases that came to something; a file that cannot be run is an error, too."""
        broken = sum(file.error is not None for file in self.files) if outcome == "error" else 0
        return broken + sum(case.outcome == outcome for case in self.cases)


def run_files(paths: Iterable[str], load: Load, wanted: Callable[[str], bool]) -> Iterator[FileResult]:
    """Run the cases, whose name is wanted, of files one by one; a broken file does not stop the others."""
    for path in paths:
        try:
            suite = read_suite(path)
        except PolicyError as error:
            yield FileResult(path, error=error)
            continue
        cases = [(number, case) for number, case in enumerate(suite.cases) if wanted(case.name)]
        yield _run_suite(suite, cases, load) if cases else FileResult(path)


def _run_suite(suite: Suite, cases: list[tuple[int, Case]], load: Load) -> FileResult:
    run = _Run(suite, load)
    try:
        return FileResult(suite.file, tuple(run.case(number, case) for number, case in cases))
    except (PolicyError, UsageError) as error:
        return FileResult(suite.file, error=error)


class _Run:
    """The cases of one file, with the policies and inputs that they share."""

    def __init__(self, suite: Suite, load: Load) -> None:
        self._suite = suite
        self._load = load
        self._policies: dict[date, Policy] = {}
        self._evaluators: dict[tuple[date, str], Evaluator] = {}
        self._inputs: dict[tuple[str, Place], list[Resource]] = {}

    def case(self, number: int, case: Case) -> CaseResult:
        """Run one case. Raises PolicyError where the policy itself or a tag that is named is wrong."""
        day, expected = self._suite.as_of(case), expected_of(case)
        policy = self._policies.get(day) or self._policies.setdefault(day, self._load(self._suite, day))
        at = (self._suite.file, self._suite.line(number), case.name)
        try:
            _refuse_unknown_tags(expected, policy)
            resource = self._resource(case, policy, number)
        except (InputError, UsageError) as error:
            return CaseResult(*at, "error", why=str(error))
        assessment = self._evaluator(policy, day, case.surface).assess(resource)
        return _result(at, assessment, tuple(differences(expected, assessment)))

    def _evaluator(self, policy: Policy, day: date, surface: str) -> Evaluator:
        if (day, surface) not in self._evaluators:
            self._evaluators[day, surface] = Evaluator(policy, as_of=day, surface=surface)
        return self._evaluators[day, surface]

    def _resource(self, case: Case, policy: Policy, number: int) -> Resource:
        """Find what a case judges. Raises InputError or UsageError."""
        context = Context() if case.context is UNSET else case.context
        if case.resource is not UNSET:
            return described(case.resource, context, self._suite.file, self._suite.line(number))
        place = replace(place_of(context), workloads=policy.workloads)
        if case.manifest is not UNSET:
            resources = in_manifest(case.manifest, self._suite.file, place)
        else:
            assert case.in_ is not UNSET
            resources = self._read(str(self._suite.folder / case.in_), place)
        address = None if case.address is UNSET else case.address
        return surrounded(find(address, resources), context)

    def _read(self, path: str, place: Place) -> list[Resource]:
        if (path, place) not in self._inputs:
            self._inputs[path, place] = in_file(path, place)
        return self._inputs[path, place]


def _result(
    at: tuple[str, int, str], assessment: Assessment, different: tuple[Difference, ...]
) -> CaseResult:
    outcome: Outcome = "failed" if different else "passed"
    return CaseResult(*at, outcome, assessment.status.value, assessment.findings, different)


def _refuse_unknown_tags(expected: Expected, policy: Policy) -> None:
    """Raise UsageError for a tag that the policy does not have: nothing would ever be found of it."""
    known = [tag.id for tag in policy.tags]
    for each in (*(expected.findings or ()), *expected.includes, *expected.excludes):
        if each.tag is not UNSET and each.tag not in known:
            close = did_you_mean(each.tag, known)
            hint = f"did you mean `{close}`?" if close else f"its tags: {', '.join(known)}"
            raise UsageError(f"the policy has no tag {quoted(printable(each.tag))}; {hint}")
