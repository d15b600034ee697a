"""When coverage will reach the threshold if it goes on as it has, and how sure that is.

The slope is the median of the slopes between all pairs of days (Theil 1950, Sen 1968), which one scan that
went wrong does not move. Its interval is the distribution-free one that Sen gives, from the variance of
Kendall's S. Days are taken for independent, which they are not quite: the truth is a little less sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations
from math import ceil, sqrt
from statistics import median
from typing import Literal

from msgspec import Struct

LEAST_DAYS = 5
"""With fewer days nothing can be told: the interval of four holds every slope there is."""
LEAST_SPAN = timedelta(days=7)
MOST_DAYS = 120
"""Older days than so many are left out: pairs grow with the square, and habits change."""
HORIZON = timedelta(days=5 * 365)

CONFIDENCE = 90
_Z = 1.6449
"""The quantile of the normal distribution that leaves 5 % on either side."""

Outlook = Literal["reached", "likely", "unlikely", "unknown"]


class Forecast(Struct, frozen=True):
    """When the threshold is reached: `likely`, and between `earliest` and `latest` with 90 % confidence.

    `outlook` is reached, likely (there is a date), unlikely (coverage does not grow fast enough to get
    there within five years), or unknown (too little to tell from). `latest` is None when the slowest
    growth that the days allow never gets there; `slope` is in percent points a day.
    """

    outlook: Outlook
    why: str
    likely: date | None = None
    earliest: date | None = None
    latest: date | None = None
    slope: float | None = None
    days: int = 0


def forecast(days: Sequence[tuple[date, float]], threshold: float) -> Forecast:
    """Look ahead from days in order, each with its exact percent."""
    days = days[-MOST_DAYS:]
    if days and days[-1][1] >= threshold:
        return Forecast("reached", "the threshold is reached", days=len(days))
    if len(days) < LEAST_DAYS or days[-1][0] - days[0][0] < LEAST_SPAN:
        return Forecast("unknown", _too_little(days), days=len(days))
    slope, slowest, fastest = slopes(days)
    likely, earliest, latest = (_reached(days, each, threshold) for each in (slope, fastest, slowest))
    outlook: Outlook = "likely" if likely else "unlikely"
    return Forecast(outlook, _why(outlook), likely, earliest, latest, slope, len(days))


def slopes(days: Sequence[tuple[date, float]]) -> tuple[float, float, float]:
    """Return the median slope in percent points a day, and the ends of its interval."""
    every = sorted(
        (second - first) / (later - day).days for (day, first), (later, second) in combinations(days, 2)
    )
    spread = _Z * sqrt(_variance([percent for _, percent in days]))
    low = max(0, int((len(every) - spread) / 2) - 1)
    high = min(len(every) - 1, ceil((len(every) + spread) / 2))
    return median(every), every[low], every[high]


def _variance(values: Sequence[float]) -> float:
    """Return the variance of Kendall's S, with the correction for values that are the same."""
    n = len(values)
    ties = [values.count(value) for value in set(values)]
    return (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18


def _reached(days: Sequence[tuple[date, float]], slope: float, threshold: float) -> date | None:
    """Follow a line of some slope through the middle of the days to the threshold."""
    if slope <= 0:
        return None
    last = days[-1][0]
    level = median(percent + slope * (last - day).days for day, percent in days)
    ahead = max(1, ceil((threshold - level) / slope)) if slope * HORIZON.days > threshold - level else None
    return None if ahead is None or ahead > HORIZON.days else last + timedelta(days=ahead)


def _too_little(days: Sequence[tuple[date, float]]) -> str:
    span = (days[-1][0] - days[0][0]).days if days else 0
    return (
        f"{len(days)} comparable {'day' if len(days) == 1 else 'days'} of scans over {span} days; "
        f"a forecast needs {LEAST_DAYS} days over {LEAST_SPAN.days}"
    )


def _why(outlook: Outlook) -> str:
    if outlook == "likely":
        return "if coverage goes on as on these days"
    return "on these days coverage did not grow fast enough to get there within five years"
