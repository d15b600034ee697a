from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.errors import UsageError
from tagward_service.showback.allocating import Usage, allocate
from tagward_service.showback.charges import Charge, Cost, Place
from tagward_service.showback.rules import Metric, Rule, Source
from tagward_service.showback.splitting import split

MONTH = ("2026-10", "USD")


def direct(team: str, amount: str, project: str = "") -> Cost:
    return Cost(Place(*MONTH, team, project), Decimal(amount))


def pooled(pool: str, amount: str) -> Cost:
    return Cost(Place(*MONTH), Decimal(amount), pool=pool)


def rule(name: str, method: Any, **settings: Any) -> Rule:
    return Rule(name, Source(), method, **settings)


def by_team(charges: list[Charge], kind: str) -> dict[str, str]:
    return {charge.place.team: f"{charge.amount.normalize():f}" for charge in charges if charge.kind == kind}


def total(amounts: Any) -> Decimal:
    return sum((each.amount for each in amounts), Decimal(0))


def test_direct_costs_stay_where_they_are() -> None:
    charges = allocate([direct("fraud", "10", "cards"), direct("fraud", "2.5", "loans")], (), {})

    assert [(c.kind, c.place.project, c.amount) for c in charges] == [
        ("direct", "cards", Decimal(10)),
        ("direct", "loans", Decimal("2.5")),
    ]


def test_an_even_pool_is_split_alike_among_all_who_have_direct_costs() -> None:
    charges = allocate([direct("a", "1"), direct("b", "99"), pooled("eks", "10")], [rule("eks", "even")], {})

    assert by_team(charges, "shared") == {"a": "5", "b": "5"}


def test_a_fixed_pool_is_split_by_its_shares_with_the_rest_at_the_largest() -> None:
    shares = {"a": Decimal(1), "b": Decimal(1), "c": Decimal(1)}

    charges = allocate([pooled("s", "1")], [rule("s", "fixed", shares=shares)], {})

    assert by_team(charges, "shared") == {"a": "0.3333333334", "b": "0.3333333333", "c": "0.3333333333"}
    assert {charge.rule for charge in charges} == {"s"}


def test_a_proportional_pool_follows_direct_costs_and_no_credit_turns_it_round() -> None:
    costs = [direct("a", "30"), direct("b", "10"), direct("c", "-5"), pooled("support", "4")]

    charges = allocate(costs, [rule("support", "proportional")], {})

    assert by_team(charges, "shared") == {"a": "3", "b": "1"}


def test_a_metric_pool_follows_usage_of_its_month_mapped_and_weighed() -> None:
    usage: Usage = {
        ("2026-10", "cpu"): {"ns-a": Decimal(10), "b": Decimal(10)},
        ("2026-10", "gpu"): {"b": Decimal(1)},
        ("2026-09", "cpu"): {"z": Decimal(1000)},
    }
    metric = Metric(weights={"cpu": Decimal(1), "gpu": Decimal(20)}, map={"ns-a": "a"})

    charges = allocate([pooled("k8s", "40")], [rule("k8s", "metric", metric=metric)], usage)

    assert by_team(charges, "shared") == {"a": "10", "b": "30"}


def test_without_usage_a_fallback_decides_and_without_one_nobody_gets_it() -> None:
    costs = [direct("a", "1"), direct("b", "1"), pooled("k8s", "4")]
    metric = Metric(name="cpu")

    fallen = allocate(costs, [rule("k8s", "metric", metric=metric, fallback="even")], {})
    left = allocate(costs, [rule("k8s", "metric", metric=metric)], {})

    assert by_team(fallen, "shared") == {"a": "2", "b": "2"}
    assert by_team(left, "shared") == {}
    assert [(c.amount, c.reason) for c in left if c.kind == "unallocated"] == [
        (Decimal(4), "pool k8s: no way to split it was left")
    ]


