"""The first page: whether costs may be charged back."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct

from tagward_service.billing.json_billing import JsonByCost, JsonPeriod
from tagward_service.coverage.json_coverage import JsonPoint
from tagward_service.web.board import Board
from tagward_service.web.charts.chart import Chart, Sizes
from tagward_service.web.charts.trend import Ahead, Line, trend
from tagward_service.web.charts.waterfall import Step, waterfall
from tagward_service.web.pages.checklist import Check, checklist, last_closed
from tagward_service.web.words import CLASSES, brief, day, month, percent

FEWEST_POINTS = 2
"""So many points make a line."""

MOST_DAYS = 14
"""So many days of scans are listed one by one."""


class ReadinessView(Struct, frozen=True):
    """What the page shows; the parts that need a bill are None without one."""

    verdict: str
    tone: str
    sentence: str
    span: str
    """The months and the cost that the figures are of."""
    checks: tuple[Check, ...]
    period: str
    periods: tuple[str, ...]
    sums: JsonByCost | None
    steps: tuple[Step, ...]
    waterfall: Sizes | None
    months: tuple[JsonPeriod, ...]
    days: tuple[JsonPoint, ...]
    """The newest days of scans, one by one, and of each month before them the last."""
    trend: Sizes | None
    forecast: str

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Return what is to be drawn."""
        return tuple(each for sizes in (self.waterfall, self.trend) if sizes for each in sizes.both)


def view(board: Board, period: str = "") -> ReadinessView:
    """Put the page together; `period` narrows the waterfall down to one month."""
    checks = checklist(board)
    verdict, tone = _verdict(checks)
    months = tuple(board.costs.report.periods) if board.costs else ()
    sums = _sums(board, period)
    steps = _steps(sums, board) if sums else ()
    title = f"From the bill to what is attributable{f', {month(period)}' if period else ''}"
    return ReadinessView(
        verdict=verdict,
        tone=tone,
        sentence=f"{_sentence(board)} {_held(checks)}",
        span=_span(board),
        checks=checks,
        period=period,
        periods=tuple(each.period for each in reversed(months) if each.period),
        sums=sums,
        steps=steps,
        waterfall=waterfall(steps, title) if steps else None,
        months=months,
        days=_days(board.coverage.trend),
        trend=_trend(board),
        forecast=_forecast(board),
    )


def _verdict(checks: Iterable[Check]) -> tuple[str, str]:
    states = {each.state for each in checks}
    if "fails" in states:
        return "Not ready yet", "bad"
    return ("Not known yet", "unknown") if "untold" in states else ("Ready for chargeback", "good")


def _held(checks: Sequence[Check]) -> str:
    """Say how many lines of the checklist hold."""
    held = sum(each.state == "holds" for each in checks)
    return f"{held} of {len(checks)} lines of the checklist hold."


def _span(board: Board) -> str:
    """Name the months of the bill and the cost that is counted by."""
    months = [each.period for each in board.costs.report.periods if each.period] if board.costs else []
    if board.costs is None or not months:
        return ""
    through = f" to {month(months[-1])}" if len(months) > 1 else ""
    return f"{month(months[0])}{through}, {board.costs.report.basis} cost"


def _sentence(board: Board) -> str:
    if board.costs is not None and board.costs.report.by_cost.percent is not None:
        sums = board.costs.report.by_cost
        last = last_closed(board)
        newest = f" The last closed month, {month(last[0])}, came to {percent(last[1])}." if last else ""
        return (
            f"{percent(sums.percent)} of {brief(sums.chargeable)} {sums.currency} that could be charged is "
            f"attributable; {board.threshold:g} % is needed.{newest}"
        )
    if board.coverage.by_resource.percent is not None:
        figures = board.coverage.by_resource
        said = f"{percent(figures.percent)} of the taggable resources are compliant"
        return f"{said}; {board.threshold:g} % is needed."
    return "There is nothing to tell from yet."


def _sums(board: Board, period: str) -> JsonByCost | None:
    if board.costs is None:
        return None
    report = board.costs.report
    if not period:
        return report.by_cost
    return next((each.by_cost for each in report.periods if each.period == period), None)


def _steps(sums: JsonByCost, board: Board) -> tuple[Step, ...]:
    """Take every class of cost away from the whole, one after the other."""
    assert board.costs is not None
    at = Decimal(sums.whole)
    steps = [_whole("whole", f"Whole bill, {board.costs.report.basis}", at, "total")]
    for name, title in CLASSES.items():
        amount = Decimal(getattr(sums, name))
        if amount:
            steps.append(_away(name, title, at, at - amount, "loss"))
            at -= amount
    chargeable, attributable = Decimal(sums.chargeable), Decimal(sums.attributable)
    steps.append(_whole("chargeable", "Chargeable", chargeable, "total"))
    if chargeable != attributable:
        steps.append(_away("unattributed", "Not attributable", chargeable, attributable, "gap"))
    steps.append(_whole("attributable", "Attributable", attributable, "good"))
    return tuple(steps)


def _whole(key: str, name: str, amount: Decimal, kind: str) -> Step:
    return Step(key, name, Decimal(0), amount, kind, brief(amount))


def _away(key: str, name: str, start: Decimal, end: Decimal, kind: str) -> Step:
    sign = "+" if end > start else ""
    return Step(key, name, start, end, kind, f"{sign}{brief(end - start)}")


def _days(points: Sequence[JsonPoint]) -> tuple[JsonPoint, ...]:
    """Pick the days that a table shows, the newest first."""
    last = {f"{each.day:%Y-%m}": each for each in points}
    older = (each for each in points[:-MOST_DAYS] if last[f"{each.day:%Y-%m}"] is each)
    return tuple(reversed((*older, *points[-MOST_DAYS:])))


def _trend(board: Board) -> Sizes | None:
    costs = _points(board)
    resources = [(each.day, each.percent) for each in board.coverage.trend if each.percent is not None]
    lines = [Line("by cost", costs), Line("by resource", resources)]
    if max(len(costs), len(resources)) < FEWEST_POINTS:
        return None
    return trend(lines, board.threshold, _ahead(board, costs))


def _points(board: Board) -> list[tuple[date, float]]:
    periods = board.costs.report.periods if board.costs else []
    return [
        (_end(each.period, board.as_of), each.by_cost.percent)
        for each in periods
        if each.period and each.by_cost.percent is not None
    ]


def _end(period: str, today: date) -> date:
    """Return the last day of a month, or today while it is not over."""
    year, number = int(period[:4]), int(period[5:7])
    return min(date(year, number, monthrange(year, number)[1]), max(today, date(year, number, 1)))


def _ahead(board: Board, costs: list[tuple[date, float]]) -> Ahead | None:
    found = board.costs.report.forecast if board.costs else None
    if found is None or found.likely is None or not costs:
        return None
    return Ahead(*costs[-1], found.likely, found.earliest, found.latest)


def _forecast(board: Board) -> str:
    found = board.costs.report.forecast if board.costs else board.coverage.forecast
    if found.outlook == "reached":
        return f"reached in {month(f'{_newest(board):%Y-%m}')}"
    return f"about {day(found.likely)}" if found.likely else found.outlook


def _newest(board: Board) -> date:
    """Return the day of the newest point that a forecast was told from."""
    points = _points(board)
    return points[-1][0] if points else board.coverage.trend[-1].day
