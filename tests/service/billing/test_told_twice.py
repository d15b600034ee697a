"""Files of one run that tell the same costs: no sum may hide that they are in it twice."""

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest

from tagward_service.billing.bill import Bill, read_bill
from tests.service.billing.bills import Line, line, without, write_csv, write_parquet
from tests.service.billing.test_reading_bills import codes, total

DAYS = [f"2026-05-{day:02}T00:00:00Z" for day in range(1, 29)]


def month(random: Random, resources: int = 9, days: Sequence[str] = tuple(DAYS)) -> list[Line]:
    """Write what resources cost day by day: the same every day, as machines that run all the time do."""
    prices = [f"{random.uniform(0.1, 90):.6f}" for _ in range(resources)]
    return [
        line(ChargePeriodStart=day, ResourceId=f"i-{number}", BilledCost=price, EffectiveCost=price)
        for day in days
        for number, price in enumerate(prices)
    ]


def azure(lines: Sequence[Line], *, amortized: bool) -> list[Line]:
    """Write lines as Azure's own export; every third resource runs on a reservation that was bought."""
    usage = [_azure(each, amortized=amortized) for each in lines]
    spent = {"ResourceId": "", "Quantity": "1", "Tags": ""}
    if amortized:
        return [*usage, {**usage[0], **spent, "ChargeType": "UnusedReservation", "Cost": "3.5"}]
    return [*usage, {**usage[0], **spent, "ChargeType": "Purchase", "Cost": "912.5"}]


def _azure(each: Line, *, amortized: bool) -> Line:
    reserved = int(each["ResourceId"][2:]) % 3 == 0
    return {
        "Date": each["ChargePeriodStart"][:10],
        "BillingPeriodStartDate": "2026-05-01",
        "BillingAccountId": "8611537",
        "SubscriptionId": "9ec51cfd",
        "MeterCategory": "Virtual Machines",
        "ResourceId": each["ResourceId"],
        "Quantity": "24",
        "Cost": "0" if reserved and not amortized else each["BilledCost"],
        "BillingCurrency": "USD",
        "ReservationId": "f39d1c73" if reserved else "",
        "ChargeType": "Usage",
        "Tags": '"team": "fraud"',
    }


def twice(bill: Bill) -> list[str]:
    return [Path(each.file).name for each in bill.findings if each.code == "same-costs"]


def test_actual_and_amortized_costs_of_azure_are_told_apart_by_no_name(tmp_path: Path) -> None:
    lines = month(Random(1))
    actual = write_csv(tmp_path / "a.csv", azure(lines, amortized=False))
    amortized = write_csv(tmp_path / "b.csv", azure(lines, amortized=True))

    bill = read_bill([actual, amortized])

    assert twice(bill) == ["b.csv"]
    found = next(each for each in bill.findings if each.code == "same-costs")
    assert actual in found.message
    assert found.lines == 6 * 28, "what is not on a reservation"


def packed(place: Path, lines: Sequence[Line]) -> str:
    plain = Path(write_csv(place.with_suffix(".plain"), lines))
    place.write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    return str(place)


def as_parquet(place: Path, lines: Sequence[Line]) -> str:
    return write_parquet(place, lines, {})


def reordered(place: Path, lines: Sequence[Line]) -> str:
    return write_csv(place, [dict(reversed(each.items())) for each in reversed(lines)])


@pytest.mark.parametrize("again", [packed, as_parquet, reordered])
@pytest.mark.parametrize("days", [1, 10])
def test_a_bill_that_is_there_in_two_notations_is_counted_once(
    tmp_path: Path, again: Callable[[Path, Sequence[Line]], str], days: int
) -> None:
    lines = month(Random(2), days=DAYS[:days])
    files = [write_csv(tmp_path / "a.csv", lines), again(tmp_path / "b", lines)]
    alone = total(read_bill(files[:1]))

    for state in (None, tmp_path / "state", tmp_path / "state"):
        bill = read_bill(files, state)

        assert (total(bill), codes(bill)) == (alone, {"duplicate-file": 0})


