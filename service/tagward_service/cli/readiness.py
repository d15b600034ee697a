"""`tagward readiness`: a gate on coverage."""

from __future__ import annotations

import argparse
import os

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.cli import coverage, coverage_billing, options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.outputs import chosen_of
from tagward_service.cli.parser import Parser
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.store_options import STORE

MIN = options.Option(
    name="min", metavar="PERCENT", help="the percent that makes ready; else the threshold of the policy"
)
BY = options.Option(
    name="by",
    choices=("resource", "cost"),
    help="what is counted; cost where a bill is given, else resources",
)
OPTIONS = (
    options.POLICY,
    STORE,
    MIN,
    BY,
    coverage.COST_TAGS,
    *coverage_billing.BILLING_OPTIONS,
    options.FORMAT,
    options.AS_OF,
    options.CONFIG,
    options.COLOR,
    options.QUIET,
    options.SHOW_CONFIG,
)

_DESCRIPTION = f"""\
Say whether enough of the taggable resources that the newest scans found are compliant or, with --billing,
enough of the chargeable cost is attributable. The exit code is for pipelines; the output is that of
`tagward coverage`.

formats: {", ".join(coverage.FORMATS)}; every option can also be set as TAGWARD_<OPTION>."""

_EXAMPLES = """\
examples:
  tagward readiness --min 90
  tagward readiness --min 90 --by cost --billing exports/
  tagward readiness --min 90 -q && ./open-chargeback.sh
"""


def parser() -> Parser:
    """Build the parser of `tagward readiness`."""
    codes = explained(Exit.CLEAN, Exit.FINDINGS, Exit.USAGE, Exit.NOTHING, Exit.INCOMPLETE)
    codes = codes.replace("clean", "ready").replace("findings at or above --fail-on", "below the threshold")
    built = Parser("readiness", "[options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Work coverage out, write every output, and return the exit code."""
    settings = resolve(OPTIONS, arguments, os.environ)
    by_cost, threshold = _is_by_cost(settings), _threshold(settings)
    chosen_of(coverage_billing.FORMATS if by_cost else coverage.FORMATS, settings.texts("format"))
    ruled = coverage.policy_of(settings)
    if ruled is None:
        return Exit.CLEAN
    if by_cost:
        return coverage.run_by_cost(settings, ruled, threshold=threshold)
    return coverage.run_by_resource(settings, ruled, ("account",), threshold)


def _is_by_cost(settings: Settings) -> bool:
    """Say what is counted; raises UsageError where there is no bill to count cost from."""
    has_bill = bool(settings.texts("billing"))
    if settings.text("by") == "cost" and not has_bill:
        raise UsageError("readiness by cost is told from bills: name them with --billing FILE")
    return has_bill and settings.text("by") != "resource"


def _threshold(settings: Settings) -> float | None:
    """Read the percent; raises UsageError for what is none."""
    text = settings.text("min")
    if text is None:
        return None
    try:
        threshold = float(text) if text.isascii() else -1.0
    except ValueError:
        threshold = -1.0
    if not 0 <= threshold <= 100:
        raise UsageError(f"{settings.origin('min')}: {quoted(text)} is no percent from 0 to 100")
    return threshold
