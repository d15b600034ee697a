"""Leases: who may write a scan, and what happens when that one dies."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from tagward_service.scan.interface import Part
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import open_store, schema
from tagward_service.store.errors import BusyError, LostError
from tagward_service.store.interface import ScanState, Store
from tagward_service.store.tabled import TabledStore
from tests.service.store.stories import GOOD, HERE, NO_TEAM, THERE, begin, instance, scan, told, write

KILLED = Path(__file__).with_name("killed_scanner.py")
ROOT = Path(__file__).parents[3]


def test_an_interrupted_scan_is_resumed_where_it_was(store: Store) -> None:
    first = begin(store)
    first.plan([HERE, THERE], [])
    write(first, HERE, [instance("i-1", NO_TEAM)])
    first.finish(ScanState.INTERRUPTED)
    second = begin(store, resume=True)
    assert second.id == first.id
    assert second.done_parts() == {HERE}
    second.plan([HERE, THERE], [])
    write(second, THERE, [instance("i-9", NO_TEAM, THERE)])
    second.finish(ScanState.COMPLETE)
    assert told(store) == [("i-1", "ml-team", "open"), ("i-9", "ml-team", "open")]
    (kept,) = store.scans()
    assert (kept.state, kept.parts, kept.parts_done) == (ScanState.COMPLETE, 2, 2)
    assert [each.violating for each in store.tallies([kept.id])] == [1, 1]


@pytest.mark.parametrize("is_known", [True, False])
def test_what_was_read_and_is_no_part_any_more_is_dropped_where_that_is_known(
    store: Store, is_known: bool
) -> None:
    everything = Part(HERE.account, HERE.region)
    first = begin(store)
    first.plan([HERE, THERE], [])
    write(first, HERE, [instance("i-1", NO_TEAM)])
    first.finish(ScanState.INTERRUPTED)
    second = begin(store, resume=True)
    second.plan([everything], [NotEvaluated("account 9", "denied", incomplete=not is_known)])
    write(second, everything, [instance("i-1", NO_TEAM)])
    second.finish(ScanState.COMPLETE)
    assert told(store) == [("i-1", "ml-team", "open")]
    assert sum(each.violating for each in store.tallies([second.id])) == (1 if is_known else 2)


def test_a_finished_scan_is_not_resumed(store: Store) -> None:
    first = scan(store, {HERE: {"i-1": NO_TEAM}})
    second = begin(store, resume=True)
    assert second.id != first
    assert second.done_parts() == frozenset()


def test_only_the_newest_scan_is_resumed(store: Store) -> None:
    begin(store).finish(ScanState.INTERRUPTED)
    begin(store).finish(ScanState.COMPLETE)
    third = begin(store, resume=True)
    assert [each.id for each in store.scans()] == [third.id, third.id - 1, third.id - 2]


@pytest.mark.parametrize("other", ["shard", "scope"])
def test_another_scope_or_shard_is_another_scan(store: Store, other: str) -> None:
    first = begin(store)
    first.finish(ScanState.INTERRUPTED)
    second = (
        begin(store, resume=True, shard="1/2")
        if other == "shard"
        else begin(store, resume=True, scope={"organization": "o-2"})
    )
    assert second.id != first.id


def test_a_scan_that_is_being_written_is_busy(url: str, store: Store) -> None:
    running = begin(store)
    other = open_store(url)
    with pytest.raises(BusyError, match=f"scan {running.id} of the same .* being written by another process"):
        begin(other, resume=True)
    beside = begin(other, resume=False)
    assert beside.id > running.id
    beside.finish(ScanState.COMPLETE)
    other.close()


def test_who_lost_the_lease_cannot_write(url: str) -> None:
    slow = open_store(url, lease=0.2)
    lost = begin(slow)
    lost.plan([HERE], [])
    writer = lost.part(HERE)
    lost._shared.lease.end()  # type: ignore[attr-defined]  # the process hangs: nothing renews the lease
    time.sleep(0.3)
    quick = open_store(url)
    taken = begin(quick, resume=True)
    assert taken.id == lost.id
    taken.plan([HERE], [])
    write(taken, HERE, [instance("i-1", NO_TEAM)])
    with pytest.raises(LostError, match="being written by another process, which took over"):
        writer.done([], [])
    with pytest.raises(LostError, match="took over"):
        lost.finish(ScanState.COMPLETE)
    taken.finish(ScanState.COMPLETE)
    assert told(quick) == [("i-1", "ml-team", "open")]
    slow.close()
    quick.close()


def test_a_lease_is_renewed_while_its_process_lives(url: str) -> None:
    store = open_store(url, lease=0.5)
    assert isinstance(store, TabledStore)
    running = begin(store)

    def lease_until() -> int:
        with store._database.reading() as connection:
            return connection.scalars(select(schema.scan.c.lease_until)).one() or 0

    first, deadline = lease_until(), time.monotonic() + 60
    while lease_until() == first:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert lease_until() > first
    running.finish(ScanState.COMPLETE)
    store.close()


def test_closing_a_store_gives_its_scans_up(url: str) -> None:
    first = open_store(url)
    running = begin(first)
    first.close()
    second = open_store(url)
    assert [each.state for each in second.scans()] == [ScanState.INTERRUPTED]
    assert begin(second, resume=True).id == running.id
    second.close()


@pytest.mark.parametrize("at", ["staging", "merging", "done"])
def test_a_scan_that_was_killed_is_taken_over_and_nothing_is_half_done(url: str, at: str) -> None:
    before = open_store(url)
    scan(before, {HERE: {"i-1": NO_TEAM}, THERE: {"i-9": NO_TEAM}})
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    killed = subprocess.run([sys.executable, str(KILLED), url, at], env=environment, stderr=subprocess.PIPE)
    assert killed.returncode == -9, killed.stderr.decode()
    if at == "done":
        assert told(before) == [("i-1", "ml-team", "resolved"), ("i-9", "ml-team", "open")]
    else:
        assert told(before) == [("i-1", "ml-team", "open"), ("i-9", "ml-team", "open")]
    run = begin(before, resume=True)
    assert run.done_parts() == ({HERE} if at == "done" else frozenset())
    run.plan([HERE, THERE], [])
    for part, name in ((HERE, "i-1"), (THERE, "i-9")):
        if part not in run.done_parts():
            write(run, part, [instance(name, GOOD, part)])
    run.finish(ScanState.COMPLETE)
    assert told(before) == [("i-1", "ml-team", "resolved"), ("i-9", "ml-team", "resolved")]
    assert [each.id for each in before.scans()] == [2, 1]
    before.close()
