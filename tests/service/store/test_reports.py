from datetime import UTC, date, datetime, timedelta

from tagward_service.store import open_store
from tagward_service.store.interface import Store

DAY = date(2026, 11, 21)


def test_the_newest_day_is_given_whatever_came_last(store: Store) -> None:
    store.keep_report("costs", "ml", DAY, b'{"new": 1}')
    store.keep_report("costs", "ml", DAY - timedelta(1), b"{}")

    found = store.report("costs", "ml")

    assert found
    assert (found.as_of, found.content) == (DAY, b'{"new": 1}')
    assert abs(found.made_at - datetime.now(UTC)) < timedelta(hours=1)


def test_a_day_is_told_anew(store: Store) -> None:
    store.keep_report("costs", "ml", DAY, b"first")
    store.keep_report("costs", "ml", DAY, b"second")

    found = store.report("costs", "ml")

    assert found
    assert found.content == b"second"


def test_kinds_and_policies_are_kept_apart(store: Store) -> None:
    store.keep_report("costs", "ml", DAY, b"c")
    store.keep_report("showback", "ml", DAY, b"s")

    assert store.report("costs", "other") is None
    found = [store.report(kind, "ml") for kind in ("costs", "showback")]
    assert [each.content for each in found if each] == [b"c", b"s"]


def test_old_reports_are_forgotten_but_never_the_newest(store: Store, url: str) -> None:
    store.keep_report("costs", "ml", DAY, b"old")
    store.keep_report("costs", "ml", DAY + timedelta(1), b"new")

    store.prune(keep_days=0, now=datetime.now(UTC) + timedelta(days=1))

    again = open_store(url)
    found = again.report("costs", "ml")
    again.close()
    assert found
    assert found.content == b"new"
