"""The gaps of the newest bill: filters, sorts, pages, exact sums, and what becomes of older ones."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Context, Decimal

import pytest

from tagward_service.store.gap_interface import GapChoices, GapSort, GapsWanted, KeptGap, OpenFinding
from tagward_service.store.interface import Store

DAY = date(2026, 11, 21)
ALL = GapsWanted()


def gap(resource: str, cost: str, **more: object) -> KeptGap:
    told = {"cloud": "aws", "provider": "AWS", "account": "1", "account_name": "one", "service": "EC2"}
    kept = {"resource": resource, "name": "", "cost": cost, "billed": cost, "exempt": "0", **told, **more}
    return KeptGap(**kept)  # type: ignore[arg-type]


FOUND = OpenFinding(7, "TW001", "ml-team", DAY)
GAPS = (
    gap("i-1", "12345678901234567890.000000000000000001", missing=("ml-team",), wrong=("ml-project",)),
    gap("i-2", "30.5", account="2", account_name="", service="S3", scan="findings", findings=(FOUND,)),
    gap("Ärger-3", "0.1", cloud="azure", service="VM", wrong=("ml-team",), scan="never", name="Straße"),
    gap("i-4", "0.1", missing=("ml-team-lead",), scan="none"),
    gap("i-5", "-2", service="S3", missing=("my tag",)),
)


def keep(store: Store, gaps: Sequence[KeptGap], day: date = DAY, policy: str = "ml") -> None:
    store.keep_report("costs", policy, day, b"{}", gaps)


def ids(store: Store, wanted: GapsWanted = ALL, sort: GapSort = "-cost") -> list[str]:
    page = store.gaps.page("ml", wanted, sort, limit=100)
    assert list(page.gaps) == list(store.gaps.every("ml", wanted, sort))
    assert page.count == len(page.gaps)
    return [each.resource for each in page.gaps]


def test_they_come_back_as_they_were_the_dearest_first(store: Store) -> None:
    keep(store, GAPS)
    page = store.gaps.page("ml", ALL, "-cost", limit=100)
    assert page.gaps == GAPS
    exact = Context(prec=100)
    whole = Decimal(0)
    for each in GAPS:
        whole = exact.add(whole, Decimal(each.cost))
    assert exact.compare(Decimal(page.cost), whole) == 0


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (GapsWanted(cloud="azure"), ["Ärger-3"]),
        (GapsWanted(account="2"), ["i-2"]),
        (GapsWanted(service="S3"), ["i-2", "i-5"]),
        (GapsWanted(tag="ml-team"), ["i-1", "Ärger-3"]),
        (GapsWanted(tag="ml-team", cloud="aws"), ["i-1"]),
        (GapsWanted(tag="my tag"), ["i-5"]),
        (GapsWanted(tag="tag"), []),
        (GapsWanted(scan="never"), ["Ärger-3"]),
        (GapsWanted(text="ÄRGER"), ["Ärger-3"]),
        (GapsWanted(text="strasse"), ["Ärger-3"]),
        (GapsWanted(text="I-"), ["i-1", "i-2", "i-4", "i-5"]),
        (GapsWanted(text="%"), []),
        (GapsWanted(text="\0"), []),
        (GapsWanted(resource="i-4"), ["i-4"]),
    ],
)
def test_filters_keep_what_they_name(store: Store, wanted: GapsWanted, found: list[str]) -> None:
    keep(store, GAPS)
    assert ids(store, wanted) == found


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("cost", ["i-5", "i-4", "Ärger-3", "i-2", "i-1"]),
        ("account", ["i-1", "Ärger-3", "i-4", "i-5", "i-2"]),
        ("-service", ["Ärger-3", "i-2", "i-5", "i-1", "i-4"]),
        ("resource", ["i-1", "i-2", "i-4", "i-5", "Ärger-3"]),
        ("scan", ["i-1", "i-5", "i-2", "Ärger-3", "i-4"]),
    ],
)
def test_sorts_end_with_the_cost(store: Store, sort: GapSort, found: list[str]) -> None:
    keep(store, GAPS)
    assert ids(store, sort=sort) == found


def test_pages_follow_each_other_and_the_sums_are_of_all(store: Store) -> None:
    keep(store, GAPS)
    pages = [store.gaps.page("ml", ALL, "service", limit=2, offset=start) for start in (0, 2, 4, 6)]
    assert [len(each.gaps) for each in pages] == [2, 2, 1, 0]
    assert len({each.resource for page in pages for each in page.gaps}) == 5
    assert len({(each.count, each.cost) for each in pages}) == 1


def test_only_those_of_the_newest_bill_stay(store: Store) -> None:
    keep(store, GAPS[:2])
    keep(store, GAPS, DAY - timedelta(1))
    keep(store, GAPS[3:], policy="other")
    assert ids(store) == ["i-1", "i-2"]
    keep(store, GAPS[2:3])
    assert ids(store) == ["Ärger-3"]
    keep(store, [], DAY + timedelta(1))
    assert ids(store) == []
    assert store.gaps.page("other", ALL, "-cost", limit=9).count == 2


def test_choices_are_what_there_is(store: Store) -> None:
    assert store.gaps.choices("ml") == GapChoices()
    keep(store, GAPS)
    assert store.gaps.choices("ml") == GapChoices(
        (("1", "one"), ("2", "2")), ("EC2", "S3", "VM"), ("", "findings", "never", "none")
    )


def test_hostile_words_are_kept_as_words(store: Store) -> None:
    keep(store, [gap("a\0b\ud800", "1", name="'; DROP TABLE gap; --", missing=("x",))])
    (found,) = store.gaps.page("ml", GapsWanted(text="drop table"), "-cost", limit=9).gaps
    assert found.name == "'; DROP TABLE gap; --"
