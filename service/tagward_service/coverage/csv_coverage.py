"""Coverage as CSV: one row for all, one for each group of each dimension."""

from __future__ import annotations

from collections.abc import Iterator

from tagward_service.coverage.report import CoverageReport
from tagward_service.exports.csv_rows import Cell, lines

COLUMNS = ("dimension", "name", "percent", "taggable", "compliant", "exempt", "untaggable")


def render(report: CoverageReport) -> str:
    """Write the breakdowns as CSV."""
    return "".join(lines(_rows(report)))


def _rows(report: CoverageReport) -> Iterator[tuple[Cell, ...]]:
    summary = report.summary
    yield COLUMNS
    counts = (summary.taggable, summary.compliant, summary.exempt, summary.untaggable)
    yield "all", "", summary.coverage_percent, *counts
    for breakdown in report.breakdowns:
        for each in breakdown.groups:
            counted = (each.taggable, each.compliant, each.exempt, each.untaggable)
            yield breakdown.dimension, each.name, each.percent, *counted
