"""A state folder: nothing is read twice, and a period that comes again replaces what came before."""

from decimal import Decimal
from pathlib import Path

from tagward_service.billing.bill import read_bill
from tests.service.billing.bills import line, write_csv
from tests.service.billing.test_reading_bills import codes, total


def staged(state: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (state / "lines").iterdir()}


def test_a_file_that_was_read_before_is_not_read_again(tmp_path: Path) -> None:
    file, state = tmp_path / "bill.csv", tmp_path / "state"
    write_csv(file, [line()])
    first = total(read_bill([str(file)], state))
    before = staged(state)

    moved = file.rename(tmp_path / "moved.csv")
    again = read_bill([str(moved)], state)

    assert total(again) == first == 1
    assert staged(state) == before
    assert codes(again) == {}


def test_a_restated_period_replaces_what_came_before(tmp_path: Path) -> None:
    state = tmp_path / "state"
    read_bill([write_csv(tmp_path / "may-1.csv", [line(EffectiveCost="7")])], state)

    bill = read_bill([write_csv(tmp_path / "may-2.csv", [line(EffectiveCost="8")])], state)

    assert total(bill) == 8
    assert codes(bill) == {"restated-period": 0}
    assert len(staged(state)) == 1


def test_periods_that_came_before_stay_part_of_the_bill(tmp_path: Path) -> None:
    state = tmp_path / "state"
    june = {"BillingPeriodStart": "2026-06-01T00:00:00Z", "EffectiveCost": "20"}
    both = [line(EffectiveCost="7"), line(**june)]
    read_bill([write_csv(tmp_path / "both.csv", both)], state)

    bill = read_bill([write_csv(tmp_path / "june.csv", [line(**{**june, "EffectiveCost": "30"})])], state)
    later = read_bill([str(tmp_path / "june.csv")], state)

    assert total(bill) == total(later) == 37


def test_the_older_content_can_come_back(tmp_path: Path) -> None:
    state = tmp_path / "state"
    files = [write_csv(tmp_path / f"{cost}.csv", [line(EffectiveCost=cost)]) for cost in ("7", "8")]

    totals = [total(read_bill([file], state)) for file in (*files, files[0])]

    assert totals == [Decimal(7), Decimal(8), Decimal(7)]


def test_files_of_one_run_are_added_up(tmp_path: Path) -> None:
    files = [write_csv(tmp_path / f"{cost}.csv", [line(EffectiveCost=cost)]) for cost in ("7", "8")]

    assert total(read_bill(files, tmp_path / "state")) == 15


def test_other_accounts_are_not_replaced(tmp_path: Path) -> None:
    state = tmp_path / "state"
    read_bill([write_csv(tmp_path / "a.csv", [line(EffectiveCost="7")])], state)

    bill = read_bill([write_csv(tmp_path / "b.csv", [line(BillingAccountId="other")])], state)

    assert total(bill) == 8
