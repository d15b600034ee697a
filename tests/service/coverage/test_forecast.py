"""When the threshold is reached, and how sure that is: by hand, and by laws."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagward_service.coverage.forecast import forecast, slopes

BEGIN = date(2026, 11, 1)


def days(*percents: float, every: int = 1) -> list[tuple[date, float]]:
    return [(BEGIN + timedelta(days=every * number), percent) for number, percent in enumerate(percents)]


def test_a_straight_line_is_followed_to_the_day() -> None:
    it = forecast(days(*(50 + number for number in range(11))), 90)
    assert (it.outlook, it.slope, it.days) == ("likely", 1.0, 11)
    assert it.earliest == it.likely == it.latest == BEGIN + timedelta(days=40)


def test_one_scan_that_went_wrong_does_not_move_it() -> None:
    straight = [50.0 + number for number in range(21)]
    broken = [*straight[:10], 3.0, *straight[11:]]
    assert forecast(days(*broken), 90).likely == forecast(days(*straight), 90).likely


def test_what_is_reached_is_reached_however_few_days_there_are() -> None:
    assert forecast(days(91.0), 90).outlook == "reached"
    assert forecast(days(90.0), 90).outlook == "reached"


@pytest.mark.parametrize("few", [(), (50.0,), (50.0, 60.0, 70.0, 80.0), (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)])
def test_few_days_tell_nothing(few: tuple[float, ...]) -> None:
    it = forecast(days(*few), 90)
    assert (it.outlook, it.likely, it.earliest, it.latest) == ("unknown", None, None, None)
    assert f"{len(few)} comparable day" in it.why


@pytest.mark.parametrize("percents", [[50.0] * 20, [60.0 - number for number in range(20)]])
def test_coverage_that_does_not_grow_never_gets_there(percents: list[float]) -> None:
    it = forecast(days(*percents), 90)
    assert (it.outlook, it.likely, it.latest) == ("unlikely", None, None)


def test_growth_that_takes_longer_than_five_years_is_no_forecast() -> None:
    assert forecast(days(*(50 + number / 1000 for number in range(30))), 90).outlook == "unlikely"


def test_noise_that_hides_the_growth_may_mean_never() -> None:
    it = forecast(days(50, 55, 49, 56, 50, 57, 49, 56, 53, 54), 90)
    assert it.outlook == "likely"
    assert it.latest is None
    assert it.earliest is not None
    assert it.likely is not None
    assert it.earliest < it.likely


def test_the_interval_is_that_of_sen() -> None:
    """Ten days: the variance of S is 10 * 9 * 25 / 18 = 125, so C = 1.6449 * 11.18 = 18.39.

    Of 45 slopes in order, those at (45 - 18.39) / 2 = 13.3 and (45 + 18.39) / 2 + 1 = 32.7 are the ends,
    the outer ones of those beside them: the 13th and the 33rd.
    """
    data = days(50.0, 50.9, 52.2, 52.8, 54.1, 55.3, 55.7, 57.2, 58.1, 58.8)
    every = sorted((b[1] - a[1]) / (b[0] - a[0]).days for a, b in combinations(data, 2))
    assert slopes(data) == (every[22], every[12], every[32])


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    random = Random(7)
    held = 0
    for _ in range(300):
        noisy = days(*(40 + 0.5 * number + random.gauss(0, 2) for number in range(20)))
        _, low, high = slopes(noisy)
        held += low <= 0.5 <= high
    assert 0.86 <= held / 300 <= 0.97


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 89, width=32), min_size=8, max_size=40))
def test_whatever_comes_the_dates_are_in_order_and_ahead(percents: list[float]) -> None:
    it = forecast(days(*percents), 90)
    last = BEGIN + timedelta(days=len(percents) - 1)
    told = [day for day in (it.earliest, it.likely, it.latest) if day is not None]
    assert told == sorted(told)
    assert all(day > last for day in told)
    assert (it.outlook == "likely") == (it.likely is not None)
