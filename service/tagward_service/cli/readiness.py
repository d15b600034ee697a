"""`tagward readiness`: a gate on coverage."""

from __future__ import annotations

import argparse
import os
import sys

from tagward.diagnostics import quoted
from tagward.errors import UsageError
from tagward_service.cli import coverage, options
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.outputs import chosen_of
from tagward_service.cli.parser import Parser
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.store_options import STORE

MIN = options.Option(
    name="min", metavar="PERCENT", help="the percent that makes ready; else the threshold of the policy"
)
OPTIONS = (
    options.POLICY,
    STORE,
    MIN,
    options.FORMAT,
    options.AS_OF,
    options.CONFIG,
    options.COLOR,
    options.QUIET,
    options.SHOW_CONFIG,
)

_DESCRIPTION = f"""\
Say whether enough of the taggable resources that the newest scans found are compliant. The exit code is for
pipelines; the output is that of `tagward coverage`.

formats: {", ".join(coverage.FORMATS)}; every option can also be set as TAGWARD_<OPTION>."""

_EXAMPLES = """\
examples:
  tagward readiness --min 90
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
    outputs = chosen_of(coverage.FORMATS, settings.texts("format"))
    report = coverage.covered(settings, ("account",), _threshold(settings))
    if report is None:
        return Exit.CLEAN
    for name, file in outputs:
        coverage.write(report, name, file, settings)
    sys.stdout.flush()
    return coverage.code_of(report)


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
