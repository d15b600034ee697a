"""The results of tests as JUnit XML: a suite for each file, a test case for each case."""

from __future__ import annotations

from typing import TextIO

from tagward_service.outputs.junit import attribute, content
from tagward_service.testing.running import CaseResult, FileResult, Results
from tagward_service.testing.text import error_text


def render(results: Results, stream: TextIO) -> None:
    """Write the results as JUnit XML; what could not be run is an error."""
    errors = results.count("error")
    broken = sum(file.error is not None for file in results.files)
    counts = f'tests="{len(results.cases) + broken}" failures="{results.count("failed")}" errors="{errors}"'
    stream.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="tagward" {counts}>\n')
    stream.writelines(map(_suite, results.files))
    stream.write("</testsuites>\n")


def _suite(file: FileResult) -> str:
    of_it = Results((file,))
    cases = "".join(map(_case, file.cases))
    if file.error is not None:
        error = f'<error message="the file cannot be run">{content(error_text(file.error))}</error>'
        cases += (
            f"    <testcase classname={attribute(file.file)} name={attribute(file.file)}>{error}</testcase>\n"
        )
    tests = len(file.cases) + (file.error is not None)
    counts = f'tests="{tests}" failures="{of_it.count("failed")}" errors="{of_it.count("error")}" skipped="0"'
    return f"  <testsuite name={attribute(file.file)} {counts}>\n{cases}  </testsuite>\n"


def _case(case: CaseResult) -> str:
    place = f"{case.file}:{case.line}"
    body = ""
    if case.outcome == "failed":
        lines = [f"{each.sign} {each.what}" for each in case.differences]
        detail = content("\n".join([*lines, place]))
        body = f"<failure message={attribute(lines[0])}>{detail}</failure>"
    elif case.outcome == "error":
        body = f"<error message={attribute(case.why)}>{content(place)}</error>"
    opening = f"<testcase classname={attribute(case.file)} name={attribute(case.name)}"
    return f'    {opening} file={attribute(case.file)} line="{case.line}">{body}</testcase>\n'
