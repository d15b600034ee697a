"""Languages of patterns agree with two regular expression engines, with globs, and with each other."""

from __future__ import annotations

import fnmatch
import re
from random import Random

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from tagward.patterns import (
    Language,
    PatternError,
    anything,
    body,
    compile_pattern,
    of_glob,
    of_pattern,
    of_values,
)
from tests.effort import effort
from tests.policies.patterns.strategies import examples, portable_patterns, texts_near

PATTERNS = portable_patterns()
GLOBS = st.text(st.sampled_from("ab-*?[]!c^/"), max_size=8)


@examples(500)
@given(PATTERNS, st.integers(0, 2**32))
def test_re2_python_and_the_automaton_agree(pattern: str, seed: int) -> None:
    language, matches, peer = of_pattern(pattern), compile_pattern(pattern), re.compile(body(pattern))
    try:
        texts = list(texts_near(language, Random(seed), 6))
        accepted = [language.accepts(text) for text in texts]
    except PatternError:
        reject()  # it has too many states, which is a test of its own
    expected = [peer.fullmatch(text) is not None for text in texts]
    assert accepted == expected, texts
    assert [matches(text) for text in texts] == expected, texts


@examples(100)
@given(PATTERNS, st.integers())
def test_examples_and_samples_are_members(pattern: str, seed: int) -> None:
    language = of_pattern(pattern)
    shortest = language.shortest()
    assert shortest is not None
    assert language.accepts(shortest)
    sample = language.sample(Random(seed), len(shortest) + 3)
    assert sample is not None
    assert language.accepts(sample)
    assert len(shortest) <= len(sample) <= len(shortest) + 3
    assert language.sample(Random(seed), len(shortest) - 1) is None


@examples(100)
@given(PATTERNS, PATTERNS, st.integers(0, 2**32))
def test_combined_languages_follow_their_parts(first: str, second: str, seed: int) -> None:
    left, right = of_pattern(first), of_pattern(second)
    both, either, rest, others = (
        left.intersect(right),
        left.union(right),
        left.minus(right),
        left.complement(),
    )
    for text in (*texts_near(left, Random(seed), 3), *texts_near(right, Random(seed), 3)):
        in_left, in_right = left.accepts(text), right.accepts(text)
        assert both.accepts(text) is (in_left and in_right)
        assert either.accepts(text) is (in_left or in_right)
        assert rest.accepts(text) is (in_left and not in_right)
        assert others.accepts(text) is not in_left


@examples(150)
@given(PATTERNS, PATTERNS)
def test_inclusion_has_a_witness_when_it_fails(first: str, second: str) -> None:
    left, right = of_pattern(first), of_pattern(second)
    witness = left.minus(right).shortest()
    assert left.is_subset_of(right) is (witness is None)
    if witness is not None:
        assert left.accepts(witness)
        assert not right.accepts(witness)
    assert left.intersect(right).is_subset_of(left)
    assert left.is_subset_of(left.union(right))
    assert left.intersect(left.complement()).is_empty()


@examples(100)
@given(st.frozensets(st.text(max_size=4), max_size=12))
def test_listed_values_come_back_by_length_and_code_point(values: frozenset[str]) -> None:
    valid = {value for value in values if not any("\ud800" <= character <= "\udfff" for character in value)}
    language = of_values(valid)
    assert language.values(len(valid)) == tuple(sorted(valid, key=lambda value: (len(value), value)))
    assert all(map(language.accepts, valid))
    if valid:
        assert language.values(len(valid) - 1) is None


@pytest.mark.parametrize(
    ("pattern", "values"),
    [
        ("dev|staging|prod", ("dev", "prod", "staging")),
        ("a{0,2}", ("", "a", "aa")),
        ("[ab][12]?", ("a", "b", "a1", "a2", "b1", "b2")),
        ("(a|a)b", ("ab",)),
        ("a*", None),
        ("[a-z]{3}", None),
        ("[^a]", None),
    ],
)
def test_finite_patterns_are_listed(pattern: str, values: tuple[str, ...] | None) -> None:
    assert of_pattern(pattern).values(10) == values


@pytest.mark.parametrize(
    ("pattern", "example"),
    [
        ("[ -~]{2}", "aa"),
        ("[A-Z]+-[0-9]+", "A-0"),
        ("[^a-z]", "0"),
        ("x|yy", "x"),
        ("[\u03b1-\u03c9]", "\u03b1"),
        ("[ !]", "!"),
    ],
)
def test_the_example_is_short_and_reads_well(pattern: str, example: str) -> None:
    assert of_pattern(pattern).shortest() == example


@examples(500)
@given(
    st.text(st.sampled_from("ab-*?[]!c^/"), max_size=8), st.text(st.sampled_from("abc-!]^[/\n"), max_size=6)
)
def test_shell_globs_mean_what_fnmatch_means(glob: str, text: str) -> None:
    assert of_glob(glob).accepts(text) is fnmatch.fnmatchcase(text, glob)


def test_no_language_holds_half_of_a_surrogate_pair() -> None:
    languages: list[Language] = [anything(), of_pattern("[^a]"), of_glob("?"), of_pattern("a").complement()]
    assert not any(language.accepts("\ud800") for language in languages)
    assert all(language.accepts("\U0010ffff") for language in languages)


def test_the_empty_list_of_values_is_the_empty_language() -> None:
    assert of_values([]).is_empty()
    assert of_values([]).values(5) == ()
    assert of_values([]).sample(Random(1), 5) is None


def test_long_lists_of_values_are_not_too_complex() -> None:
    values = [f"team-{number:05}" for number in range(10_000)]
    assert of_values(values).is_subset_of(of_pattern("team-[0-9]{5}"))


def test_a_pattern_with_too_many_states_says_so() -> None:
    with pytest.raises(PatternError, match="too complex"):
        of_pattern("(a|b)*a(a|b){20}").values(10)


@pytest.mark.parametrize("pattern", ["((a*)*)*b", "(a|a)*b", "(a|aa)+b", "([a-z]+)*[0-9]", "(a?){500}a{500}"])
def test_hostile_patterns_take_linear_time(pattern: str) -> None:
    matches, language = compile_pattern(pattern), of_pattern(pattern)
    text = "a" * 5_000 + "!"
    assert not matches(text)
    assert not language.accepts(text)
    assert effort(lambda: (matches(text), language.accepts(text))) < 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [("\ud800", False), ("a\ud800", False), ("\0", True), ("\n", True), ("", False), ("é", True)],
)
def test_hostile_texts_have_an_answer(text: str, expected: bool) -> None:
    assert compile_pattern("[^b]")(text) is expected
    assert of_pattern("[^b]").accepts(text) is expected


def test_a_trailing_line_break_is_no_match() -> None:
    assert compile_pattern("^prod$")("prod")
    assert not compile_pattern("^prod$")("prod\n")


def test_a_pattern_that_is_not_portable_is_not_compiled() -> None:
    with pytest.raises(PatternError, match=r"write `\[0-9\]`"):
        compile_pattern(r"\d+")
