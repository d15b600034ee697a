"""Coverage as Markdown, for a pull request, a chat or a wiki."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tagward_service.coverage.dimensions import Breakdown
from tagward_service.coverage.report import CoverageReport
from tagward_service.coverage.text import forecast_text
from tagward_service.coverage.unfinished import days_of
from tagward_service.outputs.markdown import cell
from tagward_service.outputs.text_summary import progress_bar

MOST = 20


def render(report: CoverageReport) -> str:
    """Write headings and tables; what could not be scanned stands beside the percent."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: CoverageReport) -> Iterator[str]:
    yield from _heading(report)
    for breakdown in report.breakdowns:
        yield from _breakdown(breakdown)
    asked = [each for each in report.tags if each.asked]
    rows = ((each.tag, _percent(each.present_percent), _percent(each.valid_percent)) for each in asked)
    yield from _table(("tag", "present", "right"), rows)
    pieces = report.fixes.pieces[:MOST]
    work = ((f"{each.resources:,}", f"{each.cloud} {each.account}", ", ".join(each.tags)) for each in pieces)
    yield from _table(("resources", "where", "set right"), work)
    yield from _listed("To put in order", (f"{each.message}: {each.fix}" for each in report.notices))
    yield f"<sub>{'; '.join(_sources(report))}, as of {report.as_of}</sub>"


def _sources(report: CoverageReport) -> Iterator[str]:
    if report.scans:
        yield f"scanned: {cell('; '.join(days_of(report.scans)))}"
    yield f"policy {cell(f'{report.policy_name} {report.policy_version}')}"


def _heading(report: CoverageReport) -> Iterator[str]:
    summary, readiness = report.summary, report.readiness
    covered = summary.coverage_percent
    if covered is None:
        yield f"### tagward: {readiness.missing[0]}\n"
    else:
        bar = progress_bar(covered, readiness.threshold, unicode=True)
        yield f"### tagward: {covered:g} % of {summary.taggable:,} taggable resources are compliant\n"
        goal = "reached" if not report.fixes.missing else f"{report.fixes.missing:,} more reach it"
        yield f"`{bar}` threshold {readiness.threshold:g} %: {goal}"
        yield f"({report.change.new:,} new findings, {report.change.fixed:,} fixed)\n"
        yield f"{forecast_text(report.forecast, readiness.threshold)}\n"
    unread = {each: f"{each.what}: {each.why}" for each in report.not_scanned}
    yield from _listed("Not scanned", (told for each, told in unread.items() if each.incomplete))
    yield from _listed("Notes", (told for each, told in unread.items() if not each.incomplete))


def _breakdown(breakdown: Breakdown) -> Iterator[str]:
    rows = (
        (each.name or "(none)", _percent(each.percent), f"{each.compliant:,} of {each.taggable:,}")
        for each in breakdown.groups[:MOST]
        if each.taggable
    )
    yield from _table((breakdown.dimension, "percent", "compliant"), rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    body = [_row(row) for row in rows]
    if body:
        yield from (_row(heads), "|---" * len(heads) + "|", *body, "")


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(cell, cells)) + " |"


def _listed(title: str, entries: Iterable[str]) -> Iterator[str]:
    every = list(entries)
    if every:
        yield f"**{title}**\n"
        yield from (f"- {cell(entry)}" for entry in every[:MOST])
        yield f"- and {len(every) - MOST:,} more\n" if len(every) > MOST else ""


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:g} %"
