"""What existed at the end of each scan is kept with it, and is what the parts that counted then come to."""

import pytest
from sqlalchemy import update

from tagward_service.store import schema
from tagward_service.store.interface import Ended, Existed, ScanState, Store
from tagward_service.store.tabled import TabledStore
from tests.service.store.stories import GOOD, HERE, NO_TEAM, SCOPE, THERE, begin, policy, scan

NARROW = {**SCOPE, "regions": "eu-west-1"}


def history(store: Store) -> list[Ended]:
    return store.history(policy().name)


def existed(store: Store) -> list[Existed | None]:
    return [each.existed for each in history(store)]


def test_the_newest_row_is_what_the_newest_scans_tell(store: Store) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM, "i-2": GOOD}, THERE: {"i-3": GOOD}})
    assert existed(store) == [Existed(3, 2)]
    scan(store, {HERE: {"i-1": GOOD, "i-2": GOOD, "i-4": NO_TEAM}}, scope=NARROW)
    assert existed(store) == [Existed(4, 3), Existed(3, 2)]
    scan(store, {HERE: {"i-1": GOOD}, THERE: {}}, state=ScanState.INCOMPLETE)
    assert existed(store) == [Existed(1, 1), Existed(4, 3), Existed(3, 2)]
    assert [each.complete for each in history(store)] == [False, True, True]


def test_scans_that_did_not_end_are_no_history(store: Store) -> None:
    scan(store, {HERE: {"i-1": GOOD}}, state=ScanState.INTERRUPTED)
    begin(store, scope=NARROW)
    assert history(store) == []


@pytest.mark.parametrize("forgotten", [1, 2])
def test_scans_of_before_are_summed_up_when_the_next_one_ends(store: Store, forgotten: int) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM}, THERE: {"i-2": GOOD}})
    scan(store, {HERE: {"i-1": GOOD}}, scope=NARROW)
    before = history(store)
    assert isinstance(store, TabledStore)
    with store._database.writing() as connection:
        older = schema.scan.c.id <= forgotten
        connection.execute(update(schema.scan).where(older).values(taggable=None, compliant=None))
    assert [each.existed for each in history(store)][-1] is None
    scan(store, {HERE: {}, THERE: {}})
    assert history(store)[1:] == before


def test_of_scans_that_were_forgotten_the_sums_stay_in_those_that_follow(store: Store) -> None:
    scan(store, {HERE: {"i-1": GOOD}, THERE: {"i-2": GOOD}})
    scan(store, {HERE: {"i-1": NO_TEAM}}, scope=NARROW)
    scan(store, {HERE: {"i-1": GOOD}, THERE: {"i-2": GOOD}})
    assert isinstance(store, TabledStore)
    with store._database.writing() as connection:
        connection.execute(schema.scan.delete().where(schema.scan.c.id == 1))
    assert existed(store) == [Existed(2, 2), Existed(2, 1)]
