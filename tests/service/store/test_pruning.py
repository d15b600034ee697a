"""Retention: what is old is forgotten, and what says how things stand now never is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tagward_service.store import open_store, schema
from tagward_service.store.interface import Life, Pruned, ScanState, Store, Wanted
from tagward_service.store.tabled import TabledStore
from tests.service.store.stories import GOOD, HERE, NO_TEAM, begin, instance, scan, told, write


def later(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def rows(store: Store) -> dict[str, int]:
    assert isinstance(store, TabledStore)
    with store._database.reading() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in schema.metadata.tables.items()
        }


def test_old_scans_and_resolved_findings_are_forgotten(store: Store) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM, "i-2": NO_TEAM}})
    scan(store, {HERE: {"i-1": NO_TEAM}})
    last = scan(store, {HERE: {"i-1": NO_TEAM}})
    assert store.prune(keep_days=30, now=later(29)) == Pruned(0, 0, 0)
    assert store.prune(keep_days=30, now=later(31)) == Pruned(scans=2, findings=1, snapshots=2)
    assert [each.id for each in store.scans()] == [last]
    assert told(store) == [("i-1", "ml-team", "open")]
    assert len(store.snapshot(last)) == 1
    assert store.prune(keep_days=30, now=later(31)) == Pruned(0, 0, 0)


def test_nothing_is_left_of_what_nothing_names(store: Store) -> None:
    scan(store, {HERE: {"i-1": GOOD | {"ml-team": "Not A Slug"}, "i-2": NO_TEAM}})
    before = rows(store)
    scan(store, {HERE: {"i-2": NO_TEAM}})
    store.prune(keep_days=30, now=later(31))
    after = rows(store)
    for name in ("scan", "part", "finding", "resource", "verdict", "wording", "verdict_wording"):
        assert after[name] < before[name] + (name in ("scan", "part")), name


def test_what_is_being_written_is_kept(store: Store) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM}})
    running = begin(store)
    running.plan([HERE], [])
    writer = running.part(HERE)
    store.prune(keep_days=0, now=later(1))
    assert running.id in [each.id for each in store.scans()]
    writer.done([], [])
    write(running, HERE, [instance("i-1", NO_TEAM)])
    running.finish(ScanState.COMPLETE)
    assert told(store) == [("i-1", "ml-team", "open")]


def test_a_finding_that_was_forgotten_may_come_again(store: Store) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM}})
    scan(store, {HERE: {"i-1": GOOD}})
    store.prune(keep_days=0, now=later(1))
    assert told(store) == []
    scan(store, {HERE: {"i-1": NO_TEAM}})
    (finding,) = store.findings(Wanted(life=tuple(Life))).findings
    assert (finding.life, finding.reopened) == (Life.OPEN, 0)


@pytest.mark.parametrize("leftover", ["9", "12"])
def test_snapshots_that_no_scan_names_are_removed_and_those_of_other_stores_are_not(
    tmp_path: Path, leftover: str
) -> None:
    place = tmp_path / "kept"
    one, other = (open_store(str(tmp_path / name), snapshots=str(place)) for name in ("1.db", "2.db"))
    for store in (one, other):
        scan(store, {HERE: {"i-1": NO_TEAM}})
    (path,) = map(Path, one.snapshot(1))
    orphan = path.parents[1] / leftover / "1-abc.parquet.partial"
    orphan.parent.mkdir()
    orphan.write_text("")
    assert one.prune(keep_days=30, now=later(1)).snapshots == 1
    assert not orphan.parent.exists()
    for store in (one, other):
        assert all(Path(each).exists() for each in store.snapshot(1))
        store.close()
