"""Month by month: the trend, and whether costs may be charged back."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from msgspec import Struct

from tagward_service.billing.amounts import Amounts, Basis, Totals, grouped
from tagward_service.billing.ingest_findings import IngestFinding
from tagward_service.billing.judged import Row
from tagward_service.billing.money import reaches

CLOSED_PERIODS = 3
"""So many closed months in a row must be at the threshold before costs are charged back."""

UNREADABLE = ("unreadable-tags", "no-cost", "no-period")
HARMFUL = (*UNREADABLE, "same-costs")
"""Findings about files that make the figures doubtful."""


class Period(Struct, frozen=True):
    """One month; `closed` once it is over: clouds restate it for a while longer."""

    name: str
    totals: Totals
    closed: bool


class Readiness(Struct, frozen=True):
    """Whether costs may be charged back, and what is missing where not."""

    threshold: float
    ready: bool
    missing: tuple[str, ...]


def periods_of(rows: Sequence[Row], as_of: date) -> tuple[Period, ...]:
    """Sum up month by month, in order."""
    found = grouped(rows, lambda row: row["period"])
    return tuple(Period(name, found[name], name < f"{as_of:%Y-%m}") for name in sorted(found))


def month_ends(periods: Iterable[Period], basis: Basis) -> list[tuple[date, float]]:
    """Place the percentage of each month at its last day."""
    shares = {each.name: each.totals.of(basis).exact_percent for each in periods}
    return [(_last_day(name), share) for name, share in shares.items() if name and share is not None]


def _last_day(period: str) -> date:
    year, month = int(period[:4]), int(period[5:7])
    return date(year, month, monthrange(year, month)[1])


def readiness_of(
    whole: Totals,
    periods: Sequence[Period],
    findings: Iterable[IngestFinding],
    basis: Basis,
    threshold: float,
    also: Iterable[str] = (),
) -> Readiness:
    """Go through the checklist; `also` says what else is missing."""
    amounts = whole.of(basis)
    missing = []
    if not amounts.chargeable:
        missing.append("nothing in the bill can be tagged and costs money")
    elif not _reaches(amounts, threshold):
        missing.append(f"{amounts.percent} % of chargeable cost is attributable, {threshold:g} % is needed")
    closed = [(each.name, each.totals.of(basis)) for each in periods if each.closed and each.name]
    good = closed_in_a_row([(name, _reaches(amounts, threshold)) for name, amounts in closed])
    if good < CLOSED_PERIODS:
        missing.append(f"{good} of {CLOSED_PERIODS} closed months in a row are at {threshold:g} %")
    missing += *doubts((each.code, each.lines) for each in findings), *also
    return Readiness(threshold, not missing, tuple(missing))


def doubts(findings: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Say what makes the figures doubtful, out of codes of findings about files and their lines."""
    found = list(findings)
    unreadable = sum(lines for code, lines in found if code in UNREADABLE)
    if unreadable:
        yield f"{_lines(unreadable)} of the bill cannot be read in full"
    twice = sum(lines for code, lines in found if code == "same-costs")
    if twice:
        yield f"{_lines(twice)} of the bill stand in two files and are counted twice"


def _lines(number: int) -> str:
    return f"{number:,} line{'' if number == 1 else 's'}"


def _reaches(amounts: Amounts, threshold: float) -> bool:
    return reaches(amounts.attributable, amounts.chargeable, threshold)


def closed_in_a_row(months: Sequence[tuple[str, bool]]) -> int:
    """Count the newest closed months at the threshold, back to a month that the bill does not have.

    `months` are closed, in order, each with whether it is at the threshold.
    """
    count, expected = 0, ""
    for name, is_reached in reversed(months):
        if not is_reached or name != (expected or name):
            break
        count, expected = count + 1, _month_before(name)
    return count


def _month_before(period: str) -> str:
    year, month = int(period[:4]), int(period[5:7])
    return f"{year:04}-{month - 1:02}" if month > 1 else f"{year - 1:04}-12"
