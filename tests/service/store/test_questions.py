"""Questions: filters, sorts, pages that stay right while scans go on, tallies, what is the latest."""

from collections.abc import Callable
from contextlib import suppress
from operator import attrgetter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tagward.findings import SEVERITIES
from tagward_service.scan.interface import Part
from tagward_service.sources.interface import NotEvaluated
from tagward_service.store import cursors
from tagward_service.store.errors import QueryError
from tagward_service.store.interface import (
    OTHER,
    SORTS,
    KeptFinding,
    Life,
    ScanState,
    Store,
    TagTally,
    Tally,
    Wanted,
)
from tests.service.store.stories import (
    GOOD,
    HERE,
    NO_TEAM,
    NO_TEAM_NOR_PROJECT,
    SCOPE,
    THERE,
    begin,
    bucket,
    instance,
    policy,
    scan,
    told,
    write,
)

WRONG = GOOD | {"ml-team": "Not a slug", "ml-environment": "production"}
ESTATE: dict[Part, dict[str, dict[str, str]]] = {
    HERE: {f"i-{number}": NO_TEAM_NOR_PROJECT for number in range(5)} | {"I-x": WRONG},
    THERE: {f"j-{number}": NO_TEAM for number in range(4)} | {"j-ok": GOOD},
    Part("222233334444", "eu-west-1", "ec2"): {"k-1": {}},
}

KEYS: dict[str, Callable[[KeptFinding], object]] = {
    "severity": lambda finding: SEVERITIES.index(finding.severity),
    "resource_id": lambda finding: finding.resource_id.encode(),
}


def paged(store: Store, wanted: Wanted, sort: str, limit: int) -> list[KeptFinding]:
    """Follow the cursors to the end."""
    found: list[KeptFinding] = []
    cursor = None
    while True:
        page = store.findings(wanted, sort=sort, limit=limit, cursor=cursor)
        assert len(page.findings) <= limit
        found += page.findings
        cursor = page.cursor
        if cursor is None:
            return found


def test_pages_in_every_order_give_every_finding_once(store: Store) -> None:
    scan(store, ESTATE)
    scan(store, ESTATE | {THERE: {"j-1": NO_TEAM}})
    wanted = Wanted(life=tuple(Life))
    by_id = sorted(store.every_finding(wanted), key=lambda finding: finding.id)
    assert len(by_id) == store.count(wanted) == 20
    for name in SORTS:
        key = KEYS.get(name, attrgetter(name))
        for sign in ("", "-"):
            expected = sorted(by_id, key=key, reverse=bool(sign))
            assert paged(store, wanted, sign + name, 3) == expected, sign + name
            assert paged(store, wanted, sign + name, 20) == expected, sign + name


def test_pages_stay_right_while_scans_go_on(store: Store) -> None:
    scan(store, ESTATE)
    before = [finding.id for finding in store.every_finding(Wanted())]
    first = store.findings(Wanted(), limit=5)
    scan(store, ESTATE | {HERE: {**ESTATE[HERE], "a-new": NO_TEAM}})
    ids = [finding.id for finding in first.findings]
    cursor = first.cursor
    while cursor:
        page = store.findings(Wanted(), limit=5, cursor=cursor)
        ids += [finding.id for finding in page.findings]
        cursor = page.cursor
    assert len(ids) == len(set(ids))
    assert set(before) <= set(ids)


FILTERS: list[tuple[Wanted, int]] = [
    (Wanted(), 20),
    (Wanted(policy="ml-platform"), 20),
    (Wanted(policy="other"), 0),
    (Wanted(clouds=["aws"]), 20),
    (Wanted(clouds=["gcp"]), 0),
    (Wanted(accounts=["222233334444"]), 4),
    (Wanted(accounts=["222233334444", "111122223333"], regions=["us-east-1"]), 4),
    (Wanted(services=["ec2"], types=["aws:ec2:instance"]), 20),
    (Wanted(namespaces=["default"]), 0),
    (Wanted(codes=["TW002", "TW003"]), 2),
    (Wanted(tags=["ml-project"]), 6),
    (Wanted(severities=["warning"]), 0),
    (Wanted(text="I-X"), 2),
    (Wanted(text="us-east-1"), 4),
    (Wanted(text="%"), 0),
    (Wanted(life=[Life.RESOLVED, Life.EXEMPT]), 0),
    (Wanted(life=()), 20),
]


def test_filters_leave_what_was_asked_for(store: Store) -> None:
    scan(store, ESTATE)
    for wanted, count in FILTERS:
        found = store.findings(wanted, limit=100).findings
        assert (len(found), store.count(wanted)) == (count, count), wanted
        assert sorted(found, key=lambda each: each.id) == sorted(
            store.every_finding(wanted), key=lambda each: each.id
        )


