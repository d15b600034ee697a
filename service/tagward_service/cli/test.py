"""`tagward test`: unit tests of policies."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Literal, assert_never, get_args

from tagward.diagnostics import quoted
from tagward.errors import InputError
from tagward.policy import Policy
from tagward_service.cli import options
from tagward_service.cli.discovery import DEFAULT_PACK, find
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.failures import complain
from tagward_service.cli.outputs import chosen_of, style_of, write_to
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_found
from tagward_service.cli.settings import Settings, resolve

if TYPE_CHECKING:
    from tagward_service.outputs import Style
    from tagward_service.testing.running import Results
    from tagward_service.testing.suites import Suite

Format = Literal["text", "json", "junit"]
FORMATS: tuple[Format, ...] = get_args(Format)
NAMES = re.compile(r"(?:.+\.test|tagward-tests)\.ya?ml")
"""What files of tests are called."""

_OURS = re.compile(rb"^[ \t]*[\"']?apiVersion[\"']?[ \t]*:[ \t]*[\"']?tagward/", re.MULTILINE)

CASE = options.Option(name="case", metavar="GLOB", many=True, help="run only the cases with such a name")
OPTIONS = (options.POLICY, options.FORMAT, CASE, options.COLOR, options.QUIET)

_DESCRIPTION = f"""\
Run unit tests of policies: files called *.test.yaml or tagward-tests.yaml, in which each case names a
resource and what the policy finds on it. A test says on which day it judges, so that it always comes out
alike. --policy is for files that name none; without it they get the tagward.yaml nearest to them.

formats: {", ".join(FORMATS)}; the language of tests is in docs/testing.md."""

_EXAMPLES = """\
examples:
  tagward test
  tagward test policies/ -f text -f junit=tests.xml
  tagward test policies/acme.test.yaml --case '*retired*'
"""

_NOTHING = (
    "no case was run: tests are in files called *.test.yaml or tagward-tests.yaml; `tagward init` writes one"
)


def parser() -> Parser:
    """Build the parser of `tagward test`."""
    codes = explained(Exit.CLEAN, Exit.FINDINGS, Exit.USAGE, Exit.NOTHING)
    codes = codes.replace("clean", "every case passed").replace(
        "findings at or above --fail-on", "a case failed"
    )
    built = Parser("test", "[DIR]... [options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.add_argument("paths", nargs="*", metavar="DIR", help="folders or files; here if not given")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Run the tests, write every output, and return the exit code."""
    settings = resolve(OPTIONS, arguments, os.environ)
    outputs = chosen_of(FORMATS, settings.texts("format"))
    files = list(_test_files(arguments.paths or ["."], note=not settings.flag("quiet")))
    from tagward_service.testing.running import Results, run_files

    results = Results(tuple(run_files(files, _loading(settings), _wanted(settings.texts("case")))))
    for name, file in outputs:
        _write(results, name, file, style_of(file, settings))
    return _code(results, settings.texts("case"))


def _test_files(paths: Sequence[str], *, note: bool) -> Iterator[str]:
    """List the files of tests. Raises InputError for what is not there."""
    from tagward_service.sources.files import Named, find_files

    for found in find_files(paths):
        if isinstance(found, InputError):
            raise found
        if not isinstance(found, Named):
            continue
        if not found.found:
            yield found.path
        elif NAMES.fullmatch(Path(found.path).name):
            if _OURS.search(Path(found.path).read_bytes()):
                yield found.path
            elif note:
                said = f"{found.path} is left out: it does not say `apiVersion: tagward/v1`"
                complain(said, color=False, label="note")


def _wanted(globs: Sequence[str]) -> Callable[[str], bool]:
    return lambda name: not globs or any(fnmatchcase(name, glob) for glob in globs)


def _loading(settings: Settings) -> Callable[[Suite, date], Policy]:
    """Return what loads the policy of a file of tests."""
    noted: set[Path] = set()

    def load(suite: Suite, day: date) -> Policy:
        named = suite.content.policy
        if isinstance(named, str):
            found = find(named if named.startswith("pack:") else str(suite.folder / named), "", Path.cwd())
        elif settings.text("policy") is not None:
            found = find(settings.text("policy"), settings.origin("policy"), Path.cwd())
        else:
            found = find(None, "", suite.folder.resolve())
            if isinstance(found.source, Path):
                nearest = Path(os.path.normpath(suite.folder / found.source))
                found = find(str(nearest), "", Path.cwd())
            elif suite.folder not in noted:
                noted.add(suite.folder)
                said = (
                    f"{suite.file} names no policy and has no tagward.yaml above it: {DEFAULT_PACK} applies"
                )
                complain(said, color=False, label="note")
        return load_found(found, day, new_exemptions=False)

    return load


def _write(results: Results, name: Format, file: str | None, style: Style) -> None:
    match name:
        case "text":
            from tagward_service.testing.text import render

            write_to(file, lambda stream: render(results, stream, style))
        case "json":
            from tagward_service.testing.json_results import render as render_json

            write_to(file, lambda stream: render_json(results, stream))
        case "junit":
            from tagward_service.testing.junit import render as render_junit

            write_to(file, lambda stream: render_junit(results, stream))
        case _:
            assert_never(name)


def _code(results: Results, globs: Sequence[str]) -> Exit:
    if results.count("error"):
        return Exit.USAGE
    if results.count("failed"):
        return Exit.FINDINGS
    if not results.cases:
        said = f"no case has a name like {' or '.join(map(quoted, globs))}" if globs else _NOTHING
        complain(said, color=False, label="note")
        return Exit.NOTHING
    return Exit.CLEAN
