"""Conditions on other tags: what holds, what does not, and what nobody can tell."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.conditions import can_hold, holds, in_words, tags_of
from tagward.policy import AllOf, AnyOf, Condition, Not, TagIn
from tagward.resource import TagValue, Unknown
from tagward.selectors import Answer
from tests.policies.judging import aws, findings, only
from tests.policies.policy_files import Policies

X = TagIn("a", frozenset({"x"}))
Y = TagIn("b", frozenset({"y", "z"}))
DONT_KNOW = Unknown("var.a")

TABLE: list[tuple[Condition, Mapping[str, TagValue], Answer]] = [
    (X, {"a": "x"}, True),
    (X, {"a": "X"}, False),
    (X, {}, False),
    (X, {"a": DONT_KNOW}, None),
    (Not(X), {}, True),
    (Not(X), {"a": "x"}, False),
    (Not(X), {"a": DONT_KNOW}, None),
    (AllOf((X, Y)), {"a": "x", "b": "z"}, True),
    (AllOf((X, Y)), {"a": DONT_KNOW, "b": "q"}, False),
    (AllOf((X, Y)), {"a": DONT_KNOW, "b": "y"}, None),
    (AnyOf((X, Y)), {"a": DONT_KNOW, "b": "y"}, True),
    (AnyOf((X, Y)), {"a": DONT_KNOW}, None),
    (AnyOf((X, Y)), {"a": "q"}, False),
]


@pytest.mark.parametrize(("condition", "tags", "answer"), TABLE)
def test_a_condition_decides(condition: Condition, tags: Mapping[str, TagValue], answer: Answer) -> None:
    assert holds(condition, tags.get) is answer


def random_condition(random: Random, depth: int = 3) -> Condition:
    kind = random.randrange(4) if depth else 0
    if kind == 0:
        return TagIn(random.choice("abc"), frozenset(random.sample("xyz", random.randint(1, 2))))
    if kind == 1:
        return Not(random_condition(random, depth - 1))
    parts = tuple(random_condition(random, depth - 1) for _ in range(random.randint(1, 3)))
    return AllOf(parts) if kind == 2 else AnyOf(parts)


@given(st.integers(0, 2**32))
def test_an_answer_that_is_known_stays_when_the_unknown_becomes_known(seed: int) -> None:
    random = Random(seed)
    condition = random_condition(random)
    drawn: list[TagValue] = ["x", "y", Unknown()]
    tags = {key: random.choice(drawn) for key in "abc"}
    early = holds(condition, tags.get)
    for value in ("x", "y", "z", None):
        known = {key: value if isinstance(each, Unknown) else each for key, each in tags.items()}
        late = holds(condition, known.get)
        assert late is not None
        assert early in (None, late)


@given(st.integers(0, 2**32))
def test_what_cannot_hold_does_not(seed: int) -> None:
    random = Random(seed)
    condition = random_condition(random)
    values = ("x", "y", "z", None)
    worlds = [dict(zip("abc", each, strict=True)) for each in product(values, repeat=3)]
    tries = [holds(condition, world.get) for world in worlds]
    assert can_hold(condition) is any(tries)


def test_too_many_combinations_are_taken_to_hold() -> None:
    many = AllOf(tuple(TagIn(f"t{number}", frozenset("abc")) for number in range(20)))
    assert can_hold(AllOf((many, X, Not(X)))) is True


def test_a_condition_is_said_in_words() -> None:
    assert in_words(AllOf((X, AnyOf((Y, Not(X)))))) == "`a` is x and (`b` is y or z or not (`a` is x))"
    assert [each.tag for each in tags_of(AllOf((X, AnyOf((Y, Not(X))))))] == ["a", "b", "a"]


def test_a_condition_looks_at_aliases_and_effective_tags(policies: Policies) -> None:
    policy = policies.load(
        "tags: {kind: {aliases: [{key: type}], inherit: []}, run: {required: {when: {kind: [x]}}}}"
    )
    assert {each.code for each in findings(policy, aws({"type": "x"}))} == {"TW008", "TW001"}
    assert not findings(policy, aws({"kind": "x"}, origins={"kind": "provider aws"}))


def test_a_finding_says_why_the_tag_is_required(policies: Policies) -> None:
    policy = policies.load("tags: {kind: {}, run: {required: {when: {kind: [x, y]}}}}")
    assert "required because `kind` is x or y" in only(policy, aws({"kind": "x"})).message


def test_the_strongest_of_several_requirements_counts(policies: Policies) -> None:
    policy = policies.load(
        "tags: {kind: {}, run: {required: [{level: recommended}, {when: {kind: [x]}},"
        " {on: {clouds: [gcp]}}]}}"
    )
    assert only(policy, aws({"kind": "y"})).status == "recommended"
    assert only(policy, aws({"kind": "x"})).status == "violation"
    unknown = only(policy, aws({"kind": Unknown("var.kind")}))
    assert (unknown.status, unknown.rule) == ("unknown", "run/required[1]")
