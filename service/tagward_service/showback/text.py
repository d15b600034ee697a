"""Showback as text: by month and team, with what is shared, what nobody has, and what to look at."""

from __future__ import annotations

from collections.abc import Iterator

from tagward.diagnostics import printable
from tagward_service.billing.money import total
from tagward_service.billing.text_money import shown
from tagward_service.cli.tables import aligned
from tagward_service.outputs import Style
from tagward_service.showback.disputing import Contested
from tagward_service.showback.report import ShowbackReport
from tagward_service.showback.statement import Month, Statement, TeamMonth

_MOST_RUNS = 10
_MOST_TEAMS = 25
_MOST_DISPUTES = 25


def text(report: ShowbackReport, style: Style) -> str:
    """Tell what each team pays, in lines."""
    told = report.statement
    parts = [_month(month, told, quiet=style.quiet) for month in told.months]
    if not style.quiet:
        parts += [*_alerts(report), *_disputes(report), *_runs(report), *_predictions(report)]
        parts += [*_notes(report), *_findings(report)]
        policy = printable(f"{report.policy_name} {report.policy_version}")
        parts.append(f"policy    {policy}, {report.basis} cost, as of {report.as_of}\n")
    return "\n".join(parts)


def _findings(report: ShowbackReport) -> Iterator[str]:
    """Say what is wrong with the files of the bill."""
    lines = [
        f"  {each.code} {printable(each.file)}: {f'{each.lines:,} of the lines: ' if each.lines else ''}"
        f"{printable(each.message)}"
        for each in report.findings
    ]
    if lines:
        yield "\n".join(["about the files", *lines, ""])


def _month(month: Month, told: Statement, *, quiet: bool) -> str:
    """Tell of one month: its sum first, then teams, then what nobody has."""
    head = (
        f"{month.period}  {shown(month.billed)} {printable(month.currency)}: {shown(month.direct)} direct, "
        f"{shown(month.shared)} shared, {shown(month.unallocated)} unallocated"
    )
    off = "" if not month.difference else f"; {shown(month.difference)} IS MISSING"
    if quiet:
        return f"{head}{off}\n"
    here = (month.period, month.currency)
    rows: list[tuple[str, ...]] = [("team", "direct", "shared", "total", "")]
    teams = [each for each in told.teams if (each.period, each.currency) == here]
    rows += [_team(each) for each in teams[:_MOST_TEAMS]]
    if len(teams) > _MOST_TEAMS:
        rest = shown(total(each.whole for each in teams[_MOST_TEAMS:]))
        rows.append((f"and {len(teams) - _MOST_TEAMS:,} more", "", "", rest))
    rows += [
        ("unallocated", "", "", shown(each.amount), each.reason)
        for each in told.unallocated
        if (each.period, each.currency) == here
    ]
    return f"{head}{off}\n{aligned(rows)}"


def _team(each: TeamMonth) -> tuple[str, ...]:
    parts = ", ".join(f"{line.name} {shown(line.amount)}" for line in each.lines[:6])
    return (each.team, shown(each.direct), shown(each.shared), shown(each.whole), parts)


def _alerts(report: ShowbackReport) -> Iterator[str]:
    if report.alerts:
        yield "budgets\n" + aligned([(str(alert),) for alert in report.alerts])


def _disputes(report: ShowbackReport) -> Iterator[str]:
    """Tell of each dispute how much it is about, by month, and what was decided."""
    rows = [row for each in report.disputes[:_MOST_DISPUTES] for row in _dispute(each)]
    if rows:
        more = len(report.disputes) - _MOST_DISPUTES
        yield "disputes\n" + aligned(rows) + (f"  and {more:,} more\n" if more > 0 else "")


def _dispute(each: Contested) -> Iterator[tuple[str, ...]]:
    """Write one row for each month, with words in the first."""
    it = each.dispute
    words = [it.id, it.team, f"{it.outcome} {f'to {it.to}' if it.to else ''}".strip()]
    why = it.reason + (f"; {it.outcome}: {it.decision}" if it.decision else "")
    for month in each.months or (None,):
        cost = (month.period, f"{shown(month.amount)} {month.currency}") if month else ("", "no cost")
        yield (*words, *cost, why)
        words, why = ["", "", ""], ""


def _notes(report: ShowbackReport) -> Iterator[str]:
    if report.notes:
        yield "notes\n" + aligned([(each,) for each in report.notes])


def _runs(report: ShowbackReport) -> Iterator[str]:
    found = report.runs
    if not found.runs:
        return
    share = f"{found.percent:g} % of the cost of training names its run"
    partial = ", so that what a run cost is PARTIAL" if found.partial else ""
    first, others = found.runs[:_MOST_RUNS], found.runs[_MOST_RUNS:]
    rows = [(each.period, each.run, each.team, each.project, shown(each.amount)) for each in first]
    rest = f"  and {len(others):,} more, {shown(total(each.amount for each in others))}\n" if others else ""
    yield f"training runs ({share}{partial})\n{aligned(rows)}{rest}"


def _predictions(report: ShowbackReport) -> Iterator[str]:
    if report.predictions:
        rows = [
            (each.period, each.project, f"{shown(each.per_thousand)} per 1,000", f"of {each.predictions:,f}")
            for each in report.predictions
        ]
        partial = report.predictions_partial
        missing = " (too much of the cost of inference names no project: PARTIAL)" if partial else ""
        yield f"predictions{missing}\n{aligned(rows)}"
