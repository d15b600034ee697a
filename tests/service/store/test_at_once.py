"""Scans at once: none corrupts the other, and an older one never undoes what a newer one saw."""

import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread, Timer
from time import monotonic

import pytest

from tagward_service.scan.interface import Part
from tagward_service.store import open_store
from tagward_service.store.database import PATIENCE
from tagward_service.store.errors import StoreError
from tagward_service.store.interface import Life, ScanState, Store, Wanted
from tests.service.store.postgres_server import Server
from tests.service.store.stories import (
    GOOD,
    HERE,
    NO_TEAM,
    NO_TEAM_NOR_PROJECT,
    THERE,
    begin,
    instance,
    judged,
    scan,
    told,
    write,
)


def at_once(*works: Callable[[], None]) -> list[BaseException]:
    """Do some works at the same time and give what they raised."""
    raised: list[BaseException] = []
    barrier = Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        barrier.wait()
        try:
            work()
        except BaseException as error:
            raised.append(error)

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_ctrl_c_is_heard_while_another_program_holds_the_lock(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.db"))
    holder = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    began = monotonic()

    def is_interrupted() -> None:
        Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        begin(store)

    with pytest.raises(KeyboardInterrupt):
        is_interrupted()
    assert monotonic() - began < PATIENCE / 2
    holder.execute("ROLLBACK")
    holder.close()
    begin(store).finish(ScanState.COMPLETE)
    store.close()


def test_nothing_of_a_part_counts_before_it_is_done(url: str, store: Store) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM}})
    other = open_store(url)
    run = begin(store)
    run.plan([HERE], [])
    writer = run.part(HERE)
    writer.add(judged([instance(f"i-{number}", NO_TEAM) for number in range(2, 5000)]))
    assert told(other) == [("i-1", "ml-team", "open")]
    writer.failed("cancelled")
    assert told(other) == [("i-1", "ml-team", "open")]
    other.close()


def test_a_part_that_failed_is_written_at_the_next_attempt(store: Store) -> None:
    run = begin(store)
    run.plan([HERE], [])
    writer = run.part(HERE)
    writer.add(judged([instance("i-1", NO_TEAM_NOR_PROJECT), instance("i-2", NO_TEAM)]))
    writer.failed("throttled")
    assert [entry.why for entry in store.unread(run.id)] == ["throttled"]
    write(run, HERE, [instance("i-1", NO_TEAM)])
    assert store.unread(run.id) == []
    run.finish(ScanState.COMPLETE)
    assert told(store) == [("i-1", "ml-team", "open")]


def test_parts_written_in_turns_do_not_mix(store: Store) -> None:
    run = begin(store)
    run.plan([HERE, THERE], [])
    here, there = run.part(HERE), run.part(THERE)
    for number in range(3):
        here.add(judged([instance(f"i-{number}", NO_TEAM)]))
        there.add(judged([instance(f"j-{number}", NO_TEAM, THERE)]))
    there.failed("denied")
    here.done([], [])
    run.finish(ScanState.INCOMPLETE)
    assert told(store) == [(f"i-{number}", "ml-team", "open") for number in range(3)]


def test_an_older_scan_does_not_undo_what_a_newer_one_saw(url: str, store: Store) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM, "i-2": NO_TEAM}})
    other = open_store(url)
    older = begin(store, scope={"account": "111122223333"})
    newer = begin(other)
    for run in (older, newer):
        run.plan([HERE], [])
    write(newer, HERE, [instance("i-1", NO_TEAM_NOR_PROJECT), instance("i-3", NO_TEAM)])
    newer.finish(ScanState.COMPLETE)
    seen = told(store)
    write(older, HERE, [instance("i-1", GOOD), instance("i-2", NO_TEAM)])
    older.finish(ScanState.COMPLETE)
    assert told(store) == seen
    assert seen == [
        ("i-1", "ml-project", "open"),
        ("i-1", "ml-team", "open"),
        ("i-2", "ml-team", "resolved"),
        ("i-3", "ml-team", "open"),
    ]
    assert told(store, Wanted(seen_in=older.id)) == []
    assert len(told(store, Wanted(seen_in=newer.id))) == 3
    other.close()


