"""`tagward coverage --billing FILE...`: coverage by cost."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, assert_never, get_args

from msgspec.structs import replace

from tagward.errors import UsageError
from tagward.policy import Policy
from tagward_service.cli import options
from tagward_service.cli.exits import Exit
from tagward_service.cli.outputs import chosen_of, style_of, write_text
from tagward_service.cli.rules_options import METRICS, RULES, metrics_of, rules_of
from tagward_service.cli.settings import Settings
from tagward_service.cli.store_options import KEEP, keep, names_store, opened_to_read

if TYPE_CHECKING:
    from tagward_service.billing.amounts import Basis
    from tagward_service.billing.report import BillingReport, Checks

Format = Literal["text", "json", "csv"]
FORMATS: tuple[Format, ...] = get_args(Format)

BILLING = options.Option(
    name="billing",
    metavar="FILE",
    many=True,
    help="a bill in FOCUS: file, folder, glob, address of an object store, table of --engine; "
    "once or several times",
)
BILLING_STATE = options.Option(
    name="billing_state",
    metavar="DIR",
    help="keep what was read here: no file is read twice, earlier months stay part of the bill",
)
ENGINE = options.Option(
    name="engine",
    metavar="URL",
    secret=True,
    help="where the bill is in tables, which --billing names: duckdb://FILE, spark://local[2], "
    "trino://USER@HOST/CATALOG/SCHEMA, athena://, bigquery://, snowflake://; better as $TAGWARD_ENGINE",
)
BASIS = options.Option(
    name="basis", choices=("effective", "billed"), default="effective", help="which cost to count by"
)
CURRENCY = options.Option(
    name="currency",
    metavar="CODE",
    help="which currency, where the bill has several: they are never added up",
)
PERIOD = options.Option(name="period", metavar="YYYY-MM", help="only this month of the bill")
BILLING_OPTIONS = (BILLING, ENGINE, BILLING_STATE, BASIS, CURRENCY, PERIOD, RULES, METRICS, KEEP)
"""To be taken by the command together with its own: policy, by, format, as-of, color, quiet."""


def run_billing(
    settings: Settings,
    policy: Policy,
    as_of: date,
    dimensions: Sequence[str] = (),
    *,
    threshold: float | None = None,
) -> BillingReport:
    """Work coverage by cost out and write every output; `code_of` says what it comes to."""
    from tagward_service.billing.report import billing_report

    outputs = chosen_of(FORMATS, settings.texts("format"))
    state = settings.text("billing_state")
    is_named = names_store(settings)  # before disputes are looked for in a store that nobody named
    report = billing_report(
        policy,
        settings.texts("billing"),
        as_of,
        state=Path(state) if state else None,
        engine=settings.text("engine") or "",
        basis=basis_of(settings),
        currency=settings.text("currency") or "",
        period=settings.text("period") or "",
        dimensions=dimensions,
        threshold=threshold,
        checks=_checks(settings, policy),
    )
    if is_named:
        report = _with_scans(report, settings)
    if settings.flag("keep"):
        from tagward_service.billing.json_billing import render
        from tagward_service.billing.kept_gaps import kept_gaps

        keep(settings, "costs", policy.name, as_of, render(report), kept_gaps(report))
    for name, file in outputs:
        write_text(rendered(report, name, file, settings), file)
    sys.stdout.flush()
    return report


def _with_scans(report: BillingReport, settings: Settings) -> BillingReport:
    """Say of each gap what the scans in a store know of it."""
    from tagward_service.billing.scanned import seen_by_scans

    with opened_to_read(settings) as store:
        return replace(report, gaps=seen_by_scans(report.gaps, store, report.policy_name))


def _checks(settings: Settings, policy: Policy) -> Checks:
    """Return what the rules of showback must hold, where they are given; raises UsageError."""
    from tagward_service.billing.report import no_checks

    if not settings.text("rules"):
        if settings.texts("metrics"):
            raise UsageError("`--metrics` is usage that rules split pools by; give them with `--rules FILE`")
        return no_checks
    from tagward_service.cli.dispute_reading import with_disputes
    from tagward_service.showback.checks import checks_of
    from tagward_service.showback.fitting import fitted
    from tagward_service.showback.usage import read_usage

    rules = fitted(with_disputes(rules_of(settings), settings, policy.name), policy)
    return checks_of(rules, read_usage(metrics_of(settings), rules.dimensions.team))


def rendered(report: BillingReport, name: Format, file: str | None, settings: Settings) -> str:
    """Render a report in a format."""
    match name:
        case "text":
            from tagward_service.billing.text import text

            return text(report, style_of(file, settings))
        case "json":
            from tagward_service.billing.json_billing import render as render_json

            return render_json(report)
        case "csv":
            from tagward_service.billing.csv_gaps import render as render_csv

            return render_csv(report)
        case _:
            assert_never(name)


def code_of(report: BillingReport) -> Exit:
    """Say what a report comes to as a gate."""
    from tagward_service.billing.readiness import HARMFUL

    if any(each.code in HARMFUL for each in report.findings):
        return Exit.INCOMPLETE
    if report.totals.of(report.basis).percent is None:
        return Exit.NOTHING
    return Exit.CLEAN if report.readiness.ready else Exit.FINDINGS


def basis_of(settings: Settings) -> Basis:
    """Return which cost to count by."""
    match settings.text("basis"):
        case None | "effective":
            return "effective"
        case "billed":
            return "billed"
        case other:
            raise UsageError(f"`--basis {other}`: choose effective or billed")
