"""The life of a finding: seen, resolved, reopened, exempt."""

from tagward_service.scan.interface import Part
from tagward_service.scan.schedule import in_shard
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store.interface import Life, ScanState, Store, Wanted
from tests.service.store.stories import (
    GOOD,
    HERE,
    NO_TEAM,
    NO_TEAM_NOR_PROJECT,
    SCOPE,
    THERE,
    begin,
    instance,
    only,
    scan,
    told,
    write,
)


def test_a_finding_is_open_from_its_first_scan_on(store: Store) -> None:
    first = scan(store, {HERE: {"i-1": NO_TEAM, "i-2": GOOD}})
    finding = only(store)
    assert (finding.life, finding.code, finding.tag, finding.reopened) == (Life.OPEN, "TW001", "ml-team", 0)
    assert finding.resource_id == "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"
    assert (finding.name, finding.account, finding.region, finding.service) == (
        "i-1",
        "111122223333",
        "eu-west-1",
        "ec2",
    )
    assert finding.message == "`ml-team` is missing"
    assert finding.first_seen == finding.last_seen
    assert only(store, Wanted(opened_in=first)) == finding
    assert only(store, Wanted(seen_in=first)) == finding


def test_a_finding_that_stays_is_the_same_one_seen_later(store: Store) -> None:
    first = scan(store, {HERE: {"i-1": NO_TEAM}})
    before = only(store)
    second = scan(store, {HERE: {"i-1": NO_TEAM}})
    after = only(store)
    assert (after.id, after.first_seen) == (before.id, before.first_seen)
    assert after.last_seen > before.last_seen
    assert told(store, Wanted(opened_in=first)) == [("i-1", "ml-team", "open")]
    assert told(store, Wanted(opened_in=second)) == []
    assert told(store, Wanted(seen_in=first)) == []
    assert told(store, Wanted(seen_in=second)) == [("i-1", "ml-team", "open")]


def test_a_fixed_finding_is_resolved_and_was_last_seen_before(store: Store) -> None:
    first = scan(store, {HERE: {"i-1": NO_TEAM_NOR_PROJECT}})
    before = store.findings(Wanted()).findings
    second = scan(store, {HERE: {"i-1": NO_TEAM}})
    assert told(store) == [("i-1", "ml-project", "resolved"), ("i-1", "ml-team", "open")]
    resolved = only(store, Wanted(life=[Life.RESOLVED]))
    assert resolved.resolved_at is not None
    assert resolved.last_seen == before[0].last_seen < resolved.resolved_at
    assert only(store, Wanted(life=[Life.RESOLVED], resolved_in=second)) == resolved
    assert only(store, Wanted(life=[Life.RESOLVED], seen_in=first)) == resolved


def test_a_resource_that_is_fixed_or_gone_has_its_findings_resolved(store: Store) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM, "i-2": NO_TEAM, "i-3": NO_TEAM}})
    scan(store, {HERE: {"i-1": GOOD, "i-3": NO_TEAM}})
    assert told(store) == [
        ("i-1", "ml-team", "resolved"),
        ("i-2", "ml-team", "resolved"),
        ("i-3", "ml-team", "open"),
    ]


def test_a_finding_that_comes_back_is_reopened_and_keeps_its_first_day(store: Store) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM}})
    first = only(store)
    for _ in range(2):
        scan(store, {HERE: {"i-1": GOOD}})
        again = scan(store, {HERE: {"i-1": NO_TEAM}})
    finding = only(store)
    assert (finding.id, finding.first_seen, finding.reopened) == (first.id, first.first_seen, 2)
    assert (finding.life, finding.resolved_at) == (Life.OPEN, None)
    assert only(store, Wanted(opened_in=again)) == finding


