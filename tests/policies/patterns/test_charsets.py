"""What each cloud takes as a key or value, and whether a pattern can be satisfied there."""

from __future__ import annotations

import re
import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagward.patterns import (
    CLOUDS,
    PatternError,
    legal_example,
    legal_key,
    legal_value,
    of_pattern,
    satisfiable,
    satisfiable_on,
    satisfiable_on_values,
)
from tests.policies.patterns.strategies import examples, portable_patterns

LEGAL_VALUES = [
    ("aws", ""),
    ("aws", "Team A_1.:/=+-@"),
    ("aws", "équipe 日本 \u0661"),
    ("aws", "x" * 256),
    ("azure", "anything & <everything>"),
    ("azure", "x" * 256),
    ("gcp", ""),
    ("gcp", "1_a-é日"),
    ("gcp", "x" * 63),
    ("kubernetes", ""),
    ("kubernetes", "A.b_c-1"),
    ("kubernetes", "x" * 63),
]
ILLEGAL_VALUES = [
    ("aws", "a&b", "not `&`"),
    ("aws", "e\u0301", "not `\u0301`"),
    ("aws", "a\tb", "not U+0009"),
    ("aws", "x" * 257, "at most 256 characters in a value, this one has 257"),
    ("azure", "x" * 257, "at most 256"),
    ("azure", "\ud800", "not U+D800"),
    ("gcp", "Prod", "not `P`"),
    ("gcp", "É", "not `É`"),
    ("gcp", "a.b", "not `.`"),
    ("gcp", "x" * 64, "at most 63"),
    ("kubernetes", "a/b", "not `/`"),
    ("kubernetes", "é", "not `é`"),
    ("kubernetes", "-a", "at the start"),
    ("kubernetes", "a.", "at the end"),
    ("kubernetes", "x" * 64, "at most 63"),
]
LEGAL_KEYS = [
    ("aws", "ml-team"),
    ("aws", "awsome"),
    ("aws", "x" * 128),
    ("azure", "ml team #1"),
    ("azure", "x" * 512),
    ("gcp", "ml_team"),
    ("gcp", "équipe"),
    ("kubernetes", "app"),
    ("kubernetes", "app.kubernetes.io/name"),
    ("kubernetes", "a" * 253 + "/" + "b" * 63),
]
ILLEGAL_KEYS = [
    ("aws", "", "no empty key"),
    ("aws", "aws:team", "reserves"),
    ("aws", "AWS:team", "reserves"),
    ("aws", "a#b", "not `#`"),
    ("aws", "x" * 129, "at most 128"),
    ("azure", "", "no empty key"),
    ("azure", "a/b", "not `/`"),
    ("azure", "a%b", "not `%`"),
    ("azure", "x" * 513, "at most 512"),
    ("gcp", "", "no empty key"),
    ("gcp", "Team", "not `T`"),
    ("gcp", "1team", "at the start of a key, not `1`"),
    ("gcp", "_team", "at the start of a key, not `_`"),
    ("gcp", "x" * 64, "at most 63"),
    ("kubernetes", "", "no empty key"),
    ("kubernetes", "a/b/c", "DNS name"),
    ("kubernetes", "Example.com/a", "DNS name"),
    ("kubernetes", "-x.io/a", "DNS name"),
    ("kubernetes", "x..io/a", "DNS name"),
    ("kubernetes", "/a", "no empty key prefix"),
    ("kubernetes", "a/", "no empty key name"),
    ("kubernetes", "a" * 254 + "/b", "at most 253"),
    ("kubernetes", "x" * 64, "at most 63"),
    ("kubernetes", "team_", "at the end"),
]


@pytest.mark.parametrize(("cloud", "text"), LEGAL_VALUES)
def test_legal_values(cloud: str, text: str) -> None:
    assert legal_value(cloud, text) is None


@pytest.mark.parametrize(("cloud", "text", "words"), ILLEGAL_VALUES)
def test_illegal_values_say_why(cloud: str, text: str, words: str) -> None:
    assert words in (legal_value(cloud, text) or "")


@pytest.mark.parametrize(("cloud", "text"), LEGAL_KEYS)
def test_legal_keys(cloud: str, text: str) -> None:
    assert legal_key(cloud, text) is None


@pytest.mark.parametrize(("cloud", "text", "words"), ILLEGAL_KEYS)
def test_illegal_keys_say_why(cloud: str, text: str, words: str) -> None:
    assert words in (legal_key(cloud, text) or "")


def test_characters_beyond_ascii_follow_their_unicode_category() -> None:
    for code in range(0x80, 0x2A000, 7):
        category = unicodedata.category(chr(code))
        assert (legal_value("aws", chr(code)) is None) is (category[0] in "LNZ"), hex(code)
        assert (legal_value("gcp", chr(code)) is None) is (category in ("Ll", "Lo") or category[0] == "N")


@examples(300)
@given(st.text(st.sampled_from("aZ0-_./é"), max_size=6))
def test_kubernetes_values_follow_the_published_expression(text: str) -> None:
    published = re.fullmatch(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?", text)
    assert (legal_value("kubernetes", text) is None) is (published is not None)


# pattern, clouds on which some value satisfies it
POSSIBLE = [
    ("[a-z][a-z0-9-]{1,40}", {"aws", "azure", "gcp", "kubernetes"}),
    ("[A-Z]+-[0-9]+", {"aws", "azure", "kubernetes"}),
    ("[a-z]+/[a-z]+", {"aws", "azure"}),
    ("[a-z]+@example\\.com", {"aws", "azure"}),
    ("a&b", {"azure"}),
    ("[Ω]+", {"aws", "azure"}),
    ("[ω]+", {"aws", "azure", "gcp"}),
    ("[-_]+", {"aws", "azure", "gcp"}),
    ("[a-z]{64}", {"aws", "azure"}),
    ("[a-z]{257}", set()),
    ("A|[a-z]{64}", {"aws", "azure", "kubernetes"}),
    ("&|[a-z]{64}", {"aws", "azure"}),
    ("a(b{30}c{10}){2}", {"aws", "azure"}),
    ("[ ]+", set()),
    ("[😀-😿]", {"azure"}),
]


@pytest.mark.parametrize(("pattern", "clouds"), POSSIBLE)
def test_a_pattern_is_satisfiable_where_a_legal_value_is_not_blank(pattern: str, clouds: set[str]) -> None:
    assert {cloud for cloud in CLOUDS if satisfiable_on(pattern, cloud)} == clouds


@examples(200)
@given(portable_patterns(), st.sampled_from(CLOUDS), st.integers())
def test_satisfiable_has_a_legal_example_and_impossible_has_none(pattern: str, cloud: str, seed: int) -> None:
    language = of_pattern(pattern)
    example = legal_example(language, cloud)
    if example is not None:
        assert language.accepts(example)
        assert legal_value(cloud, example) is None
    sample = language.sample(Random(seed), 20)
    if sample is not None and sample.strip() and legal_value(cloud, sample) is None:
        assert satisfiable_on(pattern, cloud)


def test_a_pattern_of_blank_values_is_never_satisfied() -> None:
    assert not satisfiable("[ ]{1,3}")
    assert satisfiable("[ ]{1,3}a?")


def test_illegal_values_are_given_in_their_order() -> None:
    assert satisfiable_on_values(["prod", "Prod", "a b", "dev"], "gcp") == ("Prod", "a b")


def test_a_pattern_that_is_not_portable_has_no_answer() -> None:
    with pytest.raises(PatternError):
        satisfiable_on(".*", "aws")
