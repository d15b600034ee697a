"""`tagward showback`: what each team, project, workload type and environment costs."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal, assert_never, get_args

from tagward.errors import UsageError
from tagward_service.cli import options
from tagward_service.cli.coverage_billing import (
    BASIS,
    BILLING,
    BILLING_STATE,
    CURRENCY,
    ENGINE,
    PERIOD,
    basis_of,
)
from tagward_service.cli.dispute_reading import with_disputes
from tagward_service.cli.exits import Exit, explained
from tagward_service.cli.outputs import chosen_of, style_of, write_text, write_to
from tagward_service.cli.parser import Parser
from tagward_service.cli.policies import load_policy
from tagward_service.cli.rules_options import METRICS, RULES, metrics_of, rules_of
from tagward_service.cli.settings import Settings, resolve
from tagward_service.cli.showing import config_shown
from tagward_service.cli.store_options import KEEP, STORE, keep, store_url

if TYPE_CHECKING:
    from tagward.policy import Policy
    from tagward_service.showback.report import ShowbackReport

Format = Literal["text", "json", "csv", "parquet", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)

TEAM = options.Option(name="team", metavar="NAME", help="tell of one team only")
OPTIONS = (
    options.POLICY,
    BILLING,
    ENGINE,
    RULES,
    METRICS,
    TEAM,
    BILLING_STATE,
    BASIS,
    CURRENCY,
    PERIOD,
    STORE,
    KEEP,
    options.FORMAT,
    options.AS_OF,
    options.CONFIG,
    options.COLOR,
    options.QUIET,
    options.SHOW_CONFIG,
)

_DESCRIPTION = f"""\
Say what each team pays, from a bill in FOCUS: direct costs by project, workload type and environment; shared
costs split by rule; and what nobody has, by reason. The parts come to the bill, to the last digit.

formats: {", ".join(FORMATS)} (csv and parquet have the columns of FOCUS, Allocated* among them)."""

_EXAMPLES = """\
examples:
  tagward showback --billing focus/ --rules showback.yaml
  tagward showback --billing focus/ --rules showback.yaml --metrics usage.csv --metrics opencost.json
  tagward showback --billing focus/ --team fraud-detection -f text -f html=fraud-detection.html
"""


def parser() -> Parser:
    """Build the parser of `tagward showback`."""
    codes = explained(Exit.CLEAN, Exit.USAGE, Exit.NOTHING, Exit.INCOMPLETE)
    built = Parser("showback", "--billing FILE... [options]", _DESCRIPTION, f"{_EXAMPLES}\n{codes}")
    built.takes(OPTIONS)
    return built


def run(arguments: argparse.Namespace) -> int:
    """Share a bill out, write every output, and return the exit code."""
    settings = resolve(OPTIONS, arguments, os.environ)
    outputs = chosen_of(FORMATS, settings.texts("format"))
    if ("parquet", None) in outputs:
        raise UsageError("Parquet is no text; give it a file: `-f parquet=showback.parquet`")
    as_of = settings.day("as_of")
    policy = load_policy(settings, as_of, note=not settings.flag("quiet"))
    if config_shown(settings, store_url):
        return Exit.CLEAN
    if not settings.texts("billing"):
        raise UsageError("missing `--billing FILE`; give a bill in FOCUS: file, folder or glob")
    report = _report(settings, policy)
    if settings.flag("keep"):
        _keep(report, settings)
    for name, file in outputs:
        _write(report, name, file, settings)
    sys.stdout.flush()
    return _code_of(report)


def _code_of(report: ShowbackReport) -> Exit:
    """Say what a report comes to: money that nobody could read makes it incomplete."""
    from tagward_service.billing.readiness import HARMFUL

    if any(each.code in HARMFUL for each in report.findings):
        return Exit.INCOMPLETE
    return Exit.CLEAN if report.statement.months else Exit.NOTHING


def _report(settings: Settings, policy: Policy) -> ShowbackReport:
    from tagward_service.showback.report import of_team, showback

    state, team = settings.text("billing_state"), settings.text("team")
    if team and settings.flag("keep"):
        raise UsageError("`--keep` remembers all teams; leave `--team` out")
    report = showback(
        policy,
        settings.texts("billing"),
        settings.day("as_of"),
        with_disputes(rules_of(settings), settings, policy.name),
        metrics=metrics_of(settings),
        state=Path(state) if state else None,
        engine=settings.text("engine") or "",
        basis=basis_of(settings),
        currency=settings.text("currency") or "",
        period=settings.text("period") or "",
    )
    if not team:
        return report
    _check_team(report, policy, team)
    return of_team(report, team)


def _check_team(report: ShowbackReport, policy: Policy, team: str) -> None:
    """Say that a team has no costs; raises UsageError for one that the policy does not know."""
    from tagward.diagnostics import did_you_mean, quoted
    from tagward_service.billing.owners import registry_of
    from tagward_service.cli.failures import complain

    there = sorted({each.team for each in report.statement.teams})
    if team in there:
        return
    registry = registry_of(policy, report.dimensions.team)
    known = {*there, *(registry.values if registry else ())}
    guess = did_you_mean(team, known - {team})
    hint = f"; did you mean `{guess}`?" if guess else ""
    if registry is not None and team not in registry.values:
        raise UsageError(f"{quoted(team)} is no team in the registry {quoted(registry.registry or '')}{hint}")
    complain(f"the bill has no costs of {quoted(team)}{hint}", color=False, label="note")


def _keep(report: ShowbackReport, settings: Settings) -> None:
    from tagward_service.showback.json_showback import render

    keep(settings, "showback", report.policy_name, report.as_of, render(report))


def _write(report: ShowbackReport, name: Format, file: str | None, settings: Settings) -> None:
    match name:
        case "text":
            from tagward_service.showback.text import text

            write_text(text(report, style_of(file, settings)), file)
        case "json":
            from tagward_service.showback.json_showback import render

            write_text(render(report), file)
        case "csv":
            from tagward_service.showback.files import write_csv

            write_to(file, lambda stream: write_csv(report, stream))
        case "html":
            from tagward_service.showback.html import html

            write_text(html(report, settings.text("team") or ""), file)
        case "parquet":
            from tagward_service.showback.files import write_parquet

            write_parquet(report, Path(file or ""))
        case _:
            assert_never(name)