def test_a_sort_or_a_cursor_that_is_none_is_refused(store: Store) -> None:
    scan(store, ESTATE)
    cursor = store.findings(Wanted(), limit=2, sort="tag").cursor
    with pytest.raises(QueryError, match="cannot be sorted by `size`; sort by one of id, first_seen"):
        store.findings(Wanted(), sort="size")
    with pytest.raises(QueryError, match="the cursor is of another question"):
        store.findings(Wanted(), sort="-tag", cursor=cursor)
    with pytest.raises(QueryError, match="the cursor is of another question"):
        store.findings(Wanted(tags=["ml-team"]), sort="tag", cursor=cursor)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cursor=st.one_of(st.text(), st.binary().map(lambda each: each.decode("latin-1"))))
def test_no_cursor_of_a_stranger_does_harm(store: Store, cursor: str) -> None:
    with pytest.raises(QueryError, match="the cursor is"):
        store.findings(Wanted(), cursor=cursor)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(value=st.one_of(st.integers(), st.text()), number=st.integers(), sort=st.sampled_from(SORTS))
def test_no_forged_cursor_does_harm(store: Store, value: int | str, number: int, sort: str) -> None:
    forged = cursors.write(cursors.Place(cursors.question(Wanted(), sort), value, number))
    with suppress(QueryError):
        assert store.findings(Wanted(), sort=sort, cursor=forged).findings == ()


@pytest.mark.parametrize("number", [-1, 10**30])
def test_a_number_that_is_none_finds_nothing(store: Store, number: int) -> None:
    scan(store, ESTATE)
    assert store.count(Wanted(seen_in=number)) == 0
    assert store.unread(number) == []
    with pytest.raises(QueryError):
        store.scan(number)


def test_a_scan_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(QueryError, match="there is no scan 7 in this store"):
        store.scan(7)


def test_scans_are_listed_newest_first(store: Store) -> None:
    first, second = scan(store, ESTATE), scan(store, ESTATE, state=ScanState.INCOMPLETE)
    running = begin(store, scope={"organization": "o-2"})
    assert [(each.id, each.state) for each in store.scans()] == [
        (running.id, ScanState.RUNNING),
        (second, ScanState.INCOMPLETE),
        (first, ScanState.COMPLETE),
    ]
    assert [each.id for each in store.scans(limit=1)] == [running.id]
    assert store.scans(cloud="gcp") == store.scans(policy="other") == []
    kept = store.scan(first)
    assert (kept.cloud, kept.scope, kept.shard, kept.policy_name) == (
        "aws",
        {"organization": "o-1"},
        "",
        "ml-platform",
    )
    assert (kept.parts, kept.parts_done) == (3, 3)
    assert kept.finished_at is not None
    assert kept.started_at < kept.finished_at
    running.finish(ScanState.INTERRUPTED)
    assert store.scan(running.id).finished_at is None


def test_the_latest_scans_say_together_what_exists(store: Store) -> None:
    scan(store, ESTATE)
    halves = [scan(store, {HERE: {}}, shard=f"{number}/2") for number in (1, 2)]
    other = scan(store, ESTATE, scope={"organization": "o-2"})
    assert [each.id for each in store.latest("ml-platform")] == [other, *reversed(halves)]
    begin(store).finish(ScanState.INTERRUPTED)
    again = scan(store, {HERE: {}}, shard="1/2")
    assert [each.id for each in store.latest("ml-platform")] == [again, other, halves[1]]
    thirds = [scan(store, {HERE: {}}, shard=f"{number}/3") for number in (1, 2, 3)]
    assert [each.id for each in store.latest("ml-platform")] == [*reversed(thirds), other]
    whole = scan(store, ESTATE, state=ScanState.INCOMPLETE)
    assert [each.id for each in store.latest("ml-platform")] == [whole, other]
    assert store.latest("other") == []


def test_a_scan_stands_until_newer_ones_have_told_all_of_it_anew(store: Store) -> None:
    org, less = {"organization": "o-1"}, {"organization": "o-1", "regions": "eu-west-1"}
    whole, part = scan(store, ESTATE, scope=org), scan(store, {HERE: {}}, scope=less)
    assert [each.id for each in store.latest("ml-platform")] == [part, whole]
    first = scan(store, ESTATE, scope=org, shard="1/2")
    assert [each.id for each in store.latest("ml-platform")] == [first, part, whole]
    second = scan(store, ESTATE, scope=org, shard="2/2")
    assert [each.id for each in store.latest("ml-platform")] == [second, first]


def test_a_scan_of_some_of_a_list_stands_until_one_of_the_list_is_there(store: Store) -> None:
    some, more = ({"accounts": accounts} for accounts in ("111122223333,2", "1,2,111122223333"))
    first = scan(store, {HERE: {}}, scope=some)
    other = scan(store, {HERE: {}}, scope={"accounts": "111122223333,4"})
    assert [each.id for each in store.latest("ml-platform")] == [other, first]
    assert scan(store, {HERE: {}}, scope=more) == store.latest("ml-platform")[0].id
    assert [each.id for each in store.latest("ml-platform")] == [other + 1, other]


