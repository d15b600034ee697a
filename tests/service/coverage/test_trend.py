"""Coverage day by day, and which days a forecast may compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from tagward_service.coverage.trend import comparable, trend
from tagward_service.store.interface import Ended, Existed

BEGIN = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)


def scan(
    number: int,
    day: int,
    *,
    cloud: str = "aws",
    scope: Mapping[str, str] | None = None,
    shard: str = "",
    complete: bool = True,
    version: str = "1",
) -> Ended:
    return Ended(number, cloud, scope or {}, shard, version, complete, BEGIN + timedelta(days=day))


def some(compliant: int, lacking: int) -> Existed:
    return Existed(compliant + lacking, compliant)


def told(scans: list[Ended], sums: dict[int, Existed]) -> list[tuple[int, int, int, int]]:
    return [
        (each.day.day, each.compliant, each.taggable, len(each.sources))
        for each in trend(scans[::-1], lambda numbers: summed(sums[number] for number in numbers))
    ]


def summed(found: Iterable[Existed]) -> Existed:
    both = [(each.taggable, each.compliant) for each in found]
    return Existed(sum(taggable for taggable, _ in both), sum(compliant for _, compliant in both))


def test_a_day_is_what_was_known_at_its_end() -> None:
    scans = [scan(1, 0), scan(2, 0), scan(3, 1, cloud="gcp"), scan(4, 3)]
    sums = {1: some(1, 9), 2: some(2, 8), 3: some(5, 5), 4: some(9, 1)}
    assert told(scans, sums) == [(1, 2, 10, 1), (2, 7, 20, 2), (4, 14, 20, 2)]


def test_scopes_and_shards_are_sources_of_their_own() -> None:
    scans = [scan(1, 0, scope={"organization": "o-1"}), scan(2, 0, scope={"organization": "o-2"})]
    assert told(scans, {1: some(1, 0), 2: some(0, 1)}) == [(1, 1, 2, 2)]


def test_shards_of_another_cut_are_put_aside() -> None:
    scans = [scan(1, 0), scan(2, 1, shard="1/2"), scan(3, 1, shard="2/2"), scan(4, 2)]
    sums = {1: some(1, 9), 2: some(2, 3), 3: some(3, 2), 4: some(8, 2)}
    assert told(scans, sums) == [(1, 1, 10, 1), (2, 5, 10, 2), (3, 8, 10, 1)]


def test_a_whole_counts_until_all_shards_that_follow_it_are_there() -> None:
    scans = [scan(1, 0), scan(2, 1, shard="1/2"), scan(3, 2, shard="2/2")]
    points = trend(scans[::-1], lambda numbers: some(sum(numbers), 0))
    assert [each.compliant for each in points] == [1, 2 + 1, 3 + 2]


def test_a_scan_of_more_puts_one_of_less_aside() -> None:
    org, part = {"organization": "o-1"}, {"organization": "o-1", "regions": "eu-west-1"}
    scans = [scan(1, 0, scope=org), scan(2, 1, scope=part), scan(3, 2, scope=org)]
    sums = {1: some(1, 9), 2: some(2, 0), 3: some(3, 7)}
    assert told(scans, sums) == [(1, 1, 10, 1), (2, 3, 12, 2), (3, 3, 10, 1)]


def test_what_is_kept_with_a_scan_is_not_summed_up_again() -> None:
    scans = [scan(1, 0), replace(scan(2, 1), existed=Existed(40, 30)), scan(3, 2)]
    assert told(scans, {1: some(1, 9), 3: some(5, 5)}) == [(1, 1, 10, 1), (2, 30, 40, 1), (3, 5, 10, 1)]


def test_of_two_scans_of_one_source_the_later_begun_counts() -> None:
    began_first_and_ended_last = scan(1, 1)
    assert told([scan(2, 0), began_first_and_ended_last], {2: some(2, 8)}) == [(1, 2, 10, 1), (2, 2, 10, 1)]


def days(scans: list[Ended]) -> list[date]:
    points = trend(scans[::-1], lambda numbers: some(sum(numbers), 1))
    return [each.day for each in comparable(points)]


def test_days_are_compared_only_with_the_same_sources_and_policy() -> None:
    scans = [scan(1, 0), scan(2, 1), scan(3, 2, cloud="gcp"), scan(4, 3), scan(5, 4)]
    assert [each.day for each in days(scans)] == [3, 4, 5]
    versions = [scan(1, 0), scan(2, 1, version="2"), scan(3, 2, version="2")]
    assert [each.day for each in days(versions)] == [2, 3]


def test_days_of_incomplete_scans_are_left_out() -> None:
    scans = [scan(1, 0), scan(2, 1, complete=False), scan(3, 2)]
    assert [each.day for each in days(scans)] == [1, 3]


def test_no_scan_gives_no_day() -> None:
    assert comparable(trend([], lambda _: some(1, 1))) == ()
