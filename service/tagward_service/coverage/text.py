"""Coverage as text: how it stands, where it is worst, what to do, and what nobody could look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tagward.diagnostics import printable
from tagward.judging.spelling import shorten
from tagward_service.cli.tables import aligned
from tagward_service.coverage.dimensions import Breakdown, Group
from tagward_service.coverage.fixes import Fixes
from tagward_service.coverage.forecast import CONFIDENCE, Forecast
from tagward_service.coverage.percent import percent
from tagward_service.coverage.report import CoverageReport
from tagward_service.coverage.trend import Point
from tagward_service.coverage.unfinished import days_of
from tagward_service.outputs import Style
from tagward_service.outputs.text_summary import missing_to, no_command, progress_bar
from tagward_service.outputs.text_unread import unread_lines

MOST = 10
"""So many groups and pieces of work are listed; the other formats have them all."""
_WIDE = 60
"""So many characters of the value of a tag are shown."""
SMALL = 10
"""Cells of a small bar."""
_SPARKS = ("▁▂▃▄▅▆▇█", "_.-=+*#@")
_DAYS = 30


def text(report: CoverageReport, style: Style) -> str:
    """Tell how it stands, in lines."""
    lines = _short(report, style) if style.quiet else _lines(report, style)
    return "\n".join(lines) + "\n"


def _short(report: CoverageReport, style: Style) -> Iterator[str]:
    yield _coverage(report, style)
    if report.incomplete:
        missing = sum(each.incomplete for each in report.not_scanned)
        yield f"incomplete: {_counted(missing, 'thing')} not scanned; without -q they are named"


def _lines(report: CoverageReport, style: Style) -> Iterator[str]:
    yield from unread_lines(report.not_scanned)
    yield _coverage(report, style)
    if report.scans:
        yield f"scanned   {printable('; '.join(days_of(report.scans)))}"
        yield f"resources {', '.join(_counts(report))}"
        yield f"change    {_counted(report.change.new, 'new finding')}, {report.change.fixed:,} fixed"
    if len(report.trend) > 1:
        yield f"trend     {_trend(report.trend[-_DAYS:], style)}"
    if report.summary.taggable:
        yield f"forecast  {forecast_text(report.forecast, report.readiness.threshold)}"
    for breakdown in report.breakdowns:
        yield from _breakdown(breakdown, style)
    yield from _tags(report)
    yield from _fixes(report.fixes, report.summary.taggable)
    yield from _notices(report)
    yield f"policy    {printable(f'{report.policy_name} {report.policy_version}')}, as of {report.as_of}"


def _coverage(report: CoverageReport, style: Style) -> str:
    summary, threshold = report.summary, report.readiness.threshold
    covered = summary.coverage_percent
    if covered is None:
        return f"coverage  nothing to judge: {report.readiness.missing[0]}"
    missing = missing_to(threshold, summary)
    bar = _colored(progress_bar(covered, threshold, unicode=style.unicode), style, good=not missing)
    goal = "reached" if not missing else f"{missing:,} more of {_resources(summary.taggable)} to go"
    return f"coverage  {bar} {covered:g} %   threshold {threshold:g} %: {goal}"


def _counts(report: CoverageReport) -> Iterator[str]:
    summary = report.summary
    yield f"{summary.compliant:,} compliant"
    yield f"{summary.violating:,} violating"
    for count, what in (
        (summary.unknown, "unknown"),
        (summary.exempt, "exempt"),
        (summary.untaggable, "that take no tags"),
        (report.untold, "of types that nobody knows"),
    ):
        if count:
            yield f"{count:,} {what}"


def _trend(points: Sequence[Point], style: Style) -> str:
    first, last = points[0], points[-1]
    ends = f"{_percent(first.percent)} on {first.day}, {_percent(last.percent)} on {last.day}"
    return f"{_sparks([each.percent or 0.0 for each in points], style)}  {ends}"


def _sparks(values: Sequence[float], style: Style) -> str:
    """Draw values between their least and their greatest."""
    marks = _SPARKS[0] if style.unicode else _SPARKS[1]
    low, high = min(values), max(values)
    steps = len(marks) - 1
    return "".join(
        marks[round((value - low) / (high - low) * steps) if high > low else 0] for value in values
    )


def forecast_text(it: Forecast, threshold: float) -> str:
    """Say when the threshold will be reached, and how sure that is."""
    match it.outlook:
        case "reached":
            return f"{threshold:g} % is reached"
        case "likely":
            latest = f"and {it.latest}" if it.latest else "and perhaps never"
            return (
                f"{threshold:g} % about {it.likely}, between {it.earliest} {latest} "
                f"({CONFIDENCE} % sure), {it.why}"
            )
        case "unlikely":
            return f"{threshold:g} % is out of reach: {it.why}"
    return f"cannot tell: {it.why}"


def _breakdown(breakdown: Breakdown, style: Style) -> Iterator[str]:
    if not any(each.taggable for each in breakdown.groups):
        return
    shown = [each for each in breakdown.groups if each.taggable]
    yield f"by {printable(breakdown.dimension)}"
    yield from _table(_group(each, style) for each in shown[:MOST])
    if len(shown) > MOST:
        yield f"  and {len(shown) - MOST:,} more; -f csv lists them all"


def _group(group: Group, style: Style) -> tuple[str, ...]:
    bar = _small_bar(group.percent or 0.0, style)
    exempt = f", {group.exempt:,} exempt" if group.exempt else ""
    counts = f"{group.compliant:,} of {group.taggable:,}{exempt}"
    return shorten(no_command(group.name), _WIDE) or "(none)", f"{_percent(group.percent):>7}", bar, counts


def _tags(report: CoverageReport) -> Iterator[str]:
    asked = [each for each in report.tags if each.asked]
    if asked:
        yield "tags"
    yield from _table(
        (
            each.tag,
            f"{_percent(each.present_percent):>7} present",
            f"{_percent(each.valid_percent):>7} right",
            f"of {each.asked:,} asked for it",
        )
        for each in asked
    )


def _fixes(fixes: Fixes, taggable: int) -> Iterator[str]:
    if not fixes.missing:
        return
    yield f"fewest fixes: {_fixed(fixes)}; at least {_counted(fixes.edits, 'tag')} to set"
    yield from _table(
        (
            f"{each.resources:>9,}",
            f"+{_percent(percent(each.resources, taggable))}",
            f"{each.cloud} {each.account}".rstrip(),
            ", ".join(each.tags),
        )
        for each in fixes.pieces[:MOST]
    )
    if len(fixes.pieces) > MOST:
        yield f"  and {len(fixes.pieces) - MOST:,} more; -f json lists them all"


def _fixed(fixes: Fixes) -> str:
    pieces = _counted(len(fixes.pieces), "piece")
    if fixes.reachable:
        reach = "reaches" if len(fixes.pieces) == 1 else "reach"
        return f"{pieces} of work {reach} {_percent(fixes.percent_after)}"
    rest = ", as the rest is exempt" if fixes.exempt else ""
    return f"all {pieces} of work reach no more than {_percent(fixes.percent_after)}{rest}"


def _notices(report: CoverageReport) -> Iterator[str]:
    if report.notices:
        yield "to put in order"
    for each in report.notices:
        code = f"{each.code} " if each.code else ""
        yield f"  {code}{printable(each.message)}: {printable(each.fix)}"


def _table(rows: Iterable[Sequence[str]]) -> list[str]:
    return aligned(list(rows)).splitlines()


def _small_bar(covered: float, style: Style) -> str:
    full, empty = ("█", "░") if style.unicode else ("#", ".")
    filled = int(covered * SMALL / 100)
    return full * filled + empty * (SMALL - filled)


def _colored(words: str, style: Style, *, good: bool) -> str:
    return f"\x1b[{'32' if good else '33'}m{words}\x1b[0m" if style.color else words


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:g} %"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _resources(count: int) -> str:
    return f"{count:,} taggable resource{'' if count == 1 else 's'}"
