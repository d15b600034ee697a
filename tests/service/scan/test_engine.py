from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Event
from threading import enumerate as enumerate_threads

import pytest

from tagward.loader import load
from tagward_service.scan.engine import Limits, Scanning
from tagward_service.scan.interface import ExpiredError, Found, Part, ReadError
from tagward_service.scan.progress import Silent
from tagward_service.scan.readers import Batch
from tagward_service.scan.running import Asked, Done, scan
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import open_store
from tagward_service.store.interface import Life, ScanState, Store, Wanted
from tests.service.scan.generated import Generated

DAY = date(2026, 11, 21)
POLICY = load("pack:ml-platform", as_of=DAY)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "tagward.db"), snapshots=str(tmp_path / "snapshots"))
    yield opened
    opened.close()


def run(store: Store, source: Generated, *, shard: str = "", limits: Limits | None = None) -> Done:
    return scan(source, store, Asked(POLICY, DAY, limits or Limits(), shard), Silent())


def judged(store: Store, done: Done) -> int:
    return sum(each.compliant + each.violating for each in store.tallies([done.scan]))


def test_every_resource_is_judged_once_and_every_violation_kept(store: Store) -> None:
    done = run(store, Generated(accounts=3, each=30))

    assert done.state is ScanState.COMPLETE
    assert judged(store, done) == 3 * 2 * 30
    found = list(store.every_finding(Wanted()))
    assert {(each.code, each.tag) for each in found} == {("TW001", "ml-team")}
    assert Counter(each.account[-1] for each in found) == {"1": 20, "2": 20, "3": 20}


def test_what_could_not_be_listed_makes_a_scan_incomplete(store: Store) -> None:
    denied = NotEvaluated("account 999", "the role cannot be taken", incomplete=True)

    done = run(store, Generated(unlisted=[denied]))

    assert done.state is ScanState.INCOMPLETE
    assert denied in store.unread(done.scan)


def test_a_part_that_fails_is_tried_again_and_counted_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tagward_service.scan.schedule.FIRST_WAIT", 0.01)
    failures = {"000000000001": 2}

    def throttled(part: Part, number: int) -> Found | None:
        if number == 20 and failures.get(part.account):
            failures[part.account] -= 1
            raise ReadError("throttled", retry=True)
        return None

    done = run(store, Generated(fault=throttled))

    assert done.state is ScanState.COMPLETE
    assert judged(store, done) == 2 * 2 * 30
    assert store.count(Wanted()) == 2 * 2 * 10


@pytest.mark.parametrize(
    ("error", "said"),
    [(ReadError("access denied"), "access denied"), (KeyError("Arn"), "unexpected KeyError: 'Arn'")],
)
def test_a_part_that_cannot_be_read_is_told_and_its_findings_stay(
    store: Store, error: Exception, said: str
) -> None:
    run(store, Generated())

    def denied(part: Part, number: int) -> Found | None:
        if part.account == "000000000002" and number == 25:
            raise error
        return None

    done = run(store, Generated(fault=denied))

    assert done.state is ScanState.INCOMPLETE
    assert {entry.what for entry in store.unread(done.scan)} == {
        "000000000002 eu-west-1 ec2",
        "000000000002 us-east-1 ec2",
    }
    assert all(entry.incomplete and said in entry.why for entry in store.unread(done.scan))
    assert judged(store, done) == 2 * 30
    assert store.count(Wanted()) == 2 * 2 * 10


def test_what_one_part_could_not_read_keeps_its_findings_open(store: Store) -> None:
    run(store, Generated(accounts=1, regions=["eu-west-1"]))

    def partly(part: Part, number: int) -> Found | None:
        return NotEvaluated("snapshots", "access denied", incomplete=True) if number % 3 == 0 else None

    done = run(store, Generated(accounts=1, regions=["eu-west-1"], fault=partly))

    assert done.state is ScanState.INCOMPLETE
    assert store.count(Wanted()) == 10


def test_expired_credentials_end_the_scan_and_a_second_one_goes_on(store: Store) -> None:
    def expires(part: Part, number: int) -> Found | None:
        if part.account == "000000000002":
            raise ExpiredError("the token has expired")
        return None

    first = run(store, Generated(accounts=3, fault=expires), limits=Limits(workers=1))
    again = Generated(accounts=3)
    second = run(store, again)

    assert (first.state, first.ended_by) == (ScanState.INTERRUPTED, "the token has expired")
    assert (second.state, second.scan) == (ScanState.COMPLETE, first.scan)
    assert judged(store, second) == 3 * 2 * 30
    assert len(again.read_parts) < 6


def test_what_a_first_attempt_could_not_read_makes_the_second_one_incomplete_too(store: Store) -> None:
    def partly(part: Part, number: int) -> Found | None:
        if part.account == "000000000002":
            raise ExpiredError("the token has expired")
        return NotEvaluated("aws:ec2:volume", "denied", incomplete=True) if number == 20 else None

    first = run(store, Generated(accounts=2, fault=partly), limits=Limits(workers=1))
    done = run(store, Generated(accounts=2))

    assert (first.state, done.scan) == (ScanState.INTERRUPTED, first.scan)
    assert (done.state, store.scan(done.scan).state) == (ScanState.INCOMPLETE, ScanState.INCOMPLETE)


