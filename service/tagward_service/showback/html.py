"""A statement as one HTML file: nothing is loaded, nothing runs, and what strangers wrote stays text."""

from __future__ import annotations

from pathlib import Path

from tagward.errors import UsageError
from tagward_service.billing.money import ZERO
from tagward_service.billing.text_money import shown
from tagward_service.showback.charges import Charge
from tagward_service.showback.report import ShowbackReport
from tagward_service.showback.statement import NONE, Line, TeamMonth

TEMPLATES = Path(__file__).parent / "templates"


def html(report: ShowbackReport, team: str = "") -> str:
    """Write what one team, or every team, pays, the newest month first; raises UsageError without Jinja2."""
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError as error:
        raise UsageError("HTML needs an extra: pip install 'tagward[dashboard]'") from error
    rendering = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    months = sorted(report.statement.teams, key=lambda each: each.period, reverse=True)
    return rendering.get_template("statement.html").render(
        title=f"Showback of {team}" if team else "Showback",
        several=not team,
        basis=report.basis.capitalize(),
        as_of=report.as_of,
        policy=f"{report.policy_name} {report.policy_version}",
        months=months,
        charges=lambda month: _charges(report, month),
        alerts=report.alerts,
        disputes=report.disputes,
        totals=() if team else tuple(reversed(report.statement.months)),
        nobody=() if team else report.statement.unallocated,
        notes=report.notes,
        shown=shown,
        width=_width,
        missing=NONE,
    )


def _charges(report: ShowbackReport, month: TeamMonth) -> list[Charge]:
    """List the direct charges of a team in a month, the largest first."""
    here = (month.team, month.period, month.currency)
    found = (
        each
        for each in report.statement.charges
        if each.kind == "direct" and (each.place.team, each.place.period, each.place.currency) == here
    )
    return sorted(found, key=lambda each: (-each.amount, each.place))


def _width(line: Line, month: TeamMonth) -> str:
    """Return how long the bar of a line is, in percent of the longest."""
    most = max((each.amount for each in month.lines), default=ZERO)
    return f"{max(0.0, float(line.amount / most) * 100):.1f}" if most > 0 else "0"