def test_a_pool_may_feed_another_whichever_is_written_first() -> None:
    rules = [
        rule("platform", "even"),
        rule("network", "fixed", shares={"pool:platform": Decimal(1), "a": Decimal(1)}),
    ]
    costs = [direct("a", "1"), direct("b", "1"), pooled("network", "8"), pooled("platform", "2")]

    charges = allocate(costs, rules, {})

    shared = [(c.rule, c.place.team, f"{c.amount.normalize():f}") for c in charges if c.kind == "shared"]
    assert shared == [("network", "a", "4"), ("platform", "a", "3"), ("platform", "b", "3")]


def test_pools_in_a_circle_are_refused_by_name() -> None:
    rules = [
        rule("x", "fixed", shares={"pool:y": Decimal(1)}),
        rule("y", "fixed", shares={"pool:x": Decimal(1)}),
    ]

    with pytest.raises(UsageError, match=r"in a circle: (x -> y -> x|y -> x -> y)"):
        allocate([], rules, {})


def test_a_pool_that_is_not_there_cannot_be_fed() -> None:
    with pytest.raises(UsageError, match="`x` feeds `pool:nowhere`"):
        allocate([], [rule("x", "fixed", shares={"pool:nowhere": Decimal(1)})], {})


def test_pools_may_feed_each_other_three_deep_to_the_last_digit() -> None:
    rules = [
        rule("c", "even"),
        rule("b", "fixed", shares={"pool:c": Decimal(1), "a": Decimal(2)}),
        rule("a", "fixed", shares={"pool:b": Decimal(1), "pool:c": Decimal(1), "x": Decimal(1)}),
    ]
    costs = [
        direct("x", "1"),
        direct("y", "1"),
        direct("z", "1"),
        pooled("a", "0.0000000001"),
        pooled("b", "1"),
    ]

    charges = allocate(costs, rules, {})

    assert total(charges) == total(costs)
    assert {charge.kind for charge in charges} == {"direct", "shared"}
    assert {charge.rule for charge in charges if charge.place.team == "y"} == {"", "c"}


def test_a_team_that_is_called_like_a_pool_is_none() -> None:
    metric = Metric(name="cpu")
    costs = [direct("pool:b", "1"), direct("x", "1"), pooled("a", "4"), pooled("b", "2"), pooled("c", "2")]
    usage: Usage = {("2026-10", "cpu"): {"pool:nowhere": Decimal(1), "x": Decimal(1)}}

    charges = allocate(
        costs, [rule("a", "even"), rule("b", "proportional"), rule("c", "metric", metric=metric)], usage
    )

    assert [(c.rule, c.place.team, int(c.amount)) for c in charges if c.kind == "shared"] == [
        ("a", "pool:b", 2),
        ("b", "pool:b", 1),
        ("c", "pool:nowhere", 1),
        ("a", "x", 2),
        ("b", "x", 1),
        ("c", "x", 1),
    ]
    assert total(charges) == total(costs)


def test_usage_of_nobody_is_left_out_unless_somebody_takes_it() -> None:
    usage: Usage = {
        ("2026-10", "cpu"): {"__idle__": Decimal(90), "a": Decimal(1), "b": Decimal(1)},
        ("2026-10", "gpu"): {"__unallocated__": Decimal(1)},
    }
    taken = Metric(name="cpu", map={"__idle__": "a"})

    def shared(metric: Metric) -> dict[str, str]:
        costs = [direct("a", "1"), pooled("k8s", "184")]
        found = allocate(costs, [rule("k8s", "metric", metric=metric, fallback="even")], usage)
        return by_team(found, "shared")

    assert shared(Metric(name="cpu")) == {"a": "92", "b": "92"}
    assert shared(taken) == {"a": "182", "b": "2"}
    assert shared(Metric(name="gpu")) == {"a": "184"}


def test_a_pool_of_credits_is_split_as_one_of_costs_is() -> None:
    costs = [direct("a", "1"), direct("b", "3"), pooled("refund", "-8")]

    charges = allocate(costs, [rule("refund", "proportional")], {})

    assert by_team(charges, "shared") == {"a": "-2", "b": "-6"}


