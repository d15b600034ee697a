"""Fewer words, same meaning: conditions are shortened, long lists of values too."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagward.patterns import compile_pattern
from tagward.resource import Resource
from tagward_generators.facts import Fits, Has, OneOf, Placed, Slot
from tagward_generators.gcp_org_policy.labels import blanks
from tagward_generators.gcp_org_policy.projects import EVERYWHERE, Home, housed
from tagward_generators.gcp_org_policy.shortening import shortened
from tagward_generators.gcp_org_policy.simplifying import simplified
from tagward_generators.logic import FALSE, TRUE, Expression, every, negate, some
from tests.generators.truth import holds

A, B = Slot("a"), Slot("b")
VALUES = ("", "x", "y", "tbd", "ab")
PATTERNS = ("[a-z]{1,3}", "x|y", "[ab]+")
PROJECTS = ("ml-prod-01", "ml-dev-02", "data-lake-7")


@st.composite
def facts(draw: st.DrawFn) -> Expression:
    slot = draw(st.sampled_from((A, B)))
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return Has(slot)
    if kind == 1:
        return OneOf(
            slot, tuple(draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=3, unique=True)))
        )
    return Fits(slot, draw(st.sampled_from(PATTERNS)))


def expressions(leaves: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.recursive(
        st.one_of(leaves, leaves.map(negate)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4).map(lambda parts: every(*parts)),
            st.lists(inner, max_size=4).map(lambda parts: some(*parts)),
        ),
        max_leaves=12,
    )


def resources(account: str = "ml-prod-01") -> list[Resource]:
    choices = (None, *VALUES, "zzzz")
    return [
        Resource(cloud="gcp", type="t", address="a", account=account, tags=tags)
        for one in choices
        for other in choices
        for tags in [{key: value for key, value in (("a", one), ("b", other)) if value is not None}]
    ]


@settings(max_examples=400, deadline=None)
@given(expressions(facts()))
def test_shorter_means_the_same(expression: Expression) -> None:
    shorter = simplified(expression)

    assert [holds(shorter, each) for each in resources()] == [holds(expression, each) for each in resources()]


def test_what_others_say_is_not_said_again() -> None:
    blank, valid = OneOf(A, ("", "tbd")), OneOf(A, ("x", "y"))
    wrong = every(Has(A), negate(blank), negate(valid))

    assert simplified(some(negate(Has(A)), blank, wrong)) == negate(valid)
    assert simplified(some(every(B_IS_X, negate(Has(A))), every(B_IS_X, blank))) == every(
        B_IS_X, some(negate(Has(A)), blank)
    )


B_IS_X = OneOf(B, ("x",))


@settings(max_examples=200, deadline=None)
@given(
    expressions(
        st.one_of(
            facts(),
            st.sampled_from(PROJECTS).map(lambda each: Placed("account", (each,))),
        )
    )
)
def test_parts_by_project_mean_the_whole(expression: Expression) -> None:
    parts = housed(expression)
    for project in PROJECTS:
        for resource in resources(project)[::5]:
            in_parts = any(
                holds(broken, resource)
                for home, broken in parts.items()
                if (home.only is None or project in home.only) and project not in home.never
            )
            assert in_parts is holds(expression, resource)


def test_projects_are_told_apart_only_where_it_matters() -> None:
    prod = Placed("account", ("ml-prod-01",))

    assert housed(Has(A)) == {EVERYWHERE: Has(A)}
    assert housed(every(prod, Has(A))) == {Home(frozenset(("ml-prod-01",))): Has(A)}
    assert housed(every(negate(prod), Has(A))) == {Home(None, frozenset(("ml-prod-01",))): Has(A)}
    assert housed(every(prod, negate(prod))) == {}
    assert housed(FALSE) == {EVERYWHERE: FALSE}
    assert housed(TRUE) == {EVERYWHERE: TRUE}


WORDS = st.lists(st.text("ab-_1é", min_size=1, max_size=5), min_size=1, max_size=30, unique=True)


@settings(max_examples=200, deadline=None)
@given(WORDS, st.lists(st.text("ab-_1é", max_size=6)), st.sampled_from((30, 60, 10_000)))
def test_short_pattern_takes_every_value_and_what_begins_like_one(
    values: list[str], others: list[str], room: int
) -> None:
    pattern, length = shortened(tuple(values), room)
    matches = compile_pattern(pattern)

    assert all(map(matches, values))
    for other in others:
        begins = length is not None and any(other.startswith(value[:length]) for value in values)
        assert matches(other) is (other in values or begins)


def test_short_pattern_fits_and_looks_as_far_as_it_can() -> None:
    rng = Random(1)
    names = tuple("".join(rng.choices("abcdefghijklmnop", k=10)) for _ in range(200))
    pattern, length = shortened(names, 600)

    assert len(pattern) <= 600
    assert length is not None
    assert length >= 2


@pytest.mark.parametrize(
    ("word", "spelled"), [("tbd", ("", "tbd")), ("n/a", ("",)), ("s" * 63, ("", "s" * 63))]
)
def test_placeholders_are_labels_that_can_be(word: str, spelled: tuple[str, ...]) -> None:
    assert blanks((word,)) == spelled


def test_placeholders_are_found_in_every_spelling() -> None:
    assert set(blanks(("test",))) >= {"", "test", "te\u017ft", "teﬅ", "teﬆ"}