def test_what_was_not_read_keeps_its_findings_and_when_they_were_seen(store: Store) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM, "i-2": NO_TEAM, "i-3": NO_TEAM}})
    before = only(store, Wanted(text="I-3"))
    run = begin(store)
    run.plan([HERE], [])
    unread = NotEvaluated("one page", "access denied", incomplete=True)
    write(run, HERE, [instance("i-1", NO_TEAM), instance("i-2", GOOD)], unread=[unread])
    run.finish(ScanState.INCOMPLETE)
    assert told(store) == [
        ("i-1", "ml-team", "open"),
        ("i-2", "ml-team", "resolved"),
        ("i-3", "ml-team", "open"),
    ]
    assert only(store, Wanted(text="i-3")).last_seen == before.last_seen
    assert only(store, Wanted(text="i-1")).last_seen > before.last_seen
    assert store.unread(run.id) == [unread]
    scan(store, {HERE: {"i-1": NO_TEAM, "i-3": NO_TEAM}})
    assert only(store, Wanted(text="i-3")).last_seen > before.last_seen


def test_a_part_that_failed_leaves_its_findings_as_they_were(store: Store) -> None:
    scan(store, {HERE: {"i-1": NO_TEAM}, THERE: {"i-9": NO_TEAM}})
    before = store.findings(Wanted()).findings
    run = begin(store)
    run.plan([HERE, THERE], [])
    run.part(HERE).failed("access denied")
    write(run, THERE, [instance("i-9", GOOD, THERE)])
    run.finish(ScanState.INCOMPLETE)
    assert told(store) == [("i-1", "ml-team", "open"), ("i-9", "ml-team", "resolved")]
    assert only(store, Wanted()) == next(each for each in before if each.name == "i-1")
    assert store.unread(run.id) == [
        NotEvaluated("111122223333 eu-west-1 ec2", "access denied", incomplete=True)
    ]


def test_parts_that_are_gone_are_resolved_by_a_complete_scan_only(store: Store) -> None:
    both = {HERE: {"i-1": NO_TEAM}, THERE: {"i-9": NO_TEAM}}
    half = {HERE: {"i-1": NO_TEAM}}
    still_open = [("i-1", "ml-team", "open"), ("i-9", "ml-team", "open")]
    scan(store, both)
    scan(store, half, state=ScanState.INCOMPLETE)
    scan(store, half, scope={"account": "111122223333"})
    assert told(store) == still_open
    scan(store, both)
    scan(store, half)
    assert told(store) == [("i-1", "ml-team", "open"), ("i-9", "ml-team", "resolved")]


def test_parts_that_are_gone_are_resolved_after_a_scan_of_less_too(store: Store) -> None:
    both = {HERE: {"i-1": NO_TEAM}, THERE: {"i-9": NO_TEAM}}
    scan(store, both)
    scan(store, {THERE: {"i-9": NO_TEAM}}, scope=SCOPE | {"regions": "us-east-1"})
    scan(store, {HERE: {"i-1": NO_TEAM}})
    assert told(store) == [("i-1", "ml-team", "open"), ("i-9", "ml-team", "resolved")]


def test_an_account_that_is_gone_is_resolved_by_the_shard_that_it_was_in(store: Store) -> None:
    closed, (mine, other) = Part("444455556666", "eu-west-1", "ec2"), ("1/2", "2/2")
    if not in_shard(closed.account, mine):
        mine, other = other, mine
    scan(store, {closed: {"i-1": NO_TEAM}}, shard=mine)
    scan(store, {}, shard=other)
    assert told(store) == [("i-1", "ml-team", "open")]
    scan(store, {}, shard=mine)
    assert told(store) == [("i-1", "ml-team", "resolved")]


def test_a_resource_that_moves_to_another_part_keeps_its_findings(store: Store) -> None:
    everything = Part("111122223333", "eu-west-1")
    scan(store, {HERE: {"i-1": NO_TEAM}})
    first = only(store)
    scan(store, {everything: {"i-1": NO_TEAM}})
    assert (only(store).id, only(store).life, only(store).first_seen) == (
        first.id,
        Life.OPEN,
        first.first_seen,
    )
    scan(store, {everything: {}})
    assert told(store) == [("i-1", "ml-team", "resolved")]