def test_a_scan_ends_when_its_time_is_used_up_and_keeps_what_is_done(store: Store) -> None:
    done = run(store, Generated(accounts=3), limits=Limits(seconds=0))

    assert done.state is ScanState.INTERRUPTED
    assert done.ended_by == "the time budget is used up"
    assert run(store, Generated(accounts=3)).state is ScanState.COMPLETE


def test_a_cancelled_scan_keeps_the_parts_that_are_done(store: Store) -> None:
    gate = Event()

    def slowly(part: Part, number: int) -> Found | None:
        if part.account == "000000000002":
            gate.wait(60)
        return None

    class Watch(Silent):
        def ended(self, part: Part, why: str | None) -> None:
            watched[0].end("SIGINT arrived")
            gate.set()

    watched: list[Scanning] = []
    source = Generated(fault=slowly, regions=["eu-west-1"], each=1000)
    done = scan(source, store, Asked(POLICY, DAY, Limits()), Watch(), watch=watched.append)

    assert done.state is ScanState.INTERRUPTED
    assert judged(store, done) == 1000
    assert store.scan(done.scan).parts_done == 1


def test_shards_add_up_to_the_whole(store: Store) -> None:
    done = [run(store, Generated(accounts=7), shard=f"{number}/3") for number in (1, 2, 3)]

    assert {each.state for each in done} == {ScanState.COMPLETE}
    assert sum(judged(store, each) for each in done) == 7 * 2 * 30
    assert store.count(Wanted()) == 7 * 2 * 10
    assert len(store.latest(POLICY.name)) == 3


def test_what_is_mended_is_resolved_and_what_comes_back_is_reopened(store: Store) -> None:
    run(store, Generated())
    assert run(store, Generated(each=0)).state is ScanState.COMPLETE
    assert store.count(Wanted(life=(Life.RESOLVED,))) == 40

    run(store, Generated())

    found = list(store.every_finding(Wanted()))
    assert len(found) == 40
    assert {each.reopened for each in found} == {1}


def test_an_account_that_is_not_listed_any_more_is_told_once_before_its_findings_are_resolved(
    store: Store,
) -> None:
    run(store, Generated(accounts=2))

    noticed = run(store, Generated(accounts=1))
    assert noticed.state is ScanState.INCOMPLETE
    assert [each.what for each in store.unread(noticed.scan)] == ["account 000000000002"]
    assert store.count(Wanted()) == 40

    accepted = run(store, Generated(accounts=1))
    assert accepted.state is ScanState.COMPLETE
    assert store.count(Wanted()) == 20


def test_an_account_that_is_denied_is_not_told_twice(store: Store) -> None:
    run(store, Generated(accounts=2))
    denied = NotEvaluated("account 000000000002", "the role cannot be taken", incomplete=True)

    done = run(store, Generated(accounts=1, unlisted=[denied]))

    assert store.unread(done.scan) == [denied]


def test_a_list_that_breaks_off_is_no_empty_inventory(store: Store) -> None:
    run(store, Generated())

    class Broken(Generated):
        def parts(self) -> Iterator[Part | NotEvaluated]:
            yield Part("000000000001", "eu-west-1", "ec2")
            raise ReadError("organizations:ListAccounts is denied")

    done = run(store, Broken())

    assert done.state is ScanState.INCOMPLETE
    assert store.count(Wanted()) == 40


class Denied(Generated):
    """An organization that the caller may not look into."""

    def parts(self) -> Iterator[Part | NotEvaluated]:
        raise ReadError("organizations:ListAccounts is denied")


@pytest.mark.parametrize(
    "source",
    [
        Denied(),
        Generated(
            accounts=0, unlisted=[NotEvaluated("account 1", "the role cannot be taken", incomplete=True)]
        ),
    ],
)
def test_a_scan_that_could_list_nothing_does_not_stand_for_what_exists(
    store: Store, source: Generated
) -> None:
    before = run(store, Generated())

    done = run(store, source)

    assert done.state is ScanState.INTERRUPTED
    assert "nothing could be listed" in done.ended_by
    assert any(each.incomplete for each in store.unread(done.scan))
    assert [scan.id for scan in store.latest(POLICY.name)] == [before.scan]
    assert run(store, Generated()).state is ScanState.COMPLETE


def test_an_empty_inventory_stands_for_what_exists(store: Store) -> None:
    run(store, Generated())

    done = run(store, Generated(each=0))

    assert done.state is ScanState.COMPLETE
    assert [scan.id for scan in store.latest(POLICY.name)] == [done.scan]


def test_when_nothing_can_be_stored_any_more_the_readers_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(scanning: Scanning, batch: Batch) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Scanning, "_judge", full)
    before = set(enumerate_threads())

    with pytest.raises(OSError, match="no space left"):
        run(store, Generated(accounts=4, each=100_000))

    for thread in set(enumerate_threads()) - before:
        thread.join(60)
        assert not thread.is_alive()