def test_an_older_scan_of_other_parts_leaves_a_newer_ones_resources_alone(store: Store) -> None:
    everything = Part("111122223333", "eu-west-1")
    older, newer = begin(store, scope={"account": "1"}), begin(store)
    older.plan([everything], [])
    newer.plan([HERE], [])
    write(newer, HERE, [instance("i-1", NO_TEAM), instance("i-2", GOOD)])
    write(older, everything, [instance("i-1", GOOD), instance("i-2", GOOD), instance("i-3", NO_TEAM)])
    older.finish(ScanState.COMPLETE)
    newer.finish(ScanState.COMPLETE)
    assert told(store) == [("i-1", "ml-team", "open"), ("i-3", "ml-team", "open")]


def test_two_scanners_and_a_reader_at_once(url: str, store: Store) -> None:
    places = [Part(f"{number:012}", "eu-west-1", "ec2") for number in range(6)]
    scan(store, {place: {f"i-{number}": NO_TEAM for number in range(20)} for place in places})
    stores = [open_store(url) for _ in range(3)]
    ended: list[int] = []

    def scanner(mine: Store, scope: str, names: range) -> Callable[[], None]:
        def run() -> None:
            estate = {place: {f"i-{number}": NO_TEAM for number in names} for place in places}
            for _ in range(2):
                scan(mine, estate, scope={"organization": scope})
            ended.append(1)

        return run

    def reader() -> None:
        while len(ended) < 2:
            found = list(stores[2].every_finding(Wanted()))
            by_account = {place.account: 0 for place in places}
            for finding in found:
                by_account[finding.account] += 1
            assert set(by_account.values()) <= {20, 30}, "a part is seen whole, or as it was before"
            page = stores[2].findings(Wanted(), limit=7, sort="-last_seen")
            assert len(page.findings) == 7

    raised = at_once(scanner(stores[0], "o-1", range(20)), scanner(stores[1], "o-2", range(10, 40)), reader)
    assert raised == []
    for each in stores:
        each.close()


def test_a_server_that_is_killed_loses_nothing_that_was_acknowledged(
    postgres: Server, own_postgres_url: str
) -> None:
    store = open_store(own_postgres_url)
    run = begin(store)
    run.plan([HERE, THERE], [])
    write(run, HERE, [instance("i-1", NO_TEAM)])
    writer = run.part(THERE)
    writer.add(judged([instance(f"j-{number}", NO_TEAM, THERE) for number in range(5000)]))
    postgres.kill()
    with pytest.raises(StoreError, match="the server cannot be reached"):
        writer.done([], [])
    with pytest.raises(StoreError, match="the server cannot be reached"):
        store.count(Wanted())
    postgres.start()
    assert told(store) == [("i-1", "ml-team", "open")]
    assert run.done_parts() == {HERE}
    write(run, THERE, [instance("j-1", NO_TEAM, THERE)])
    run.finish(ScanState.COMPLETE)
    assert told(store) == [("i-1", "ml-team", "open"), ("j-1", "ml-team", "open")]
    store.close()


def test_the_death_of_a_scanners_connection_is_survived(postgres: Server, own_postgres_url: str) -> None:
    store = open_store(own_postgres_url)
    run = begin(store)
    run.plan([HERE], [])
    writer = run.part(HERE)
    postgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tagward'"
    )
    with pytest.raises(StoreError, match="the server cannot be reached"):
        writer.done([], [])
    write(run, HERE, [instance("i-1", NO_TEAM)])
    run.finish(ScanState.COMPLETE)
    assert told(store, Wanted(life=[Life.OPEN])) == [("i-1", "ml-team", "open")]
    store.close()
