"""`tagward coverage`: how far the resources that were scanned are, where, and what to do about it."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple, assert_never, get_args

from tagward.errors import UsageError
from tagward.policy import Policy
from tagward_service.cli import coverage_billing, options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.outputs import chosen_of, style_of, write_text
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.showing import config_shown
from tagward_service.cli.store_options import STORE, opened_to_read, store_url

if TYPE_CHECKING:
    from tagward_service.coverage.report import CoverageReport
    from tagward_service.coverage.unbilled import Unbilled

Format = Literal["text", "json", "csv", "markdown"]
FORMATS: tuple[Format, ...] = get_args(Format)

BY = options.Option(
    name="by",
    metavar="DIMENSION",
    many=True,
    default="account",
    help="break down by cloud, account, region, service, type or tag:ID, once or several times",
)
COST_TAGS = options.Option(
    name="aws_cost_tags",
    flag=True,
    help="ask AWS, as the payer account, which tags are not activated for cost allocation",
)
OPTIONS = (
    options.POLICY,
    STORE,
    BY,
    COST_TAGS,
    *coverage_billing.BILLING_OPTIONS,
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
order. What could not be scanned is listed, and makes the exit code 4. With --billing it is told by cost, out
of bills, instead; --by takes provider, account, service, period or tag:ID then.

formats: {", ".join(FORMATS)}; every option can also be set as TAGWARD_<OPTION>."""

_EXAMPLES = """\
examples:
  tagward coverage
  tagward coverage --by service --by tag:ml-team
  tagward coverage --billing exports/ --by tag:ml-team -f text -f csv=gaps.csv
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
    by_cost = bool(settings.texts("billing"))
    chosen_of(coverage_billing.FORMATS if by_cost else FORMATS, settings.texts("format"))
    ruled = policy_of(settings)
    if ruled is None:
        return Exit.CLEAN
    given = settings.origin("by") != "default"
    dimensions = settings.texts("by") if given or not by_cost else ()
    code = (
        run_by_cost(settings, ruled, dimensions) if by_cost else run_by_resource(settings, ruled, dimensions)
    )
    return Exit.CLEAN if code is Exit.FINDINGS else code


class Ruled(NamedTuple):
    """A policy, and the day it is looked at."""

    policy: Policy
    as_of: date


def policy_of(settings: Settings) -> Ruled | None:
    """Load the policy; None where only the settings were asked for, which are printed then."""
    as_of = settings.day("as_of")
    policy = load_policy(settings, as_of, note=not settings.flag("quiet"))
    return None if config_shown(settings, store_url) else Ruled(policy, as_of)


def run_by_cost(
    settings: Settings, ruled: Ruled, dimensions: tuple[str, ...] = (), threshold: float | None = None
) -> Exit:
    """Tell coverage by cost, and say what it comes to as a gate."""
    report = coverage_billing.run_billing(
        settings, ruled.policy, ruled.as_of, dimensions, threshold=threshold
    )
    return coverage_billing.code_of(report)


def run_by_resource(
    settings: Settings, ruled: Ruled, dimensions: tuple[str, ...], threshold: float | None = None
) -> Exit:
    """Tell coverage by resource, and say what it comes to as a gate."""
    from tagward_service.coverage.report import coverage

    unbilled = _unbilled(settings, ruled.policy)
    with opened_to_read(settings) as store:
        report = coverage(
            store, ruled.policy, ruled.as_of, dimensions, threshold=threshold, unbilled=unbilled
        )
    for name, file in chosen_of(FORMATS, settings.texts("format")):
        write(report, name, file, settings)
    sys.stdout.flush()
    return code_of(report)


def _unbilled(settings: Settings, policy: Policy) -> Unbilled:
    """Ask AWS which tags never reach the bill, where that is wanted; raises UsageError without its extra."""
    from tagward_service.coverage.unbilled import NOT_ASKED, asked_of_aws, unbilled_of

    if not settings.flag("aws_cost_tags"):
        return NOT_ASKED
    try:
        return unbilled_of(asked_of_aws(policy))
    except ImportError:
        raise UsageError("`--aws-cost-tags` needs an extra: pip install 'tagward[aws]'") from None


def write(report: CoverageReport, name: Format, file: str | None, settings: Settings) -> None:
    """Write a report in a format, to standard output or a file."""
    write_text(rendered(report, name, file, settings), file)


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
    if report.incomplete:
        return Exit.INCOMPLETE
    if not report.summary.taggable:
        return Exit.NOTHING
    return Exit.CLEAN if report.readiness.ready else Exit.FINDINGS
