"""A file of policy tests, read: every mistake in it is said with its place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
from msgspec import UNSET, Struct

from tagward.diagnostics import Diagnostic, Steps, did_you_mean, in_order, quoted
from tagward.errors import PolicyError
from tagward.findings import Code
from tagward.language import MAX_POLICY_BYTES
from tagward.reading.yaml_reader import Document, read_mapping
from tagward_service.testing.shape import Case, Expectation, ExpectedFinding, Findings, SuiteFile, json_schema
from tagward_service.testing.subjects import check_subject

STARTER = "begin with `apiVersion: tagward/v1` and `kind: Test`; `tagward init` writes one"
_ORIGINS = "resource", "manifest", "in"
_PICKED = "includes", "excludes"


class Suite(Struct, frozen=True):
    """The cases of one file."""

    file: str
    document: Document
    content: SuiteFile

    @property
    def folder(self) -> Path:
        """Where the paths in it start."""
        return Path(self.file).parent

    @property
    def cases(self) -> list[Case]:
        """The cases, as they are written."""
        return self.content.cases

    def line(self, number: int) -> int:
        """Return the line on which a case begins."""
        return self.document.mark(("cases", number, "name")).line

    def as_of(self, case: Case) -> date:
        """Return the day on which a case is judged."""
        return self.content.as_of if case.as_of is UNSET else case.as_of


def read_suite(path: str) -> Suite:
    """Read a file of tests. Raises PolicyError with everything that is wrong with it."""
    document = read_mapping(_content(path), path, "a file of tests", STARTER)
    try:
        content = msgspec.convert(document.data, SuiteFile)
    except msgspec.ValidationError as error:
        from tagward.loading.explain import explain_shape

        found = explain_shape(document, json_schema()) or (document.diagnostic((), str(error)),)
        raise PolicyError(found) from None
    suite = Suite(path, document, content)
    if problems := list(_problems(suite)):
        raise PolicyError(in_order(problems))
    return suite


def _content(path: str) -> bytes:
    try:
        with Path(path).open("rb") as stream:
            return stream.read(MAX_POLICY_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "no file can have this name").lower()
        raise PolicyError([Diagnostic(path, 1, 1, f"cannot read the tests: {reason}")]) from None


def _problems(suite: Suite) -> Iterator[Diagnostic]:
    """List what no schema can say."""
    seen: dict[str, int] = {}
    for number, case in enumerate(suite.cases):
        path: Steps = ("cases", number)
        if case.name in seen:
            said = f"there is a case {quoted(case.name)} already, on line {seen[case.name]}"
            yield suite.document.diagnostic((*path, "name"), said)
        seen.setdefault(case.name, suite.line(number))
        yield from _source_problems(suite.document, case, path)
        for place, findings in _written(case, path):
            yield from _finding_problems(suite.document, findings, place)


def _source_problems(document: Document, case: Case, path: Steps) -> Iterator[Diagnostic]:
    given = [name for name in _ORIGINS if name in _at(document, path)]
    if len(given) != 1:
        found = " and ".join(f"`{name}`" for name in given) or "none of them"
        said = f"a case has one of `resource`, `manifest` and `in`, found {found}"
        yield document.diagnostic((*path, given[1] if given else "name"), said, at_key=bool(given))
    if case.resource is not UNSET:
        yield from check_subject(document, case.resource, (*path, "resource"))
        if case.address is not UNSET:
            said = "`address` chooses from a file or a manifest; a resource has its own"
            yield document.diagnostic((*path, "address"), said, at_key=True)
    if case.in_ == "-":
        said = "a test reads files, not standard input"
        yield document.diagnostic((*path, "in"), said)


def _at(document: Document, path: Steps) -> dict[str, object]:
    data = document.data
    for step in path:
        data = data[step]  # type: ignore[index]
    return data


def _written(case: Case, path: Steps) -> Iterator[tuple[Steps, Findings]]:
    """List the findings that a case expects, and where each list is written."""
    if isinstance(case.expect, list):
        yield (*path, "expect"), case.expect
    elif isinstance(case.expect, Expectation):
        for name in ("findings", *_PICKED):
            if (found := getattr(case.expect, name)) is not UNSET:
                yield (*path, "expect", name), found


def _finding_problems(document: Document, findings: Findings, path: Steps) -> Iterator[Diagnostic]:
    for number, each in enumerate(findings):
        if isinstance(each, str):
            code = each.partition(" ")[0]
            if code not in list(Code):
                close = did_you_mean(code, list(Code))
                hint = f"did you mean `{close}`?" if close else None
                said = f"there is no code {quoted(code)}"
                yield document.diagnostic((*path, number), said, hint=hint, accepted=tuple(Code))
        elif each == ExpectedFinding():
            yield document.diagnostic((*path, number), "this is any finding: say which, by `code` or `tag`")
