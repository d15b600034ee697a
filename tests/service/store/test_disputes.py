"""Disputes: numbered by policy, decided in the open, and never without their history."""

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest

from tagward_service.store import open_store
from tagward_service.store.dispute_interface import About, DisputeState, DisputesWanted, KeptDispute
from tagward_service.store.errors import QueryError
from tagward_service.store.interface import Store

BUCKET = About(resources=("arn:aws:s3:::lake*",), periods=("2026-10",))
EXCLUDED, REASSIGNED, REJECTED, WITHDRAWN = tuple(DisputeState)[1:]


def opened(store: Store, team: str = "fraud", about: About = BUCKET, policy: str = "ml") -> KeptDispute:
    return store.disputes.open(policy, team, about, reason="not ours", by="ada")


def told(found: KeptDispute) -> list[tuple[str, str, str, str]]:
    return [(each.state.value, each.by, each.reason, each.to) for each in found.history]


def test_a_dispute_begins_open_with_who_said_why(store: Store) -> None:
    found = opened(store)

    assert (found.id, found.team, found.about, found.state) == ("D-1", "fraud", BUCKET, DisputeState.OPEN)
    assert told(found) == [("open", "ada", "not ours", "")]
    assert abs((datetime.now(UTC) - found.opened.at).total_seconds()) < 3600
    assert found.decided is None
    assert store.disputes.get("ml", "d-1") == found


def test_numbers_are_counted_by_policy(store: Store) -> None:
    assert [opened(store, policy=policy).id for policy in ("ml", "ml", "other", "ml")] == [
        "D-1",
        "D-2",
        "D-1",
        "D-3",
    ]


def test_a_decision_counts_until_another_one_and_nothing_of_it_is_forgotten(store: Store, url: str) -> None:
    opened(store)
    store.disputes.change("ml", "D-1", REASSIGNED, reason="it is theirs", by="finops", to="search")
    store.disputes.change("ml", "D-1", EXCLUDED, reason="nobody's after all", by="finops")

    again = open_store(url)
    found = again.disputes.get("ml", "D-1")
    again.close()
    assert (found.state, found.to) == (EXCLUDED, "")
    assert found.decided == found.history[-1]
    assert told(found) == [
        ("open", "ada", "not ours", ""),
        ("reassigned", "finops", "it is theirs", "search"),
        ("excluded", "finops", "nobody's after all", ""),
    ]


@pytest.mark.parametrize(
    ("state", "to", "said"),
    [
        (REASSIGNED, "", "reassigned to a team"),
        (REJECTED, "search", "reassigned to a team"),
        (REASSIGNED, "fraud", "is of `fraud` itself"),
        (DisputeState.OPEN, "", "is open already"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_leaves_no_trace(
    store: Store, state: DisputeState, to: str, said: str
) -> None:
    before = opened(store)
    with pytest.raises(QueryError, match=said):
        store.disputes.change("ml", "D-1", state, reason="r", by="b", to=to)
    assert store.disputes.get("ml", "D-1") == before


def test_what_was_withdrawn_stays_so(store: Store) -> None:
    opened(store)
    store.disputes.change("ml", "D-1", WITHDRAWN, reason="found it", by="ada")
    with pytest.raises(QueryError, match="`D-1` was withdrawn; open a new one"):
        store.disputes.change("ml", "D-1", EXCLUDED, reason="r", by="b")


@pytest.mark.parametrize("name", ["D-2", "D-0", "7", "D-1; --", "D-9999999999999999", "D-\u0661", ""])
def test_a_dispute_that_is_not_there_is_said_to_be_none(store: Store, name: str) -> None:
    opened(store)
    with pytest.raises(QueryError, match=r"there is no dispute|is no id of a dispute"):
        store.disputes.get("ml", name)


def test_a_dispute_is_about_something_and_not_about_everything(store: Store) -> None:
    with pytest.raises(QueryError, match="is about something"):
        opened(store, about=About())
    with pytest.raises(QueryError, match="at most 10,000 things"):
        opened(store, about=About(resources=tuple(f"i-{number}" for number in range(10_001))))


def test_pages_follow_each_other_newest_first_and_lose_nothing(store: Store) -> None:
    for number in range(7):
        opened(store, "fraud" if number % 2 else "search")
    wanted = DisputesWanted("ml")
    names, cursor = list[str](), None
    while True:
        page = store.disputes.page(wanted, limit=3, cursor=cursor)
        names += [each.id for each in page.disputes]
        cursor = page.cursor
        if cursor is None:
            break
    assert names == [f"D-{number}" for number in range(7, 0, -1)]
    assert [each.id for each in store.disputes.every(wanted)] == names
    first = store.disputes.page(wanted, limit=3).cursor
    with pytest.raises(QueryError, match="of another question"):
        store.disputes.page(DisputesWanted("ml", teams=("fraud",)), cursor=first)


def test_disputes_are_filtered_by_who_is_concerned_and_by_state(store: Store) -> None:
    for team in ("fraud", "search", "nlp"):
        opened(store, team)
    store.disputes.change("ml", "D-1", REASSIGNED, reason="r", by="b", to="nlp")

    def names(**wanted: tuple[str, ...]) -> list[str]:
        states = tuple(map(DisputeState, wanted.get("states", ())))
        found = store.disputes.every(DisputesWanted("ml", wanted.get("teams", ()), states))
        return [each.id for each in found]

    assert names(teams=("nlp",)) == ["D-3", "D-1"]
    assert names(teams=("nlp",), states=("open",)) == ["D-3"]
    assert names(states=("open", "reassigned")) == ["D-3", "D-2", "D-1"]
    assert names(teams=("nobody",)) == []


def test_several_who_open_at_once_get_numbers_of_their_own(store: Store) -> None:
    barrier, names = Barrier(4), list[str]()

    def run() -> None:
        barrier.wait()
        names.append(opened(store).id)

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names) == ["D-1", "D-2", "D-3", "D-4"]


def test_hostile_words_are_kept_as_words(store: Store) -> None:
    words = "'; DROP TABLE dispute --\0\ud800\U0001f4a9"
    found = opened(store, words, About(resources=(words,)), policy="ml")
    assert found.team == found.about.resources[0] == "'; DROP TABLE dispute --\u2400?\U0001f4a9"
    assert store.disputes.get("ml", "D-1") == found
