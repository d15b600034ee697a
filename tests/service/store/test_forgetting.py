"""What was scanned by mistake is forgotten: all of it, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tagward_service.scan.interface import Part
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import clock, open_store
from tagward_service.store.errors import BusyError, QueryError
from tagward_service.store.forget_interface import Forgetting, Forgotten
from tagward_service.store.interface import Life, ScanState, Store, Wanted
from tests.service.store.stories import GOOD, HERE, NO_TEAM, THERE, begin, only, policy, scan, told

SANDBOX = Part("222233334444", "eu-west-1", "ec2")
ESTATE = {HERE: {"a": NO_TEAM}, THERE: {"b": GOOD}, SANDBOX: {"c": NO_TEAM, "d": GOOD}}
MISTAKE = Forgetting("aws", SANDBOX.account)


def resources(store: Store) -> dict[str, int]:
    """Count what coverage counts, by account."""
    tallies = store.tallies([scan.id for scan in store.latest(policy().name)])
    return {each.account: each.compliant + each.violating for each in tallies if each.region == HERE.region}


def test_saying_what_would_be_forgotten_changes_nothing(store: Store) -> None:
    scan(store, ESTATE)

    assert store.forget(MISTAKE, dry=True) == Forgotten(0, 1, 1, (SANDBOX.account,))
    assert resources(store) == {HERE.account: 1, SANDBOX.account: 2}
    assert told(store) == [("a", "ml-team", "open"), ("c", "ml-team", "open")]


def test_a_scan_that_was_interrupted_is_forgotten_by_its_number(store: Store) -> None:
    whole = scan(store, ESTATE)
    interrupted = scan(store, {HERE: {"a": GOOD}}, state=ScanState.INTERRUPTED)
    before = told(store)

    assert store.drop(interrupted, dry=True).id == interrupted
    assert [each.id for each in store.unfinished(policy().name)] == [interrupted]
    assert store.drop(interrupted, dry=False).id == interrupted

    assert [each.id for each in store.scans()] == [whole]
    assert (store.unfinished(policy().name), told(store)) == ([], before)
    scan(store, ESTATE)
    assert told(store) == [("a", "ml-team", "open"), ("c", "ml-team", "open")]


def test_a_scan_that_ended_is_being_written_or_is_not_there_is_not_forgotten_so(store: Store) -> None:
    ended, running = scan(store, ESTATE), begin(store)
    for number, error in ((ended, QueryError), (running.id, BusyError), (99, QueryError)):
        for dry in (True, False):
            with pytest.raises(error):
                store.drop(number, dry=dry)
    assert len(store.scans()) == 2


@pytest.mark.parametrize("days", [10**6, 10**30])
def test_more_days_than_there_were_keep_everything(store: Store, days: int) -> None:
    scan(store, ESTATE)
    assert store.prune(keep_days=days, now=datetime.now(UTC)).scans == 0


def test_an_account_is_forgotten_and_no_other(store: Store) -> None:
    number = scan(store, ESTATE)

    assert store.forget(MISTAKE, dry=False) == Forgotten(0, 1, 1, (SANDBOX.account,))

    assert resources(store) == {HERE.account: 1}
    assert told(store) == [("a", "ml-team", "open"), ("c", "ml-team", "resolved")]
    assert [each.account for each in store.alike(policy().name)] == [HERE.account]
    assert store.scan(number).parts == 2
    assert not store.forget(MISTAKE, dry=True).anything


def test_what_is_forgotten_is_resolved_as_it_was_last_seen_and_by_no_scan(store: Store) -> None:
    number = scan(store, {SANDBOX: {"c": NO_TEAM}})
    before = only(store)

    store.forget(MISTAKE, dry=False)

    kept = only(store)
    assert (kept.life, kept.first_seen, kept.last_seen) == (
        Life.RESOLVED,
        before.first_seen,
        before.last_seen,
    )
    assert kept.resolved_at is not None
    assert store.count(Wanted(life=(Life.RESOLVED,), resolved_in=number)) == 0
    assert store.scans() == []


def test_what_is_scanned_again_is_open_again(store: Store) -> None:
    scan(store, ESTATE)
    store.forget(MISTAKE, dry=False)
    scan(store, ESTATE)

    assert told(store) == [("a", "ml-team", "open"), ("c", "ml-team", "open")]
    assert resources(store) == {HERE.account: 1, SANDBOX.account: 2}


def test_a_whole_cloud_is_forgotten_with_its_scans(store: Store) -> None:
    scan(store, ESTATE)
    scan(store, {HERE: {"a": NO_TEAM}})

    assert store.forget(Forgetting("gcp"), dry=False).anything is False
    assert store.forget(Forgetting("aws"), dry=False).scans == 2
    assert (store.scans(), store.latest(policy().name)) == ([], [])
    assert {life for _, _, life in told(store)} == {"resolved"}


def test_only_what_was_scanned_before_a_day_is_forgotten(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: now - 10 * 24 * 3600 * 1_000_000)
        scan(store, {SANDBOX: {"c": NO_TEAM}}, scope={"accounts": SANDBOX.account})
    scan(store, {HERE: {"a": NO_TEAM}})
    before = datetime.now(UTC) - timedelta(days=5)

    assert store.forget(Forgetting("aws", before=before), dry=False).accounts == (SANDBOX.account,)
    assert told(store) == [("a", "ml-team", "open"), ("c", "ml-team", "resolved")]
    assert resources(store) == {HERE.account: 1}


def test_the_trend_knows_nothing_of_what_is_forgotten(store: Store) -> None:
    scan(store, ESTATE)
    (before,) = store.history(policy().name)
    store.forget(MISTAKE, dry=False)
    (after,) = store.history(policy().name)

    assert before.existed is not None
    assert after.existed is not None
    assert (before.existed.taggable, after.existed.taggable) == (4, 2)


def test_what_could_not_be_read_of_an_account_is_forgotten_with_it(store: Store) -> None:
    run = begin(store)
    denied = [
        NotEvaluated(f"account {SANDBOX.account}", "denied", incomplete=True),
        NotEvaluated(f"account {SANDBOX.account}0", "denied", incomplete=True),
    ]
    run.plan([SANDBOX, HERE], denied)
    run.part(SANDBOX).failed("denied")
    run.part(HERE).done([], [])
    run.finish(ScanState.INCOMPLETE)

    store.forget(MISTAKE, dry=False)

    assert [each.what for each in store.unread(run.id)] == [f"account {SANDBOX.account}0"]


def test_nothing_is_forgotten_while_it_is_scanned(store: Store) -> None:
    scan(store, ESTATE)
    run = begin(store)
    run.plan([SANDBOX], [])

    with pytest.raises(BusyError, match="is being written"):
        store.forget(MISTAKE, dry=False)

    run.finish(ScanState.INTERRUPTED)
    assert store.forget(MISTAKE, dry=False).parts == 2


def test_the_inventory_of_what_is_forgotten_is_deleted(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.db"), snapshots=str(tmp_path / "kept"))
    number = scan(store, ESTATE)
    store.forget(MISTAKE, dry=False)

    left = store.snapshot(number)
    assert (len(left), sorted(map(str, tmp_path.rglob("*.parquet")))) == (2, left)
    store.forget(Forgetting("aws"), dry=False)
    assert list(tmp_path.rglob("*.parquet")) == []
    store.close()


def test_room_is_given_back(store: Store) -> None:
    scan(store, {HERE: {f"vm-{number}": NO_TEAM | {"name": "x" * 200} for number in range(2000)}})
    before = store.about()
    store.forget(Forgetting("aws"), dry=False)
    store.prune(keep_days=0, now=datetime.now(UTC) + timedelta(days=1))
    store.compact()

    assert store.about().size < before.size
    assert told(store) == []
