"""`tagward coverage`: how far the resources that were scanned are, where, and what to do about it."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Literal, assert_never, get_args

from tagward_service.cli import options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.outputs import chosen_of, style_of, write_to
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.store_options import STORE, opened_to_read, store_url
from tagward_service.cli.tables import aligned

if TYPE_CHECKING:
    from tagward_service.coverage.report import CoverageReport

Format = Literal["text", "json", "csv", "markdown"]
FORMATS: tuple[Format, ...] = get_args(Format)

BY = options.Option(
    name="by",
    metavar="DIMENSION",
    many=True,
    default="account",
    help="break down by cloud, account, region, service, type or tag:ID, once or several times",
)
OPTIONS = (
    options.POLICY,
    STORE,
    BY,
    options.FORMAT,
    options.AS_OF,
    options.CONFIG,
    options.COLOR,
    options.QUIET,
    options.SHOW_CONFIG,
)

_DESCRIPTION = f"""\
Say how many of the taggable resources that the newest scans found are compliant: by dimension, over time,
when the threshold will be reached, the fewest fixes that reach it, and what in the policy is to be put in
order. What could not be scanned is listed, and makes the exit code 4.

formats: {", ".join(FORMATS)}; every option can also be set as TAGWARD_<OPTION>."""

_EXAMPLES = """\
examples:
  tagward coverage
  tagward coverage --by service --by tag:ml-team
  tagward coverage --store postgresql://tagward@db/tagward -f text -f csv=coverage.csv
"""


def parser() -> Parser:
    """Build the parser of `tagward coverage`."""
    codes = explained(Exit.CLEAN, Exit.USAGE, Exit.NOTHING, Exit.INCOMPLETE)
    built = Parser("coverage", "[options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Work coverage out, write every output, and return the exit code."""
    settings = resolve(OPTIONS, arguments, os.environ)
    outputs = chosen_of(FORMATS, settings.texts("format"))
    report = covered(settings, settings.texts("by"))
    if report is None:
        return Exit.CLEAN
    for name, file in outputs:
        write(report, name, file, settings)
    sys.stdout.flush()
    code = code_of(report)
    return Exit.CLEAN if code is Exit.FINDINGS else code


def covered(
    settings: Settings, dimensions: tuple[str, ...], threshold: float | None = None
) -> CoverageReport | None:
    """Work coverage out; None where only the settings were asked for, which are printed then."""
    as_of = settings.day("as_of")
    policy = load_policy(settings, as_of, note=not settings.flag("quiet"))
    if settings.flag("show_config"):
        settings.supply("as_of", as_of.isoformat(), "today")
        store_url(settings)
        sys.stdout.write(aligned(settings.table(), indent=""))
        return None
    with opened_to_read(settings) as store:
        from tagward_service.coverage.report import coverage

        return coverage(store, policy, as_of, dimensions, threshold=threshold)


def write(report: CoverageReport, name: Format, file: str | None, settings: Settings) -> None:
    """Write a report in a format, to standard output or a file."""
    shown = rendered(report, name, file, settings)
    write_to(file, lambda stream: stream.write(shown))


def rendered(report: CoverageReport, name: Format, file: str | None, settings: Settings) -> str:
    """Render a report in a format."""
    match name:
        case "text":
            from tagward_service.coverage.text import text

            return text(report, style_of(file, settings))
        case "json":
            from tagward_service.coverage.json_coverage import render as render_json

            return render_json(report)
        case "csv":
            from tagward_service.coverage.csv_coverage import render as render_csv

            return render_csv(report)
        case "markdown":
            from tagward_service.coverage.markdown import render as render_markdown

            return render_markdown(report)
        case _:
            assert_never(name)


def code_of(report: CoverageReport) -> Exit:
    """Say what a report comes to as a gate."""
    if not report.scans:
        return Exit.NOTHING
    if report.incomplete:
        return Exit.INCOMPLETE
    if not report.summary.taggable:
        return Exit.NOTHING
    return Exit.CLEAN if report.readiness.ready else Exit.FINDINGS
