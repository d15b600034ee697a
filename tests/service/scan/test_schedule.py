from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward_service.scan.interface import Part
from tagward_service.scan.schedule import ATTEMPTS, FIRST_WAIT, Schedule, sharded

PARTS = [Part(account, "eu-west-1", service) for account in "abc" for service in ("ec2", "s3")]


def drained(schedule: Schedule, now: float = 0.0) -> list[Part]:
    taken = []
    while part := schedule.take(now):
        taken.append(part)
        schedule.ended(part)
    return taken


def test_every_part_comes_once_and_accounts_take_turns() -> None:
    taken = drained(Schedule(PARTS, per_account=1))

    assert sorted(taken) == sorted(PARTS)
    assert [part.account for part in taken] == ["a", "b", "c", "a", "b", "c"]


def test_no_account_has_more_at_once_than_it_may() -> None:
    schedule = Schedule(PARTS, per_account=1)

    started = [schedule.take(0), schedule.take(0), schedule.take(0)]

    assert [part.account for part in started if part] == ["a", "b", "c"]
    assert schedule.take(0) is None
    schedule.ended(PARTS[2])
    assert schedule.take(0) == PARTS[3]


def test_a_failed_part_waits_twice_as_long_each_time_and_is_given_up_at_last() -> None:
    schedule = Schedule(PARTS[:1], per_account=1)
    now, waits = 0.0, []
    for _ in range(ATTEMPTS - 1):
        part = schedule.take(now)
        assert part is not None
        schedule.ended(part)
        assert schedule.again(part, now)
        due = schedule.soonest()
        assert due is not None
        assert schedule.take(due - 0.001) is None
        assert schedule
        waits.append(due - now)
        now = due

    last = schedule.take(now)

    assert last is not None
    assert not schedule.again(last, now)
    assert not schedule
    assert waits == [FIRST_WAIT * 2**step for step in range(ATTEMPTS - 1)]


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(1, 3), st.data())
def test_whatever_the_order_of_ends_every_part_is_taken_once(
    accounts: list[int], per_account: int, data: st.DataObject
) -> None:
    parts = [Part(str(account), service=str(index)) for index, account in enumerate(accounts)]
    schedule = Schedule(parts, per_account=per_account)
    running: list[Part] = []
    taken: list[Part] = []
    while schedule or running:
        part = schedule.take(0)
        if part:
            running.append(part)
            taken.append(part)
            assert max(Counter(each.account for each in running).values()) <= per_account
        else:
            schedule.ended(running.pop(data.draw(st.integers(0, len(running) - 1))))

    assert sorted(taken) == sorted(parts)


@pytest.mark.parametrize("count", [1, 2, 8, 100])
def test_shards_hold_every_part_once_and_keep_accounts_whole(count: int) -> None:
    parts = [Part(f"{account:012}", region) for account in range(50) for region in ("eu-west-1", "us-east-1")]

    shards = [list(sharded(parts, f"{number}/{count}")) for number in range(1, count + 1)]

    assert sorted(part for shard in shards for part in shard) == parts
    homes = Counter(account for shard in shards for account in {part.account for part in shard})
    assert set(homes.values()) == {1}