def test_a_bill_in_two_versions_of_focus_is_told(tmp_path: Path) -> None:
    lines = month(Random(2))
    made = [{**each, "ServiceProviderName": "AWS", "Tags": '{"costCategory/x": "y"}'} for each in lines]
    newer = write_csv(tmp_path / "b.csv", without(made, "ProviderName"))

    assert twice(read_bill([write_csv(tmp_path / "a.csv", lines), newer])) == ["b.csv"]


def test_the_month_so_far_and_the_whole_month_are_told(tmp_path: Path) -> None:
    lines = month(Random(3))
    early = write_csv(
        tmp_path / "may-12.csv", [each for each in lines if each["ChargePeriodStart"] < DAYS[11]]
    )

    bill = read_bill([early, write_csv(tmp_path / "may-28.csv", lines)])

    assert twice(bill) == ["may-28.csv"]


def test_a_state_folder_knows_what_it_read_before(tmp_path: Path) -> None:
    lines, state = month(Random(4)), tmp_path / "state"
    first = write_csv(tmp_path / "a.csv", lines)
    read_bill([first], state)

    both = [first, write_csv(tmp_path / "b.csv", [{**each, "RegionId": "eu"} for each in lines])]

    assert twice(read_bill(both, state)) == twice(read_bill(both, state)) == ["b.csv"]
    assert twice(read_bill([first], state)) == []


def by_day(lines: Sequence[Line]) -> Callable[[int], int]:
    return lambda number: DAYS.index(lines[number]["ChargePeriodStart"]) // 10


def by_resource(lines: Sequence[Line]) -> Callable[[int], int]:
    return lambda number: int(lines[number]["ResourceId"][2:]) % 3


def by_turn(lines: Sequence[Line]) -> Callable[[int], int]:
    del lines
    return lambda number: number % 3


def by_chance(lines: Sequence[Line]) -> Callable[[int], int]:
    del lines
    return lambda number: Random(number).randrange(3)


def test_hours_dealt_to_parts_in_turn_are_not_taken_for_two(tmp_path: Path) -> None:
    hours = [line(ChargePeriodStart=f"{day[:10]}T{hour:02}:00:00Z") for day in DAYS for hour in range(24)]

    bill = read_bill([write_csv(tmp_path / f"{part}.csv", hours[part::3]) for part in range(3)])

    assert codes(bill) == {}


@pytest.mark.parametrize("part_of", [by_day, by_resource, by_turn, by_chance])
@pytest.mark.parametrize("alike", [False, True], ids=["prices", "one price"])
def test_parts_of_one_bill_are_not_taken_for_two(
    tmp_path: Path, part_of: Callable[[Sequence[Line]], Callable[[int], int]], *, alike: bool
) -> None:
    lines = month(Random(5), resources=24)
    if alike:
        lines = [{**each, "BilledCost": "1", "EffectiveCost": "1"} for each in lines]
    where = part_of(lines)
    parts = [[each for number, each in enumerate(lines) if where(number) == part] for part in range(3)]

    bill = read_bill([write_csv(tmp_path / f"{number}.csv", part) for number, part in enumerate(parts)])

    assert codes(bill) == {}


@pytest.mark.parametrize(
    "other",
    [{"SubAccountId": "999900001111"}, {"BillingCurrency": "EUR"}, {"ResourceId": "i-other"}],
    ids=["account", "currency", "resource"],
)
def test_what_costs_the_same_elsewhere_is_not_the_same(tmp_path: Path, other: Line) -> None:
    lines = month(Random(6))
    files = [
        write_csv(tmp_path / "a.csv", lines),
        write_csv(tmp_path / "b.csv", [{**each, **other} for each in lines]),
    ]

    assert codes(read_bill(files)) == {}


def test_lines_without_costs_say_nothing(tmp_path: Path) -> None:
    free = [{**each, "BilledCost": "0", "EffectiveCost": "0"} for each in month(Random(7))]
    other = [{**each, "ServiceName": "Amazon S3"} for each in free]

    bill = read_bill([write_csv(tmp_path / "a.csv", free), write_csv(tmp_path / "b.csv", other)])

    assert codes(bill) == {}
