"""The fewest fixes that reach a threshold, against trying everything."""

from __future__ import annotations

from itertools import combinations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tagward_service.coverage.fixes import Piece, fewest
from tagward_service.coverage.percent import needed, percent
from tagward_service.report import Summary
from tagward_service.store.interface import Alike, Life, Wrong


def wrong(tag: str, status: str = "violation", life: Life = Life.OPEN, rule: str = "") -> Wrong:
    return Wrong("TW001", rule or f"{tag}/required", tag, status, f"`{tag}` is missing", life)


def alike(resources: int, *tags: str, account: str = "1") -> Alike:
    return Alike("aws", account, resources, tuple(map(wrong, tags)))


def summary(compliant: int, violating: int, exempt: int = 0) -> Summary:
    taggable = compliant + violating + exempt
    return Summary(taggable, taggable, compliant, violating, 0, exempt, 0)


def test_percents_are_rounded_down_and_thresholds_up() -> None:
    assert [percent(2, 3), percent(999_999, 1_000_000), percent(0, 0), percent(5, 5)] == [
        66.6,
        99.9,
        None,
        100,
    ]
    assert [needed(90, 10), needed(90, 11), needed(0, 5), needed(100, 7), needed(33.3, 1000)] == [
        9,
        10,
        0,
        7,
        333,
    ]


def test_a_piece_is_everything_that_is_wrong_with_resources_of_an_account() -> None:
    every = [alike(50, "team"), alike(30, "team", "project"), alike(20, "team", account="2")]
    fixes = fewest(every, summary(0, 100), 80)
    assert fixes.pieces == (
        Piece("aws", "1", ("team",), 50),
        Piece("aws", "1", ("project", "team"), 30),
    )
    assert (fixes.missing, fixes.percent_after, fixes.reachable) == (80, 80.0, True)
    assert fixes.edits == 50 + 20 + 10 * 2


def test_resources_that_are_wrong_in_other_ways_with_the_same_tags_are_one_piece() -> None:
    blank = Alike(
        "aws", "1", 4, (Wrong("TW005", "team/required", "team", "violation", "is blank", Life.OPEN),)
    )
    fixes = fewest([alike(6, "team"), blank], summary(0, 10), 100)
    assert fixes.pieces == (Piece("aws", "1", ("team",), 10),)


def test_nothing_is_to_be_done_when_the_threshold_is_reached() -> None:
    fixes = fewest([alike(10, "team")], summary(90, 10), 90)
    assert (fixes.missing, fixes.pieces, fixes.edits, fixes.percent_after) == (0, (), 0, 90.0)


def test_resources_that_stay_exempt_are_no_piece_of_work() -> None:
    exempt = Alike("aws", "1", 30, (wrong("team"), wrong("run", "exempt", Life.EXEMPT)))
    fixes = fewest([exempt, alike(20, "team")], summary(50, 20, exempt=30), 90)
    assert fixes.pieces == (Piece("aws", "1", ("team",), 20),)
    assert (fixes.reachable, fixes.percent_after, fixes.exempt) == (False, 70.0, 30)


def test_advice_is_no_reason_and_what_has_no_tag_is_named_by_its_rule() -> None:
    advised = Alike("aws", "1", 10, (wrong("cost", "recommended"), wrong("", rule="forbid.keys")))
    notice = Alike("aws", "1", 5, (wrong("team", "notice"),))
    assert fewest([advised, notice], summary(5, 10), 100).pieces == (Piece("aws", "1", ("forbid.keys",), 10),)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_no_fewer_pieces_and_no_fewer_edits_do_it(seed: int) -> None:
    random = Random(seed)
    tags = ("a", "b", "c")
    groups = [
        alike(
            random.randint(1, 6),
            *random.sample(tags, random.randint(1, 3)),
            account=str(random.randint(1, 2)),
        )
        for _ in range(random.randint(1, 6))
    ]
    total = sum(each.resources for each in groups)
    stands = summary(random.randint(0, 10), total)
    fixes = fewest(groups, stands, random.choice([50, 80, 90, 100]))
    merged: dict[tuple[str, tuple[str, ...]], int] = {}
    for each in groups:
        key = (each.account, tuple(sorted(one.tag for one in each.wrong)))
        merged[key] = merged.get(key, 0) + each.resources
    for fewer in range(len(fixes.pieces)):
        best = max((sum(chosen) for chosen in combinations(merged.values(), fewer)), default=0)
        assert best < fixes.missing
    costs = sorted(len(key[1]) for key, resources in merged.items() for _ in range(resources))
    assert fixes.edits == sum(costs[: fixes.missing])
    assert fixes.reachable