def test_what_a_scan_could_not_read_is_made_up_for_by_one_of_another_scope_that_read_it(store: Store) -> None:
    missing = [NotEvaluated("aws:sqs:queue in 111122223333 eu-west-1", "denied", incomplete=True)]
    narrow = begin(store, scope={"accounts": "111122223333"})
    narrow.plan([HERE], [])
    write(narrow, HERE, [instance("i-1", GOOD)], unread=missing)
    narrow.finish(ScanState.INCOMPLETE)
    elsewhere = scan(store, {THERE: {}})
    assert [each.id for each in store.latest("ml-platform")] == [elsewhere, narrow.id]
    whole = scan(store, {HERE: {"i-1": GOOD}, THERE: {}})
    assert [each.id for each in store.latest("ml-platform")] == [whole]


def test_an_account_that_could_not_be_listed_is_made_up_for_by_nothing_but_its_scope(store: Store) -> None:
    narrow = begin(store, scope={"accounts": "111122223333,999988887777"})
    narrow.plan([HERE], [NotEvaluated("account 999988887777", "denied", incomplete=True)])
    write(narrow, HERE, [])
    narrow.finish(ScanState.INCOMPLETE)
    whole = scan(store, {HERE: {}, THERE: {}})
    assert [each.id for each in store.latest("ml-platform")] == [whole, narrow.id]
    again = scan(store, {HERE: {}}, scope={"accounts": "111122223333,999988887777"})
    assert [each.id for each in store.latest("ml-platform")] == [again, whole]


def test_a_part_that_several_scans_have_read_counts_as_the_newest_saw_it(store: Store) -> None:
    both = {HERE: {"i-1": NO_TEAM}, THERE: {"i-9": NO_TEAM, "i-8": GOOD}}
    whole = scan(store, both)
    part = scan(store, {HERE: {"i-1": GOOD, "i-2": GOOD}}, scope=SCOPE | {"regions": "eu-west-1"})
    found = {each.region: (each.compliant, each.violating) for each in store.tallies([part, whole])}
    assert found == {"eu-west-1": (2, 0), "us-east-1": (1, 1)}
    teams = [each for each in store.tag_tallies([whole, part]) if each.tag == "ml-team"]
    assert sum(each.resources for each in teams) == 4


def test_a_narrower_scan_in_parts_of_its_own_replaces_what_it_read_and_no_more(store: Store) -> None:
    inventory = replace(HERE, service="config")
    run = begin(store)
    run.plan([inventory], [])
    write(run, inventory, [instance("i-1", NO_TEAM), instance("i-2", GOOD), bucket("b-1", NO_TEAM)])
    run.finish(ScanState.COMPLETE)
    narrow = scan(store, {HERE: {"i-1": GOOD}}, scope=SCOPE | {"services": "ec2"})

    counted = [scan.id for scan in store.latest(policy().name)]
    assert counted == [narrow, run.id]
    assert [(each.service, each.compliant, each.violating) for each in store.tallies(counted)] == [
        ("ec2", 1, 0),
        ("s3", 0, 1),
    ]
    teams = {each.value: each.resources for each in store.tag_tallies(counted) if each.tag == "ml-team"}
    assert teams == {"fraud-detection": 1, "": 1}


def test_a_part_that_a_newer_scan_could_not_read_is_replaced_by_nothing(store: Store) -> None:
    wide = scan(store, {HERE: {"i-1": NO_TEAM}})
    run = begin(store, scope=SCOPE | {"services": "ec2"})
    run.plan([HERE], [])
    run.part(HERE).failed("access denied")
    run.finish(ScanState.INCOMPLETE)

    assert [each.violating for each in store.tallies([run.id, wide])] == [1]


def test_tallies_are_summed_over_parts_and_scans(store: Store) -> None:
    elsewhere = Part("333344445555", "eu-west-1", "ec2")
    one, two = scan(store, ESTATE), scan(store, {elsewhere: {"i-1": GOOD}})
    rest = ("eu-west-1", "ec2", "aws:ec2:instance")
    assert store.tallies([two]) == [Tally("aws", elsewhere.account, *rest, compliant=1)]
    assert store.tallies([one, two])[0] == Tally("aws", "111122223333", *rest, violating=6)
    assert len(store.tallies([one, two])) == 4
    assert store.tallies([]) == []
    assert store.tag_tallies([]) == []


def test_tag_tallies_are_summed_and_rare_values_are_gathered(store: Store) -> None:
    run = begin(store)
    run.plan([HERE, THERE], [])
    place = ("aws", "111122223333", "eu-west-1", "ml-team")
    for part in (HERE, THERE):
        values = [TagTally(*place, f"team-{number:04}", 1, 1, 1, 1, 0) for number in range(1500)]
        common = TagTally(*place, "common", 5, 5, 5, 4, 3)
        run.part(part).done([], [*values, common, TagTally(*place, "", 2, 2, 0, 0, 0)])
    found = {each.value: each for each in store.tag_tallies([run.id])}
    assert found["common"] == TagTally(*place, "common", 10, 10, 10, 8, 6)
    assert found[""] == TagTally(*place, "", 4, 4, 0, 0, 0)
    assert len(found) == 1000 + 2
    assert found[OTHER] == TagTally(*place, OTHER, 1002, 1002, 1002, 1002, 0)
    assert told(store) == []