def test_weights_of_nothing_split_nothing() -> None:
    shares = {"a": Decimal(0), "b": Decimal(0)}
    rules = [rule("fixed", "fixed", shares=shares), rule("even", "even")]

    charges = allocate([pooled("fixed", "3"), pooled("even", "4")], rules, {})

    assert [(c.kind, int(c.amount), c.reason) for c in charges] == [
        ("unallocated", 4, "pool even: no way to split it was left"),
        ("unallocated", 3, "pool fixed: no way to split it was left"),
    ]


def test_unallocated_costs_are_lines_of_their_own_by_reason() -> None:
    costs = [
        Cost(Place(*MONTH), Decimal(3), reason="no ml-team"),
        Cost(Place(*MONTH), Decimal(-1), reason="credit"),
    ]

    charges = allocate(costs, (), {})

    assert [(c.kind, c.reason, c.amount) for c in charges] == [
        ("unallocated", "credit", Decimal(-1)),
        ("unallocated", "no ml-team", Decimal(3)),
    ]


MONEY = st.decimals(-10_000_000, 10_000_000, places=10)
TEAMS = st.sampled_from(["", "a", "b", "c", "d"])
POOLS = ("p0", "p1", "p2", "p3")


@st.composite
def bills(draw: st.DrawFn) -> list[Cost]:
    one = st.builds(
        Cost,
        st.builds(
            Place, st.sampled_from(["2026-09", "2026-10"]), st.sampled_from(["USD", "EUR"]), TEAMS, TEAMS
        ),
        MONEY,
        st.sampled_from(["", "", *POOLS]),
        st.sampled_from(["untagged", "tax"]),
        st.sampled_from(["", "", "D-1", "D-2"]),
    )
    return draw(st.lists(one, max_size=40))


@st.composite
def rule_sets(draw: st.DrawFn) -> list[Rule]:
    weights = st.decimals(0, 1000, places=3)
    rules = []
    for index, name in enumerate(POOLS):
        targets = ["a", "b", "c", *(f"pool:{each}" for each in POOLS[index + 1 :])]
        shares = draw(st.dictionaries(st.sampled_from(targets), weights, max_size=4))
        method = draw(st.sampled_from(["even", "fixed", "proportional", "metric"]))
        fallback = draw(st.sampled_from([{}, {"fallback": "even"}, {"fallback": "proportional"}]))
        rules.append(rule(name, method, shares=shares, metric=Metric(name="m"), **fallback))
    return draw(st.permutations(rules))


USAGE = st.dictionaries(
    st.tuples(st.sampled_from(["2026-09", "2026-10"]), st.just("m")),
    st.dictionaries(st.sampled_from(["a", "b", "e"]), st.decimals(0, 10**9, places=6), max_size=3),
    max_size=2,
)


@given(bills(), rule_sets(), USAGE, st.randoms())
def test_nothing_is_lost_and_the_order_of_lines_does_not_matter(
    costs: list[Cost], rules: list[Rule], usage: Usage, random: Any
) -> None:
    charges = allocate(costs, rules, usage)
    for month in {(c.place.period, c.place.currency) for c in costs}:
        billed = total(c for c in costs if (c.place.period, c.place.currency) == month)
        assert total(c for c in charges if (c.place.period, c.place.currency) == month) == billed

    for dispute in ("D-1", "D-2"):
        disputed = total(c for c in costs if c.dispute == dispute and not c.pool)
        assert total(c for c in charges if c.dispute == dispute) == disputed

    shuffled = list(costs)
    random.shuffle(shuffled)
    assert allocate(shuffled, rules, usage) == charges


@given(MONEY, st.dictionaries(st.text(max_size=3), st.decimals(-10, 10**12, places=6), max_size=20))
def test_shares_are_the_amount_again_and_each_on_its_side(
    amount: Decimal, weights: dict[str, Decimal]
) -> None:
    shares = split(amount, weights)

    if any(weight > 0 for weight in weights.values()):
        assert sum(shares.values(), Decimal(0)) == amount
        assert all(share * amount >= 0 for share in shares.values())
    else:
        assert shares == {}
